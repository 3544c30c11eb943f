// What is asked of the player, by its buttons and by keys: each becomes one `player:act`, which the other modules carry out.

const NAMES = ["play", "back", "forward", "loop", "in", "out", "unmark", "mute", "full"];
const BUTTONS = NAMES.map((name) => `[data-player-${name}]`).join();
const KEYS = {
  " ": "play", k: "play", ",": "back", ".": "forward", l: "loop", i: "in", o: "out", x: "unmark", m: "mute", f: "full",
  ArrowLeft: "earlier", ArrowRight: "later",
};
const TYPED = "input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const PRESSED = "button, summary, a[href], input[type=checkbox], input[type=radio]";
const WALKED = "input[type=radio], [role=slider], [data-marker], dialog *";

function act(root, name) {
  root.dispatchEvent(new CustomEvent("player:act", { bubbles: true, detail: { name } }));
}

// Space and arrows keep what they mean where something else has the focus; nothing acts while somebody types.
function isTaken(key, target) {
  if (target.closest(TYPED) || document.querySelector("dialog[open]")) return true;
  if (key === " ") return target.closest(PRESSED) !== null;
  return key.startsWith("Arrow") && target.closest(WALKED) !== null;
}

document.addEventListener("keydown", (event) => {
  const root = document.querySelector("[data-player]");
  const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const isChord = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (!root || !name || isChord || event.defaultPrevented || isTaken(event.key, event.target)) return;
  event.preventDefault();
  if (event.repeat && !["back", "forward", "earlier", "later"].includes(name)) return;
  act(root, name);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(BUTTONS);
  const root = event.target.closest?.("[data-player]");
  if (!root) return;
  const name = NAMES.find((each) => button?.matches(`[data-player-${each}]`));
  if (name) act(root, name);
  else if (event.target.matches("video")) act(root, "play");
});
