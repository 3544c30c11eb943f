// A ready card shows its film: the pointer scrubs it, a finger drags it, keyboard focus plays it through.

const STEP_MS = 450;
let focused = null;

function layer(card) {
  const stage = card.querySelector(".take-stage");
  let film = stage.querySelector(".take-film");
  if (film) return film;
  film = Object.assign(document.createElement("div"), { className: "take-film" });
  const line = Object.assign(document.createElement("div"), { className: "take-film-mark" });
  stage.querySelector(".take-poster").after(film, line);
  load(card, film);
  return film;
}

// The sprite is fetched when first wanted, and measured: its frames may differ from the ratio that was asked for.
function load(card, film) {
  const sprite = new Image();
  sprite.addEventListener("load", () => {
    const frames = Number(card.dataset.frames);
    film.style.setProperty("--frame-ratio", sprite.naturalWidth / frames / sprite.naturalHeight);
    film.style.backgroundImage = `url("${sprite.src}")`;
    film.style.backgroundSize = `${frames * 100}% 100%`;
    film.dataset.loaded = "yes";
    if (card.dataset.frame) show(card, Number(card.dataset.frame));
  });
  sprite.src = card.dataset.filmstrip;
}

function show(card, frame) {
  const frames = Number(card.dataset.frames);
  const film = layer(card);
  card.dataset.frame = frame;
  if (!film.dataset.loaded) return;
  film.style.backgroundPosition = `${(frame / (frames - 1)) * 100}% 0`;
  film.nextElementSibling.style.transform = `translateX(${frame * 100}%)`;
  film.nextElementSibling.style.inlineSize = `${100 / frames}%`;
  card.classList.add("is-scrubbing");
}

function stop(card) {
  card.classList.remove("is-scrubbing");
  delete card.dataset.frame;
}

function cardOf(event) {
  return event.target.closest?.("[data-filmstrip][data-frames].take");
}

document.addEventListener("pointermove", (event) => {
  const card = cardOf(event);
  if (!card || card.querySelector("details[open]")) return;
  const box = card.querySelector(".take-stage").getBoundingClientRect();
  if (event.clientY > box.bottom) return stop(card);
  const share = Math.min(0.999, Math.max(0, (event.clientX - box.left) / box.width));
  return show(card, Math.floor(share * Number(card.dataset.frames)));
}, { passive: true });

document.addEventListener("pointerout", (event) => {
  const card = cardOf(event);
  if (card && !card.contains(event.relatedTarget)) stop(card);
});

document.addEventListener("focusin", (event) => {
  const card = event.target.matches?.(".take-title:focus-visible") && cardOf(event);
  clearInterval(focused);
  if (!card) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let frame = still ? Math.floor(Number(card.dataset.frames) / 2) : 0;
  show(card, frame);
  if (!still) focused = setInterval(() => show(card, frame = (frame + 1) % Number(card.dataset.frames)), STEP_MS);
});

document.addEventListener("focusout", (event) => {
  const card = cardOf(event);
  clearInterval(focused);
  if (card) stop(card);
});
