// What is asked of the compared films, by buttons and by keys: each becomes one `compare:act`, which compare.js carries out.

const root = document.querySelector("[data-compare]");
const KEYS = {
  " ": "play", k: "play", ",": "back", ".": "forward", l: "loop", m: "mute", f: "full", w: "wipe",
  i: "markIn", o: "markOut", x: "unmark",
  ArrowLeft: "earlier", ArrowRight: "later",
};
// What concerns the place of the films and not the films.
const own = {
  full: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.()),
  wipe: () => document.dispatchEvent(new CustomEvent("compare:toggle-view")),
};

function ask(act) {
  if (own[act]) own[act]();
  else root.dispatchEvent(new CustomEvent("compare:act", { detail: act }));
}

function keyed(event) {
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const at = event.target;
  if (!act || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (at.closest("select, textarea, dialog, [contenteditable], input:not([type=range])")) return;
  // Whoever has just chosen a layout wants to see it play: Enter still presses that button.
  if (event.key === " " && at.closest("button:not([data-compare-view]), a, summary")) return;
  // The arrows of the line move the line.
  if (event.key.startsWith("Arrow") && at.matches("[data-compare-slide]")) return;
  event.preventDefault();
  ask(act);
}

if (root) {
  if (!document.fullscreenEnabled) root.querySelector("[data-compare-act=full]").hidden = true;
  for (const button of root.querySelectorAll("[data-compare-act]")) button.addEventListener("click", () => ask(button.dataset.compareAct));
  document.addEventListener("keydown", keyed);
  // Some browsers press a button as the key is let go.
  document.addEventListener("keyup", (event) => event.key === " " && event.target.closest("[data-compare-view]") && event.preventDefault());
}
