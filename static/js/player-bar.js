// The player's bar: position, timecode, the picture under the pointer, speed, sound and full screen.

let root = null;
let video = null;
let dragged = false;
let wasPlaying = false;
// Kept from take to take: whoever turned the sound off wants it off for the next one too.
let isMuted = false;
let speed = "1";
const part = (name) => root.querySelector(`[data-player-${name}]`);
const last = () => Math.max(1, Number(root.dataset.frameCount) - 1);

function showFrame({ frame, timecode }) {
  part("time").textContent = timecode;
  part("frame").textContent = interpolate(gettext("frame %(number)s"), { number: frame }, true);
  if (!dragged) placeThumb(frame, timecode);
}

function placeThumb(frame, timecode) {
  const range = part("range");
  range.value = frame;
  range.setAttribute("aria-valuetext", timecode);
  root.style.setProperty("--played", frame / last());
}

function showPressed() {
  // A film without sound has no such button.
  isMuted = video.muted;
  part("mute")?.setAttribute("aria-pressed", String(isMuted));
  root.classList.toggle("is-muted", isMuted);
  root.classList.toggle("is-playing", !video.paused);
  part("play").setAttribute("aria-label", video.paused ? gettext("Play") : gettext("Pause"));
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (root.requestFullscreen) root.requestFullscreen();
  // Telephones that let only a film fill the screen.
  else video.webkitEnterFullscreen?.();
}

const acts = { mute: () => { video.muted = !video.muted; }, full: fullScreen };

// Dragging leads the film along, paused; let go, it plays on if it played before.
function drag() {
  if (!dragged) wasPlaying = !video.paused;
  dragged = true;
  const frame = Number(part("range").value);
  placeThumb(frame, root.timecodeOf(frame));
  root.dispatchEvent(new CustomEvent("player:go", { bubbles: true, detail: { frame, keepsSpan: true } }));
}

function letGo() {
  if (!dragged) return;
  dragged = false;
  if (wasPlaying) video.play().catch(() => {});
}

function pointed(event) {
  const range = part("range");
  const box = range.getBoundingClientRect();
  const thumb = parseFloat(getComputedStyle(part("bar")).getPropertyValue("--thumb")) || 0;
  const share = (event.clientX - box.left - thumb / 2) / (box.width - thumb);
  preview(Math.min(1, Math.max(0, share)), box.width, thumb);
}

// The strip holds the middle of each of its equal parts of the film.
function preview(share, width, thumb) {
  const frames = Number(root.dataset.frames);
  const frame = Math.round(share * last());
  const picture = part("preview-picture");
  if (frames > 1) {
    const index = Math.min(frames - 1, Math.floor((frame / (last() + 1)) * frames));
    picture.style.backgroundPosition = `${(index / (frames - 1)) * 100}% 0`;
  }
  const whole = part("preview");
  part("preview-time").textContent = root.timecodeOf(frame);
  whole.hidden = false;
  const left = thumb / 2 + share * (width - thumb) - whole.offsetWidth / 2;
  whole.style.left = `${Math.min(width - whole.offsetWidth, Math.max(0, left))}px`;
}

function loadStrip() {
  const player = root;
  if (!player.dataset.filmstrip) return;
  const strip = new Image();
  strip.addEventListener("load", () => {
    const picture = player.querySelector("[data-player-preview-picture]");
    const frames = Number(player.dataset.frames);
    picture.style.setProperty("--frame-ratio", strip.naturalWidth / frames / strip.naturalHeight);
    picture.style.backgroundImage = `url("${strip.src}")`;
    picture.style.backgroundSize = `${frames * 100}% 100%`;
    picture.classList.add("has-strip");
  });
  strip.src = player.dataset.filmstrip;
}

function start() {
  const range = part("range");
  part("bar").hidden = false;
  video.muted = isMuted;
  part("speed").value = speed;
  setSpeed();
  part("speed").addEventListener("change", setSpeed);
  range.addEventListener("input", drag);
  for (const name of ["change", "pointerup", "pointercancel", "blur"]) range.addEventListener(name, letGo);
  range.addEventListener("pointermove", pointed);
  range.addEventListener("pointerdown", pointed);
  for (const name of ["pointerleave", "pointercancel"]) range.addEventListener(name, hidePreview);
  range.addEventListener("pointerup", (event) => event.pointerType !== "mouse" && hidePreview());
  for (const name of ["play", "pause", "volumechange"]) video.addEventListener(name, showPressed);
  loadStrip();
  showPressed();
}

function setSpeed() {
  speed = part("speed").value;
  video.defaultPlaybackRate = Number(speed);
  video.playbackRate = Number(speed);
}

function hidePreview() {
  part("preview").hidden = true;
}

document.addEventListener("player:met", (event) => {
  root = event.target;
  video = root.querySelector("video");
  dragged = false;
  start();
});
document.addEventListener("player:frame", (event) => showFrame(event.detail));
document.addEventListener("player:act", (event) => acts[event.detail.name]?.());
