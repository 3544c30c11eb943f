// Ticking takes: by click, Shift and keys; what is ticked stays so when cards are drawn anew. The bar itself needs no script.

const MOST = 4;
// More ticks than this go as one field: a form holds only so many.
const FIELDS = 400;
// Acts after which the takes are where they were, and may be wanted for the next act.
const STAYS = new Set(["rate", "tag", "untag", "favourite", "unfavourite", "collect"]);
// As many as an address may hold.
const LISTED = 300;
const KEPT = `selection:${location.pathname}`;
const form = document.querySelector("[data-selection]");
const part = (name) => form.querySelector(`[data-selection-${name}]`);
const all = form && part("all");
const allWords = form && part("all-words").textContent;
const danger = form && part("confirm");
const warning = danger?.getAttribute("hx-confirm");
const ticked = new Set();
let anchor = null;
let reach = null;

const boxes = () => [...document.querySelectorAll(".take-select > input")];
const cardOf = (box) => box.closest(".take");
const boxOf = (card) => card.querySelector(".take-select > input");
const isTyping = (element) => Boolean(element.closest?.("textarea, select, input:not([type=checkbox]), [contenteditable]"));

function reasonAgainstComparing() {
  if (all.checked) return gettext("A few can be compared, not all");
  if (ticked.size < 2) return gettext("Choose one more to compare");
  if (ticked.size > MOST) return gettext("Four at most can be compared");
  const bare = boxes().some((box) => box.checked && cardOf(box).dataset.state !== "ready");
  return bare ? gettext("Only finished takes can be compared") : "";
}

function offer() {
  const reason = reasonAgainstComparing();
  const looksOnly = boxes().filter((box) => box.checked && "onlyLooks" in box.dataset).length;
  const words = interpolate(ngettext("%(number)s selected", "%(number)s selected", ticked.size), { number: ticked.size }, true);
  part("count").textContent = all.checked ? gettext("All selected") : words;
  danger?.setAttribute("hx-confirm", `${all.checked ? part("all-words").textContent : words}\n${warning}`);
  part("compare").disabled = Boolean(reason);
  const send = part("spends");
  if (send) send.disabled = looksOnly > 0 && !all.checked;
  const sending = send?.disabled ? gettext("Some are of projects where you do not render, and others send those") : "";
  part("reason").textContent = [reason, sending].filter(Boolean).join(" · ");
  for (const button of form.querySelectorAll("[data-selection-some]")) button.disabled = all.checked || ticked.size > LISTED;
}

// The set is what counts: a card that is drawn anew comes with an empty box.
function tick(box, isTicked) {
  box.checked = isTicked;
  if (isTicked) ticked.add(box.value);
  else ticked.delete(box.value);
}

function clear() {
  for (const box of boxes()) box.checked = false;
  ticked.clear();
  anchor = null;
  forgetAll();
  offer();
}

function forgetAll() {
  all.checked = false;
  part("all-words").textContent = allWords;
}

function range(from, to, isTicked) {
  const cards = boxes();
  const [first, last] = [cards.findIndex((box) => box.value === from), cards.indexOf(to)].sort((one, other) => one - other);
  if (first < 0) return [];
  const between = cards.slice(first, last + 1);
  for (const box of between) tick(box, isTicked);
  return between;
}

function clicked(event) {
  const box = event.target;
  if (!box.matches?.(".take-select > input")) return tickByShift(event);
  if (all.checked) forgetAll();
  tick(box, box.checked);
  if (event.shiftKey && anchor !== null) range(anchor, box, box.checked);
  anchor = box.value;
  return offer();
}

// With something ticked already, Shift and a click on a card ticks up to it instead of opening a window.
function tickByShift(event) {
  const card = event.shiftKey && anchor !== null && event.target.closest?.(".take-title")?.closest(".take");
  if (!card || !boxOf(card)) return;
  event.preventDefault();
  range(anchor, boxOf(card), true);
  offer();
}

// After a swap: boxes get their ticks back, and what is no longer there is forgotten.
function redraw() {
  if (!ticked.size && !all.checked) return;
  const now = boxes();
  for (const box of now) tick(box, ticked.has(box.value) || all.checked);
  const there = new Set(now.map((box) => box.value));
  for (const pk of ticked) if (!there.has(pk)) ticked.delete(pk);
  offer();
}

// Going back to the page after an act, one finds the ticks as they were.
function adopt() {
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const kept = new Set(JSON.parse((isBack && sessionStorage.getItem(KEPT)) || "[]"));
  ticked.clear();
  for (const box of boxes()) tick(box, box.checked || kept.has(box.value));
  offer();
}

// "All that match" is what the page shows at this moment; how many that are is worth knowing before one acts on them.
async function chooseAll() {
  if (!all.checked) return clear();
  const view = document.querySelector("[data-view]")?.dataset.view ?? location.search;
  if (!("fixed" in all.dataset)) all.value = `?${view.replace(/^\?/, "")}`;
  for (const box of boxes()) tick(box, true);
  offer();
  const answer = await fetch(`${all.dataset.count}&view=${encodeURIComponent(all.value)}`).catch(() => null);
  if (!answer?.ok || !all.checked) return;
  part("all-words").textContent = await answer.text();
  offer();
}

// An address of a comparison or an export holds the ticks and nothing else of the form.
function trim({ formData }) {
  const takes = formData.getAll("take");
  if (takes.length <= FIELDS && !all.checked) return;
  formData.delete("take");
  if (!all.checked) formData.set("takes", takes.join(","));
}

function leaveOut(submitter) {
  if (submitter?.formMethod === "post") return;
  const others = [...form.querySelectorAll("input")];
  for (const field of others) field.disabled = true;
  setTimeout(() => others.forEach((field) => { field.disabled = false; }));
}

