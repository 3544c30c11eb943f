// Drawing on the picture for a comment: pen and box, undo and clear; and the drawing of the comment that is looked at.

const SVG = "http://www.w3.org/2000/svg";
const MOST_SHAPES = 50;
const MOST_POINTS = 500;
const SMALLEST = 0.005;
let root = null;
let tool = null;
let color = "yellow";
let draft = [];
let draftFrame = null;
let chosen = null;
// The span marked for the comment, whose first frame a drawing is on.
let marked = null;
// The shape under the pointer, which is not done yet.
let open = null;
const svg = () => root?.querySelector("[data-player-drawing]");
const field = () => document.querySelector("[data-comment-form] input[name=drawing]");
const frameNow = () => Number(root.dataset.frame) || 0;
const toShare = (value) => Math.round(Math.min(1, Math.max(0, value)) * 10000) / 10000;

// The picture has its own place in the stage, with bars beside or above it; the SVG lies as the film does.
function pointOf(event) {
  const { width, height } = svg().viewBox.baseVal;
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg().getScreenCTM().inverse());
  return [toShare(point.x / width), toShare(point.y / height)];
}

function outline(shape) {
  const { width, height } = svg().viewBox.baseVal;
  if (shape.kind === "box") {
    const [x, y, w, h] = [shape.x * width, shape.y * height, shape.w * width, shape.h * height];
    return `M${x} ${y}h${w}v${h}h${-w}z`;
  }
  const points = shape.points.map(([x, y]) => `${x * width} ${y * height}`);
  // A single point is a dot: a line to itself with round ends.
  return `M${points[0]}L${points.length > 1 ? points.slice(1).join(" ") : points[0]}`;
}

// Twice, the lower one dark and wider: each colour is seen on any picture.
function drawn(shape) {
  return ["shape-edge", `shape shape-${shape.color ?? "yellow"}`].map((name) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    path.setAttribute("d", outline(shape));
    return path;
  });
}

function paint() {
  if (!svg()) return;
  const mine = draftFrame === frameNow() ? draft : [];
  const theirs = chosen?.frame === frameNow() ? chosen.drawing : [];
  const shapes = [...theirs, ...mine, ...(open ? [open] : [])];
  svg().replaceChildren(...shapes.filter(isShape).flatMap(drawn));
}

function isShape(shape) {
  return shape?.kind === "box" ? shape.w > 0 && shape.h > 0 : shape?.points?.length > 0;
}

function pick(name) {
  tool = tool === name ? null : name;
  if (tool) pause();
  showTools();
}

function pause() {
  root.dispatchEvent(new CustomEvent("player:go", { bubbles: true, detail: { frame: marked?.start ?? root.frameAsked(), keepsSpan: true } }));
}

function showTools() {
  root?.classList.toggle("is-drawing", tool !== null);
  for (const each of document.querySelectorAll("[data-draw-tools]")) each.hidden = !svg();
  for (const each of document.querySelectorAll("[data-draw=pen], [data-draw=box]")) {
    each.setAttribute("aria-pressed", String(each.dataset.draw === tool));
  }
  for (const each of document.querySelectorAll("[data-draw=undo], [data-draw=clear]")) each.disabled = !draft.length;
  for (const each of document.querySelectorAll("[data-draw-color]")) {
    each.setAttribute("aria-pressed", String(each.dataset.drawColor === color));
  }
}

function change(shapes) {
  draft = shapes;
  draftFrame = shapes.length ? draftFrame : null;
  const input = field();
  if (input) input.value = shapes.length ? JSON.stringify(shapes) : "";
  paint();
  showTools();
  const detail = { count: shapes.length, frame: draftFrame };
  (input ?? root)?.dispatchEvent(new CustomEvent("drawing:changed", { bubbles: true, detail }));
}

function begin(event) {
  if (!tool || !event.isPrimary || event.button !== 0) return;
  event.preventDefault();
  svg().setPointerCapture(event.pointerId);
  const [x, y] = pointOf(event);
  open = tool === "pen" ? { kind: "stroke", points: [[x, y]], color } : { kind: "box", x, y, w: 0, h: 0, color, from: [x, y] };
  paint();
}

