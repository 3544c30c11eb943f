// The quick look: space opens the take under the focus or the pointer in a dialog, arrows go to its neighbours, Escape or space leads back to the card.

const dialog = document.querySelector("[data-look]");
const body = document.getElementById("look-body");
let shown = null;

const cards = () => [...document.querySelectorAll(".take:has(.take-title)")];
const addressOf = (card) => card.querySelector(".take-title").pathname;

function current() {
  const active = document.activeElement;
  const focused = active.closest(".take");
  if (focused) return active.matches(".take-title") ? focused : null;
  return active === document.body || active.id === "main" ? document.querySelector(".take:hover") : null;
}

async function show(card) {
  if (shown) settle();
  shown = card.id;
  await htmx.ajax("GET", `${addressOf(card)}look/`, { target: body, swap: "innerHTML" });
  offer();
}

function offer() {
  const at = cards().findIndex((card) => card.id === shown);
  for (const button of dialog.querySelectorAll("[data-look-by]")) button.disabled = !cards()[at + Number(button.dataset.lookBy)];
}

function go(by) {
  const all = cards();
  const next = all[all.findIndex((card) => card.id === shown) + by];
  if (next) show(next);
}

// The picture that is there already, until the film and its words have come.
function still(card) {
  const poster = card.querySelector(".take-poster");
  if (!poster) return;
  const stage = document.createElement("div");
  const picture = new Image();
  stage.className = "look-stage";
  picture.className = "look-film";
  picture.alt = "";
  picture.src = poster.currentSrc || poster.src;
  stage.append(picture);
  body.replaceChildren(stage);
}

function open(card) {
  still(card);
  dialog.showModal();
  dialog.focus();
  show(card);
}

// A heart that was put on here changes the card as well; all else it hears of by itself.
function settle() {
  const card = document.getElementById(shown);
  const heart = body.querySelector(".heart");
  if (card && heart) card.toggleAttribute("data-favourite", heart.getAttribute("aria-pressed") === "true");
}

function play() {
  const film = body.querySelector("[data-look-film]");
  if (film && !matchMedia("(prefers-reduced-motion: reduce)").matches) film.play().catch(() => { film.muted = true; film.play().catch(() => {}); });
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowUp") go(-1);
  else if (event.key === "ArrowRight" || event.key === "ArrowDown") go(1);
  else if (event.key === " " && !event.target.closest("button, a")) dialog.close();
  else if (event.key === "Enter" && !event.target.closest("button, a")) location.assign(addressOf(document.getElementById(shown)));
  else return;
  event.preventDefault();
}

function start() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.defaultPrevented || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const card = document.querySelector("dialog[open]") ? null : current();
    if (!card?.querySelector(".take-title")) return;
    event.preventDefault();
    if (!event.repeat) open(card);
  });
  dialog.addEventListener("keydown", keys);
  dialog.addEventListener("click", (event) => {
    const by = event.target.closest("[data-look-by]");
    if (by) go(Number(by.dataset.lookBy));
    else if (event.target === dialog || event.target.closest("[data-look-close]")) dialog.close();
  });
  body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === body) play();
  });
  dialog.addEventListener("close", () => {
    settle();
    const card = document.getElementById(shown);
    body.replaceChildren();
    shown = null;
    card?.querySelector(".take-title")?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  });
}

if (dialog) start();
