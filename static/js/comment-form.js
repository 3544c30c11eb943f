// The comment form: its place follows the player, replies and changes are written in it, and the film gets the focus back.

let place = { frame: 0, end: null };
let span = null;
// Said of the whole take: the place was taken off by hand.
let isWhole = false;
// A drawing belongs to the frame that it was made on, wherever the film goes meanwhile.
let drawnOn = null;
// The take that all this is about: another one may be swapped in.
let about = "";
// The link that opened the form for changes, which gets the focus back.
let changes = "";
const TYPED = "input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

function box() {
  return document.getElementById("comment-box");
}

function player() {
  return document.querySelector("[data-player]");
}

function timecode(frame) {
  const rate = Math.max(1, Math.round(Number(player()?.dataset.fps) || 24));
  const seconds = Math.floor(frame / rate);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60, frame % rate];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function hasDrawing(form) {
  const drawn = form.elements.drawing?.value ?? "";
  return drawn !== "" && drawn !== "[]";
}

function placeNow() {
  if (drawnOn !== null && span?.start !== drawnOn) return { frame: drawnOn, end: null };
  return span ? { frame: span.start, end: span.end } : place;
}

function paint() {
  const form = box();
  const chip = form?.querySelector("[data-comment-chip]");
  if (!chip || !player()) return;
  const { frame, end } = placeNow();
  const whole = isWhole && drawnOn === null;
  form.elements.frame.value = whole ? "" : frame;
  form.elements.end_frame.value = whole || end === null ? "" : end;
  const words = end === null ? interpolate(gettext("at %(time)s"), { time: timecode(frame) }, true) : `${timecode(frame)}–${timecode(end)}`;
  chip.hidden = false;
  chip.setAttribute("aria-pressed", String(!whole));
  chip.disabled = drawnOn !== null;
  chip.querySelector("[data-comment-chip-words]").textContent = whole ? gettext("on the whole take") : words;
  form.querySelector("[data-comment-drawn]").hidden = drawnOn === null;
  form.classList.add("is-live");
}

function noteDrawing(event) {
  const form = box();
  if (!form) return;
  if (!hasDrawing(form)) drawnOn = null;
  else drawnOn = event?.detail?.frame ?? drawnOn ?? placeNow().frame;
  paint();
}

function answer(comment) {
  const form = box();
  form.elements.parent.value = comment?.dataset.comment ?? "";
  form.querySelector("[data-comment-to]").hidden = !comment;
  form.querySelector("[data-comment-to-name]").textContent = comment?.dataset.name ?? "";
  for (const part of form.querySelectorAll("[data-comment-place], [data-comment-draws]")) part.hidden = Boolean(comment);
  form.elements.text.focus();
}

function change(link) {
  const form = document.getElementById("comment-edit");
  const said = link.closest(".comment-reply, .comment").querySelector(":scope > .comment-text");
  form.querySelector("[data-comment-keep]").setAttribute("formaction", link.dataset.commentEdit);
  for (const error of form.querySelectorAll(".error")) error.remove();
  form.elements.text.value = said.textContent;
  form.hidden = false;
  form.elements.text.focus();
  changes = link.id;
}

function closeEdit() {
  const form = document.getElementById("comment-edit");
  if (!form) return;
  form.hidden = true;
  form.elements.text.value = "";
  document.getElementById(changes)?.focus();
}

function backToFilm() {
  const film = player();
  if (!film) return;
  if (!film.hasAttribute("tabindex")) film.tabIndex = -1;
  film.focus({ preventScroll: true });
}

document.addEventListener("player:ready", paint);
document.addEventListener("player:frame", (event) => {
  place = { frame: event.detail.frame, end: null };
  paint();
});
document.addEventListener("player:span", (event) => {
  const marked = event.detail;
  span = marked && Number.isInteger(marked.start) && marked.end > marked.start ? marked : null;
  paint();
});
document.addEventListener("drawing:changed", noteDrawing);

document.addEventListener("comment:sent", () => {
  isWhole = false;
  drawnOn = null;
  paint();
  backToFilm();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-comment-chip]")) {
    isWhole = !isWhole;
    paint();
    return;
  }
  const replies = event.target.closest("[data-comment-reply]");
  const edits = event.target.closest("[data-comment-edit]");
  const alone = event.target.closest("[data-comment-alone]");
  const leaves = event.target.closest("[data-comment-edit-cancel]");
  const link = replies ?? edits ?? alone ?? leaves;
  // A new tab is left to the address in the link.
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (replies) answer(replies.closest("[data-comment]"));
  else if (edits) change(edits);
  else if (alone) answer(null);
  else closeEdit();
});

// T leads to the words, as a and c lead to the verdict; never from where somebody types.
document.addEventListener("keydown", (event) => {
  const isChord = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat;
  const isTaken = event.defaultPrevented || event.target.closest?.(TYPED) || document.querySelector("dialog[open]");
  if (event.key.toLowerCase() !== "t" || isChord || isTaken || !box()) return;
  event.preventDefault();
  box().elements.text.focus();
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-comment-text]") || event.isComposing || event.defaultPrevented) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) {
    event.preventDefault();
    event.target.form.querySelector("[type=submit]").click();
  } else if (event.key === "Escape") backToFilm();
});

// A form that came back, empty or with what is wrong, takes the place from the player again; one of another take anew.
function meet() {
  const form = box();
  if (!form || form.classList.contains("is-live")) return;
  if (form.getAttribute("action") !== about) {
    about = form.getAttribute("action");
    place = { frame: Number(player()?.dataset.frame) || 0, end: null };
    span = null;
    isWhole = false;
    drawnOn = null;
  }
  noteDrawing();
}

document.addEventListener("htmx:afterSettle", meet);
document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
  if (elt.id === "comment-edit" && elt.hidden) document.getElementById(changes)?.focus();
});
meet();
