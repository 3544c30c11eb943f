// The room without a mouse: a approves, c and r ask for the reason, n and p go through the queue. The film keeps its own keys.

const VERDICTS = { a: "approved", c: "changes", r: "rejected" };
const STEPS = { n: "[data-review-next]", p: "[data-review-previous]" };
const WORDS = { changes: gettext("Changes requested"), rejected: gettext("Rejected") };
const TYPED = "input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

const form = () => document.querySelector("[data-review-form]");
const reason = () => form()?.querySelector("[data-review-reason]");
const button = (verdict) => form()?.querySelector(`button[value="${verdict}"]`);

function say(text) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "info", text } }));
}

// Which verdict the reason is for: its button is marked, and Enter sends it.
function ask(verdict) {
  const here = form();
  if (!here) return;
  here.dataset.asked = verdict;
  for (const each of here.querySelectorAll("button[name=verdict]")) each.classList.toggle("is-asked", each.value === verdict);
  const hint = here.querySelector("[data-review-hint]");
  hint.hidden = !verdict;
  hint.querySelector("[data-review-hint-word]").textContent = WORDS[verdict] ?? "";
  if (verdict) reason().focus();
}

function decide(verdict) {
  const pressed = button(verdict);
  if (!pressed) say(document.querySelector("#review-controls .note")?.textContent ?? "");
  // A true press: htmx sends the button that was clicked along, and none for a form submitted by itself.
  else if (verdict === "approved" || reason().value.trim()) pressed.click();
  else ask(verdict);
}

function step(key) {
  const link = document.querySelector(STEPS[key]);
  if (link) link.click();
  else if (!document.getElementById("room-place")) say(gettext("This take does not wait in the queue."));
  else say(key === "n" ? gettext("This is the last one in the queue.") : gettext("This is the first one in the queue."));
}

function inReason(event) {
  const verdict = form().dataset.asked;
  if (event.key === "Escape") {
    event.preventDefault();
    ask("");
    document.getElementById("room-title")?.focus({ preventScroll: true });
  } else if (event.key === "Enter" && WORDS[verdict] && !event.shiftKey && !event.isComposing && !event.repeat) {
    event.preventDefault();
    button(verdict).click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.target === reason()) return inReason(event);
  const isChord = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat;
  const isTaken = event.defaultPrevented || event.target.closest?.(TYPED) || document.querySelector("dialog[open]");
  if (isChord || isTaken || !document.querySelector("[data-room]")) return;
  const key = event.key.toLowerCase();
  if (!(key in VERDICTS) && !(key in STEPS)) return;
  event.preventDefault();
  if (key in STEPS) step(key);
  else decide(VERDICTS[key]);
});

// Pressed without a reason, the two that want one lead to it; pressed again, the studio says what is missing.
document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("[data-review-form] button[name=verdict]");
  if (!pressed || pressed.value === "approved" || reason().value.trim() || form().dataset.asked === pressed.value) return;
  event.preventDefault();
  ask(pressed.value);
});

// The number in the bar above, which lies outside of what is swapped.
function countAgain() {
  const count = document.getElementById("to-review");
  const left = Number(document.getElementById("room").dataset.toReview);
  if (count) count.textContent = left > 99 ? "99+" : String(left);
}

// Another take, or the panel with what is wrong in it: the focus goes where the next key is meant for.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id === "room") {
    document.getElementById("room-title").focus({ preventScroll: true });
    window.scrollTo(0, 0);
    countAgain();
  }
  if (event.detail.elt.id !== "review-panel") return;
  if (WORDS[form()?.dataset.asked]) ask(form().dataset.asked);
  else if (document.activeElement === document.body) document.getElementById("room-title")?.focus({ preventScroll: true });
});

// Back and forward load the page whole, since a film and its modules cannot be put away in a drawer.
if (window.htmx) window.htmx.config.refreshOnHistoryMiss = true;
