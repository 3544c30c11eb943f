// The player's clock: which frame is truly on the screen, exact steps, play and pause. All else listens to its events.

let root = null;
let video = null;
let fps = 24;
let count = 1;
// When the first frame is shown: not every file begins at zero.
let begin = 0;
let shown = null;
let wanted = null;
let asked = null;
let isSeen = false;
let isReady = false;

function timecode(frame) {
  const perSecond = Math.max(1, Math.round(fps));
  const seconds = Math.floor(frame / perSecond);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60, frame % perSecond];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function tell(name, detail) {
  root.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}

const clamp = (frame) => Math.min(count - 1, Math.max(0, Math.round(frame) || 0));

function show(frame) {
  if (frame === shown) return;
  shown = frame;
  root.dataset.frame = frame;
  tell("player:frame", { frame, timecode: timecode(frame) });
}

// Presses may come faster than a film can seek: the last one counts, those between are passed over.
function seek(frame) {
  wanted = clamp(frame);
  if (video.readyState < 1 || video.seeking) return;
  if (wanted === shown && video.paused && isReady) {
    wanted = null;
    return;
  }
  asked = wanted;
  isSeen = false;
  // The middle of a frame: its edges belong to two frames once rounded.
  video.currentTime = Math.min(video.duration, begin + (wanted + 0.5) / fps);
}

function go(frame) {
  video.pause();
  // Else a step near the end could be taken for the end, and lead back to the beginning.
  video.loop = false;
  seek(frame);
}

const frameBySeconds = (seconds) => clamp(Math.floor((seconds - begin) * fps + 0.001));

// Steps go on from where the film is being led to, else from what is on the screen.
const here = () => wanted ?? shown ?? 0;

function sought(film) {
  if (film !== video || wanted === null) return;
  if (wanted !== asked) {
    seek(wanted);
    return;
  }
  // The same frame again is not presented anew, and nothing is in a hidden page; then the clock alone tells.
  setTimeout(() => {
    if (film !== video || video.seeking || wanted !== asked) return;
    wanted = null;
    if (!isSeen) show(frameBySeconds(video.currentTime));
    if (!isReady) ready();
  }, 250);
}

function presented(film, meta) {
  if (film !== video) return;
  if (shown === null && asked === 0 && meta.mediaTime < 1) begin = meta.mediaTime;
  const frame = clamp((meta.mediaTime - begin) * fps);
  if (!video.seeking) isSeen = true;
  if (isSeen && wanted === asked && (frame === asked || !video.paused)) wanted = null;
  watch(film);
  show(frame);
  if (!isReady) ready();
}

function watch(film) {
  film.requestVideoFrameCallback?.((_, meta) => presented(film, meta));
}

// Browsers that cannot tell the frame: the clock does, as often as the screen is drawn.
function follow(film) {
  if (film !== video || film.paused) return;
  if (!video.seeking) show(frameBySeconds(video.currentTime));
  requestAnimationFrame(() => follow(film));
}

function ready() {
  isReady = true;
  root.classList.add("is-ready");
  tell("player:ready", { frames: count, fps });
}

function play() {
  // A film that is torn away while it starts says so; nobody needs to hear it.
  video.play().catch(() => {});
}

const acts = {
  play: () => (video.paused ? play() : video.pause()),
  back: () => go(here() - 1),
  forward: () => go(here() + 1),
  earlier: () => seek(here() - Math.round(fps)),
  later: () => seek(here() + Math.round(fps)),
};

function start() {
  const film = video;
  video.controls = false;
  video.loop = false;
  root.timecodeOf = timecode;
  // The frame that was asked for last, which may not be on the screen yet.
  root.frameAsked = here;
  video.addEventListener("loadedmetadata", () => film === video && seek(wanted ?? 0));
  video.addEventListener("seeked", () => sought(film));
  if (video.requestVideoFrameCallback) watch(film);
  else video.addEventListener("play", () => follow(film));
  tell("player:met", {});
  seek(0);
}

// At load, and whenever another take's player is put into the page.
function meet() {
  const found = document.querySelector("[data-player]");
  if (found === root) return;
  video?.pause();
  // Lets go of the old film's connection and decoder.
  video?.removeAttribute("src");
  video?.load();
  [root, video] = [found, found?.querySelector("video")];
  [shown, wanted, asked, begin, isReady] = [null, null, null, 0, false];
  if (!root) return;
  fps = Number(root.dataset.fps) || 24;
  count = Math.max(1, Number(root.dataset.frameCount) || 1);
  start();
}

document.addEventListener("player:act", (event) => acts[event.detail.name]?.());
document.addEventListener("player:seek", (event) => video && seek(event.detail.frame));
document.addEventListener("player:go", (event) => {
  if (!root?.isConnected) return;
  go(event.detail.frame);
  if (event.detail.play) play();
});
document.addEventListener("htmx:afterSettle", meet);
// Not before every module of the page listens.
if (document.readyState === "complete") meet();
else document.addEventListener("DOMContentLoaded", meet);
