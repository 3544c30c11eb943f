// Rating and hearts of cards: one bar of stars that goes to the card under the pointer, and the keys 1 to 5, 0 and H. In the quick look and on the page of a take the keys press the buttons that are there.

const mould = document.getElementById("rate-bar");
const bar = mould?.content.firstElementChild.cloneNode(true);

const isTyping = (element) => Boolean(element.closest?.("textarea, select, input:not([type=checkbox]), [contenteditable]"));
const under = (card) => card.querySelector(".take-title").pathname;

function light(card) {
  const rating = Number(card.dataset.rating ?? 0);
  for (const star of bar.querySelectorAll("[data-rate]")) star.toggleAttribute("data-lit", Number(star.dataset.rate) <= rating);
  bar.querySelector("[data-heart]").setAttribute("aria-pressed", "favourite" in card.dataset);
}

// The answer is the card as it is now, which takes the old one's place: so one press after the other, each of what the
// card is by then. They are sent in the name of what is never swapped: an answer for a card that is gone would be lost.
let before = Promise.resolve();
function send(card, act, valuesOf) {
  const [number, address] = [card.id, `${under(card)}${act}/`];
  before = before.then(() => {
    const values = valuesOf(document.getElementById(number) ?? card);
    return htmx.ajax("POST", address, { values, swap: "none", source: mould });
  }).catch(() => {});
}

function rate(card, rating) {
  send(card, "rate", (now) => ({ rating: Number(now.dataset.rating ?? 0) === rating ? 0 : rating }));
}

function heart(card) {
  send(card, "favourite", (now) => ({ on: "favourite" in now.dataset ? 0 : 1 }));
}

function current() {
  const active = document.activeElement;
  const focused = active.closest(".take");
  if (focused) return focused;
  return active === document.body || active.id === "main" ? document.querySelector(".take:hover") : null;
}

function pressPanel(panel, key) {
  const button = panel.querySelector(key === "h" ? ".heart" : `#star-${key}`);
  if (!button || button.closest("fieldset:disabled")) return false;
  button.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (!/^[0-5h]$/.test(key) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.defaultPrevented || isTyping(event.target)) return;
  const dialog = document.querySelector("dialog[open]");
  const panel = (dialog ?? document).querySelector("#marks");
  const card = dialog || !bar ? null : current();
  if (card?.querySelector(".take-title")) {
    event.preventDefault();
    if (key === "h") heart(card);
    else send(card, "rate", () => ({ rating: Number(key) }));
  } else if (panel && pressPanel(panel, key)) event.preventDefault();
});

if (bar) {
  document.addEventListener("pointerover", (event) => {
    const card = event.pointerType === "touch" ? null : event.target.closest?.("#takes > .take, .board .take");
    if (!card || bar.parentElement?.closest(".take") === card) return;
    light(card);
    card.querySelector(".take-stage").append(bar);
  });
  bar.addEventListener("click", (event) => {
    const card = bar.closest(".take");
    const star = event.target.closest("[data-rate]");
    event.preventDefault();
    event.stopPropagation();
    if (star) rate(card, Number(star.dataset.rate));
    else if (event.target.closest("[data-heart]")) heart(card);
  });
  // Hearts put on by the bar of selected takes: nothing changed for others, so these cards are asked for alone.
  document.addEventListener("hearts", ({ detail }) => {
    for (const number of detail.takes.slice(0, 100)) document.getElementById(`render-card-${number}`)?.toggleAttribute("data-favourite", detail.on);
  });
}
