// How the compared films are laid out: side by side, or two of them under a line that is drawn across. compare.js plays them.

const root = document.querySelector("[data-compare]");
const cells = [...(root?.querySelectorAll(".compare-cell") ?? [])];
const layer = root?.querySelector("[data-compare-wipe]");
const slide = root?.querySelector("[data-compare-slide]");
const pair = document.querySelector("[data-compare-pair]");
const selects = [...document.querySelectorAll("[data-compare-side]")];
const sides = { l: "A", r: "B" };

function letters() {
  return cells.map((cell) => cell.dataset.letter);
}

// No film lies under itself: the other side moves on to the next one.
function choose(side, letter) {
  const other = side === "l" ? "r" : "l";
  if (sides[other] === letter) sides[other] = sides[side];
  sides[side] = letter;
  for (const select of selects) select.value = sides[select.dataset.compareSide];
}

function mark(isWipe) {
  for (const cell of cells) {
    const side = Object.keys(sides).find((name) => sides[name] === cell.dataset.letter);
    if (isWipe && side) cell.dataset.side = side;
    else delete cell.dataset.side;
  }
}

function setView(view) {
  const isWipe = view === "wipe";
  root.dataset.view = view;
  layer.hidden = !isWipe;
  if (pair) pair.hidden = !isWipe;
  for (const button of document.querySelectorAll("[data-compare-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.compareView === view));
  }
  mark(isWipe);
  root.dispatchEvent(new CustomEvent("compare:view"));
}

function setLine(share) {
  const kept = Math.min(1, Math.max(0, share));
  slide.value = Math.round(kept * 1000);
  slide.setAttribute("aria-valuetext", interpolate(gettext("%(percent)s % %(left)s, the rest %(right)s"), { percent: Math.round(kept * 100), left: sides.l, right: sides.r }, true));
  root.style.setProperty("--wipe", kept);
}

function follow(event) {
  const box = layer.getBoundingClientRect();
  setLine((event.clientX - box.left) / box.width);
}

function start() {
  for (const button of document.querySelectorAll("[data-compare-view]")) {
    button.addEventListener("click", () => setView(button.dataset.compareView));
  }
  for (const select of selects) {
    select.addEventListener("change", () => {
      choose(select.dataset.compareSide, select.value);
      setView("wipe");
    });
  }
  layer.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    layer.setPointerCapture(event.pointerId);
    follow(event);
    slide.focus({ preventScroll: true });
    event.preventDefault();
  });
  layer.addEventListener("pointermove", (event) => {
    if (layer.hasPointerCapture(event.pointerId)) follow(event);
  });
  slide.addEventListener("input", () => setLine(slide.value / 1000));
  document.addEventListener("compare:toggle-view", () => setView(root.dataset.view === "wipe" ? "side" : "wipe"));
  document.addEventListener("compare:set-view", (event) => setView(event.detail));
  const [left, right] = letters();
  choose("l", left);
  choose("r", right);
  setLine(0.5);
}

if (root) start();
