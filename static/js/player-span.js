// In and out marks, and what is played over and over: the span of a chosen comment, else the marks, else the whole film.

let root = null;
let video = null;
let isLooping = true;
let marks = null;
// The span of a comment that is looked at. It is no mark of this person, so no form hears of it.
let chosen = null;
let before = null;
// The frame that somebody has drawn on, or null.
let drawn = null;
const part = (name) => root.querySelector(`[data-player-${name}]`);
const frameNow = () => Number(root.dataset.frame) || 0;
const last = () => Math.max(0, Number(root.dataset.frameCount) - 1);
const span = () => chosen ?? (marks?.end > marks?.start ? marks : null);
const looped = () => (isLooping && span()?.end > span()?.start ? span() : null);

function seek(frame) {
  before = null;
  root.dispatchEvent(new CustomEvent("player:seek", { bubbles: true, detail: { frame } }));
}

function draw() {
  const bar = part("span");
  const range = chosen ?? marks;
  part("loop").setAttribute("aria-pressed", String(isLooping));
  part("unmark").disabled = !range;
  bar.hidden = !range;
  bar.classList.toggle("is-chosen", chosen !== null);
  // Alone the film loops by itself, without a seam; a film that stands still has no end to come back from.
  video.loop = isLooping && !looped() && !video.paused;
  if (!range) return;
  const whole = Math.max(1, last());
  root.style.setProperty("--span-start", range.start / whole);
  root.style.setProperty("--span-end", range.end / whole);
}

function mark(start, end) {
  chosen = null;
  marks = { start, end };
  draw();
  root.dispatchEvent(new CustomEvent("player:span", { bubbles: true, detail: marks }));
}

function unmark() {
  const hadMarks = marks !== null;
  [marks, chosen] = [null, null];
  draw();
  if (hadMarks) root.dispatchEvent(new CustomEvent("player:span", { bubbles: true, detail: null }));
}

// A mark beyond the other one begins a new span there; an end alone ends what begins at the drawing.
function markIn() {
  const frame = root.frameAsked();
  mark(frame, marks?.end > frame ? marks.end : last());
}

function markOut() {
  const frame = root.frameAsked();
  const begins = marks ? marks.start : drawn;
  mark(begins !== null && begins < frame ? begins : 0, frame);
}

const acts = {
  in: markIn,
  out: markOut,
  unmark,
  loop: () => { isLooping = !isLooping; draw(); },
};

// Turned round on its last frame, before the next one is due. Browsers may tell of a frame one drawing late, which is
// as long as a frame at double speed.
function keepWithin(frame) {
  const inside = looped();
  const stride = before === null ? 1 : Math.max(1, frame - before);
  before = frame;
  if (!inside || video.paused || video.seeking) return;
  const late = video.playbackRate > 1 ? 1 : 0;
  if (frame < inside.start || frame + stride + late > inside.end) turn(inside);
}

// Time stands still meanwhile: else the first frames of the span would be missed.
function turn(inside) {
  video.playbackRate = 0;
  seek(inside.start);
}

function goOn() {
  video.playbackRate = Number(part("speed").value);
}

function enter() {
  const inside = looped();
  before = null;
  draw();
  if (inside && (frameNow() < inside.start || frameNow() >= inside.end)) turn(inside);
}

function start(player) {
  root = player;
  video = root.querySelector("video");
  [marks, chosen, before, drawn] = [null, null, null, null];
  video.addEventListener("play", enter);
  video.addEventListener("pause", draw);
  video.addEventListener("seeked", goOn);
  // A span that ends with the film has no next frame to be turned round before.
  video.addEventListener("ended", () => {
    if (!looped()) return;
    turn(looped());
    video.play().catch(() => {});
  });
  draw();
}

document.addEventListener("player:met", (event) => start(event.target));
document.addEventListener("drawing:changed", (event) => { drawn = event.detail.frame; });
document.addEventListener("player:frame", (event) => keepWithin(event.detail.frame));
document.addEventListener("player:act", (event) => acts[event.detail.name]?.());
document.addEventListener("player:go", (event) => {
  const { frame, endFrame, keepsSpan } = event.detail;
  if (!root?.isConnected || keepsSpan) return;
  const hasEnd = Number.isInteger(endFrame) && endFrame > frame;
  chosen = hasEnd ? { start: frame, end: Math.min(endFrame, last()) } : null;
  draw();
});