function extend(event) {
  if (!open || !event.isPrimary) return;
  const [x, y] = pointOf(event);
  if (open.kind === "box") {
    const [fromX, fromY] = open.from;
    Object.assign(open, { x: Math.min(x, fromX), y: Math.min(y, fromY), w: toShare(Math.abs(x - fromX)), h: toShare(Math.abs(y - fromY)) });
  } else {
    const [lastX, lastY] = open.points.at(-1);
    if (Math.hypot(x - lastX, y - lastY) < 0.002) return;
    open.points.push([x, y]);
    // Long strokes keep every second point.
    if (open.points.length > MOST_POINTS) open.points = open.points.filter((_, index) => index % 2 === 0);
  }
  paint();
}

function finish(event) {
  if (!open || !event.isPrimary) return;
  const { from, ...shape } = open;
  open = null;
  if (shape.kind === "box" && (shape.w < SMALLEST || shape.h < SMALLEST)) return void paint();
  if (draft.length >= MOST_SHAPES) return void refuse();
  // One comment has one frame: what was drawn before comes along.
  draftFrame = marked?.start ?? frameNow();
  change([...draft, shape]);
  if (draftFrame !== frameNow()) pause();
}

function refuse() {
  const text = interpolate(gettext("A drawing has at most %(number)s shapes. Take one away first."), { number: MOST_SHAPES }, true);
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "warning", text } }));
  paint();
}

const acts = {
  pen: () => pick("pen"),
  box: () => pick("box"),
  undo: () => change(draft.slice(0, -1)),
  clear: () => change([]),
};

// What a form still holds that came back with something to mend.
function readForm() {
  const frame = document.querySelector("[data-comment-form] input[name=frame]")?.value;
  draft = shapesOf(field()?.value);
  draftFrame = draft.length ? Number(frame) || 0 : null;
}

function shapesOf(drawing) {
  if (Array.isArray(drawing)) return drawing;
  try {
    return JSON.parse(drawing || "[]");
  } catch {
    return [];
  }
}

function start(player) {
  root = player;
  [tool, open, chosen, marked] = [null, null, null, null];
  const video = root.querySelector("video");
  video.addEventListener("loadedmetadata", () => svg()?.setAttribute("viewBox", `0 0 ${video.videoWidth} ${video.videoHeight}`));
  video.addEventListener("play", () => tool && pick(tool));
  svg().addEventListener("pointerdown", begin);
  svg().addEventListener("pointermove", extend);
  svg().addEventListener("pointerup", finish);
  svg().addEventListener("pointercancel", () => { open = null; paint(); });
  readForm();
  paint();
  showTools();
}

document.addEventListener("player:met", (event) => start(event.target));
document.addEventListener("player:frame", paint);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-draw], [data-draw-color]");
  if (!button || !svg()) return;
  if (button.dataset.drawColor) color = button.dataset.drawColor;
  else acts[button.dataset.draw]?.();
  showTools();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && tool) pick(tool);
});
document.addEventListener("comment:show", (event) => {
  const { id, frame, drawing } = event.detail;
  const element = document.querySelector(`[data-comment="${CSS.escape(String(id))}"]`);
  const at = Number.isInteger(frame) ? frame : Number(element?.dataset.frame ?? NaN);
  chosen = { frame: at, drawing: shapesOf(drawing ?? element?.dataset.drawing) };
  paint();
});
document.addEventListener("player:span", (event) => {
  marked = event.detail?.end > event.detail?.start ? event.detail : null;
  if (!marked || !draft.length) return;
  draftFrame = marked.start;
  change(draft);
});
document.addEventListener("comment:sent", () => {
  tool = null;
  // What was just sent is looked at, as it is in the list, until the film moves on.
  if (draft.length) chosen = { frame: draftFrame, drawing: draft };
  change([]);
});
document.addEventListener("htmx:afterSettle", showTools);