function sent(event) {
  const act = event.target.dataset?.selectionAct;
  if (!act || !event.detail.successful) return;
  // Nobody else hears of a heart, so the feed of changes does not tell of it.
  if (act.endsWith("favourite")) document.dispatchEvent(new CustomEvent("hearts", { detail: { takes: [...ticked], on: act === "favourite" } }));
  for (const box of form.querySelectorAll("[data-selection-box]")) {
    if (box.contains(document.activeElement)) box.querySelector("summary").focus();
    for (const input of box.open || act === "review" ? box.querySelectorAll("input") : []) input.value = "";
    box.open = false;
  }
  sessionStorage.removeItem(KEPT);
  if (!STAYS.has(act) || all.checked) clear();
}

// At once, and not with the event that says so later: the first letter typed belongs into the field.
function unfold(event) {
  const box = event.target.closest("summary")?.closest("[data-selection-box]");
  if (!box) return;
  event.preventDefault();
  for (const other of form.querySelectorAll("[data-selection-box]")) other.open = other === box && !box.open;
  if (box.open) box.querySelector(".selection-panel input, .selection-panel button").focus();
}

// Enter in a field presses what the field is for; the form's first button is the one that compares.
function keyInBox(event) {
  const box = event.target.closest("[data-selection-box]");
  if (!box?.open || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    box.open = false;
    box.querySelector("summary").focus();
  } else if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    (box.querySelector("[data-selection-act]") ?? part("spends")).click();
  }
}

// The card that a key is meant for: the one with the focus, else the one under the pointer.
function current() {
  const active = document.activeElement;
  if (document.querySelector("dialog[open]") || isTyping(active)) return null;
  const focused = active.closest(".take");
  if (focused) return active.matches(".take-title, .take-select > input") ? focused : null;
  return active === document.body || active.id === "main" ? document.querySelector(".take:hover") : null;
}

function neighbour(card, key) {
  const cards = [...document.querySelectorAll(".take:has(.take-title)")];
  const at = cards.indexOf(card);
  if (key === "ArrowLeft" || key === "ArrowRight") return cards[at + (key === "ArrowLeft" ? -1 : 1)];
  const box = card.getBoundingClientRect();
  const middle = (box.left + box.right) / 2;
  const beyond = cards.map((each) => ({ each, place: each.getBoundingClientRect() }))
    .filter(({ place }) => (key === "ArrowDown" ? place.top > box.top + 8 : place.top < box.top - 8));
  if (!beyond.length) return null;
  const tops = beyond.map(({ place }) => place.top);
  const row = key === "ArrowDown" ? Math.min(...tops) : Math.max(...tops);
  const away = ({ place }) => Math.abs((place.left + place.right) / 2 - middle);
  return beyond.filter(({ place }) => Math.abs(place.top - row) < 8).sort((one, other) => away(one) - away(other))[0].each;
}

// Nothing is under the keys yet: right or down leads to the first card that is in view.
function enter(event) {
  const { activeElement: active } = document;
  const isFree = active === document.body || active?.id === "main";
  if (!isFree || event.shiftKey || !["ArrowRight", "ArrowDown"].includes(event.key)) return;
  if (document.querySelector("dialog[open], [data-player]")) return;
  const first = [...document.querySelectorAll(".take:has(.take-title)")].find((card) => card.getBoundingClientRect().top >= 0);
  if (!first || first.getBoundingClientRect().top > innerHeight) return;
  event.preventDefault();
  first.querySelector(".take-title").focus({ preventScroll: true });
  first.scrollIntoView({ block: "nearest" });
}

function walk(event, card) {
  const next = neighbour(card, event.key);
  if (!next) return;
  event.preventDefault();
  next.querySelector(".take-title").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  if (!event.shiftKey || !boxOf(card)) {
    reach = null;
    return;
  }
  for (const box of reach?.last ?? []) tick(box, false);
  reach ??= { from: boxOf(card).value };
  reach.last = range(reach.from, boxOf(next), true);
  anchor = reach.from;
  offer();
}

function keys(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && event.target.matches(".take-select > input")) event.preventDefault();
  if (event.key === "Escape" && ticked.size && !document.querySelector("dialog[open]") && !isTyping(event.target)) return clear();
  if ((event.ctrlKey || event.metaKey) && event.key === "a" && !event.altKey) return everything(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const card = current();
  if (!card) return enter(event);
  if (event.key.startsWith("Arrow")) walk(event, card);
  else if (event.key.toLowerCase() === "x" && boxOf(card)) {
    event.preventDefault();
    boxOf(card).click();
  }
}

function everything(event) {
  const there = boxes();
  if (!there.length || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  for (const box of there) tick(box, true);
  anchor = there[0].value;
  offer();
}

// Another module says which takes are ticked now, by their numbers; all others are not.
function take({ detail: wanted }) {
  for (const box of boxes()) tick(box, wanted.has(box.value));
  if (all.checked) forgetAll();
  offer();
}

function start() {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", keys);
  document.addEventListener("selection:ticked", take);
  form.addEventListener("click", unfold);
  form.addEventListener("keydown", keyInBox);
  form.addEventListener("formdata", trim);
  all.addEventListener("change", chooseAll);
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clear();
  });
  form.addEventListener("submit", (event) => {
    sessionStorage.setItem(KEPT, JSON.stringify([...ticked]));
    leaveOut(event.submitter);
  });
  form.addEventListener("htmx:afterRequest", sent);
  for (const name of ["htmx:oobAfterSwap", "htmx:afterSwap", "htmx:afterSettle"]) document.addEventListener(name, redraw);
  window.addEventListener("pageshow", adopt);
  adopt();
}

if (form) start();
