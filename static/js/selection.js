// Ticking takes: ranges with Shift, Escape clears, and what is ticked stays so when cards are drawn anew. The bar itself needs no script.

const MOST = 4;
const KEPT = `selection:${location.pathname}`;
const form = document.querySelector("[data-selection]");
const part = (name) => form.querySelector(`[data-selection-${name}]`);
const ticked = new Set();
let anchor = null;

const boxes = () => [...document.querySelectorAll(".take-select > input")];

function reasonAgainstComparing() {
  if (ticked.size < 2) return "Choose one more to compare";
  return ticked.size > MOST ? `Four at most can be compared` : "";
}

function offer() {
  const reason = reasonAgainstComparing();
  const looksOnly = boxes().filter((box) => box.checked && "onlyLooks" in box.dataset).length;
  part("count").textContent = `${ticked.size} selected`;
  part("compare").disabled = Boolean(reason);
  const send = part("spends");
  if (send) send.disabled = looksOnly > 0;
  const sending = send && looksOnly ? "Some are of projects where you do not render, and others send those" : "";
  part("reason").textContent = [reason, sending].filter(Boolean).join(" · ");
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
  offer();
}

function range(from, to, isTicked) {
  const all = boxes();
  const [first, last] = [all.findIndex((box) => box.value === from), all.indexOf(to)].sort((one, other) => one - other);
  if (first < 0) return;
  for (const box of all.slice(first, last + 1)) tick(box, isTicked);
}

function clicked(event) {
  const box = event.target;
  if (!box.matches?.(".take-select > input")) return;
  tick(box, box.checked);
  if (event.shiftKey && anchor !== null) range(anchor, box, box.checked);
  anchor = box.value;
  offer();
}

// After a swap: boxes get their ticks back, and what is no longer there or no longer ready is forgotten.
function redraw() {
  if (!ticked.size) return;
  const all = boxes();
  for (const box of all) box.checked = ticked.has(box.value);
  const there = new Set(all.map((box) => box.value));
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

// The note is for sending alone: it stands in no address of a comparison or an export.
function leaveNoteOut(submitter) {
  const note = form.elements.note;
  if (!note || submitter === part("spends")) return;
  note.disabled = true;
  setTimeout(() => (note.disabled = false));
}

function forgetNote() {
  if (!part("note")) return;
  form.elements.note.value = "";
  part("note").open = false;
}

// At once, and not with the event that says so later: the first letter typed belongs into the note.
function unfoldNote(event) {
  event.preventDefault();
  part("note").open = !part("note").open;
  if (part("note").open) form.elements.note.focus();
}

// Enter in the note sends; the form's first button is the one that compares.
function sendFromNote(event) {
  if (event.target !== form.elements.note || event.isComposing) return;
  if (event.key === "Escape") {
    part("note").open = false;
    part("note").querySelector("summary").focus();
  } else if (event.key !== "Enter") return;
  event.preventDefault();
  if (event.key === "Enter") part("spends").click();
}

function start() {
  document.addEventListener("click", clicked);
  form.addEventListener("keydown", sendFromNote);
  part("note")?.querySelector("summary").addEventListener("click", unfoldNote);
  document.addEventListener("keydown", (event) => {
    // A box is ticked with the space bar; Enter would send its form.
    if (event.key === "Enter" && event.target.matches(".take-select > input")) event.preventDefault();
    if (event.key !== "Escape" || event.defaultPrevented || !ticked.size) return;
    if (document.querySelector("dialog[open]") || event.target.closest("textarea, input:not([type=checkbox]), select")) return;
    clear();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clear();
  });
  form.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.selectionConfirm;
    if (question && !confirm(question)) event.preventDefault();
    else sessionStorage.setItem(KEPT, JSON.stringify(question ? [] : [...ticked]));
    leaveNoteOut(event.submitter);
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    sessionStorage.removeItem(KEPT);
    clear();
    forgetNote();
  });
  for (const name of ["htmx:oobAfterSwap", "htmx:afterSwap", "htmx:afterSettle"]) document.addEventListener(name, redraw);
  window.addEventListener("pageshow", adopt);
  adopt();
}

if (form) start();
