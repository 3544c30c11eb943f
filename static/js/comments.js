// The list of comments: choosing one brings the player to its frame, a chosen marker is found in the list, and both stay marked across swaps.

let chosen = "";

function find(id) {
  return document.querySelector(`[data-comment="${CSS.escape(id)}"]`);
}

function numberIn(text) {
  return text === undefined ? null : Number(text);
}

function choose(comment) {
  const { comment: id, frame, endFrame, drawing } = comment.dataset;
  if (frame === undefined) {
    mark(id);
    return;
  }
  bringFilmIntoSight();
  const detail = { id, frame: Number(frame), endFrame: numberIn(endFrame), drawing: drawing ? JSON.parse(drawing) : [] };
  document.dispatchEvent(new CustomEvent("comment:show", { detail }));
}

// On a phone the list is under the film, and whoever goes to a frame wants to see it; where it can be seen, nothing jumps.
function bringFilmIntoSight() {
  const film = document.querySelector("[data-player] video");
  if (!film) return;
  const { top, bottom, height } = film.getBoundingClientRect();
  const seen = Math.min(bottom, innerHeight) - Math.max(top, 0);
  if (seen < Math.min(height, innerHeight) / 2) film.scrollIntoView({ block: "start" });
}

function mark(id) {
  chosen = id;
  for (const comment of document.querySelectorAll("[data-comment].is-chosen")) comment.classList.remove("is-chosen");
  const comment = id && find(id);
  if (!comment) return;
  comment.classList.add("is-chosen");
  const folded = comment.closest("details");
  if (folded) folded.open = true;
  bringIntoList(comment);
}

// Scrolls the list alone: the page stays where the film can be seen.
function bringIntoList(comment) {
  const list = comment.closest("[data-comments-scroll]");
  if (!list || list.scrollHeight <= list.clientHeight) return;
  const outer = list.getBoundingClientRect();
  const inner = comment.getBoundingClientRect();
  const bottom = Math.min(outer.bottom, innerHeight);
  if (inner.top < outer.top || inner.bottom > bottom) list.scrollTop += inner.top - outer.top;
}

function keepMark() {
  const comment = chosen && find(chosen);
  if (comment) comment.classList.add("is-chosen");
}

// A notification leads to one comment or to a reply under it.
function chooseNamed() {
  const named = /^#comment-\d+$/.test(location.hash) && document.querySelector(location.hash);
  const comment = named && named.closest("[data-comment]");
  if (!comment) return;
  const folded = comment.closest("details");
  if (folded) folded.open = true;
  choose(comment);
  named.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-draw=pen], [data-draw=box]")) bringFilmIntoSight();
  const comment = event.target.closest("[data-comment]");
  if (!comment) return;
  const goes = event.target.closest("[data-comment-go]");
  const isOther = event.target.closest("a, button, summary, form");
  // Who marks words to copy them does not want to go anywhere.
  if (goes || (!isOther && getSelection().isCollapsed)) choose(comment);
});

document.addEventListener("comment:show", (event) => mark(String(event.detail.id)));
document.addEventListener("comment:sent", (event) => mark(String(event.detail.id)));
document.addEventListener("htmx:oobAfterSwap", keepMark);
document.addEventListener("htmx:afterSettle", keepMark);
window.addEventListener("hashchange", chooseNamed);
if (document.querySelector("[data-player][data-frame]")) chooseNamed();
else document.addEventListener("player:ready", chooseNamed, { once: true });
