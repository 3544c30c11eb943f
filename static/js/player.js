// The take page's player: true frame steps, timecode, loop, speed, sound, full screen, preview. Native controls stay without it.

let player = null;
let video = null;
let fps = 24;
const part = (name) => player.querySelector(`[data-player-${name}]`);

function frameNow() {
  return Math.floor(video.currentTime * fps + 0.001);
}

// The middle of a frame: its edges belong to two frames once rounded.
function goToFrame(frame) {
  const last = Math.max(0, Math.ceil(video.duration * fps) - 1);
  video.pause();
  video.currentTime = Math.min(video.duration, (Math.min(last, Math.max(0, frame)) + 0.5) / fps);
}

function timecode(seconds) {
  const frames = Math.floor(seconds * fps + 0.001);
  const rate = Math.round(fps);
  const pad = (value) => String(value).padStart(2, "0");
  const whole = Math.floor(frames / rate);
  return `${pad(Math.floor(whole / 60))}:${pad(whole % 60)}:${pad(frames % rate)}`;
}

function refresh() {
  if (!Number.isFinite(video.duration)) return;
  const share = video.currentTime / video.duration;
  part("time").textContent = timecode(video.currentTime);
  part("length").textContent = timecode(video.duration);
  part("range").value = Math.round(share * 1000);
  part("range").setAttribute("aria-valuetext", timecode(video.currentTime));
  part("range").style.setProperty("--played", share);
}

function follow() {
  refresh();
  if (!video.paused) requestAnimationFrame(follow);
}

const acts = {
  play: () => (video.paused ? video.play() : video.pause()),
  back: () => goToFrame(frameNow() - 1),
  forward: () => goToFrame(frameNow() + 1),
  loop: () => { video.loop = !video.loop; showPressed(); },
  mute: () => { video.muted = !video.muted; },
  full: () => (document.fullscreenElement ? document.exitFullscreen() : player.requestFullscreen()),
  earlier: () => { video.currentTime = Math.max(0, video.currentTime - 1); },
  later: () => { video.currentTime = Math.min(video.duration, video.currentTime + 1); },
};

const KEYS = { " ": "play", k: "play", ",": "back", ".": "forward", l: "loop", m: "mute", f: "full", ArrowLeft: "earlier", ArrowRight: "later" };

function showPressed() {
  part("loop").setAttribute("aria-pressed", String(video.loop));
  // A film without sound has no such button.
  part("mute")?.setAttribute("aria-pressed", String(video.muted));
  player.classList.toggle("is-muted", video.muted);
  player.classList.toggle("is-playing", !video.paused);
  part("play").setAttribute("aria-label", video.paused ? "Play" : "Pause");
}

// Letters act only while the player has the focus, so that no one who dictates or types elsewhere triggers them.
function keyed(event) {
  if (!player?.isConnected) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const inside = player.contains(event.target);
  const free = inside || (event.target === document.body && (event.key === " " || event.key.startsWith("Arrow")));
  if (!act || !free || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select")) return;
  if (event.key === " " && event.target.matches("button")) return;
  event.preventDefault();
  acts[act]();
}

function preview(event) {
  const box = part("range").getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  const frames = Number(player.dataset.frames);
  const picture = part("preview");
  picture.hidden = false;
  picture.style.backgroundPosition = `${(Math.min(frames - 1, Math.floor(share * frames)) / (frames - 1)) * 100}% 0`;
  const left = share * box.width - picture.offsetWidth / 2;
  picture.style.left = `${Math.min(box.width - picture.offsetWidth, Math.max(0, left))}px`;
}

function preparePreview() {
  if (!player.dataset.filmstrip) return;
  const sprite = new Image();
  sprite.addEventListener("load", () => {
    const picture = part("preview");
    picture.style.setProperty("--frame-ratio", sprite.naturalWidth / player.dataset.frames / sprite.naturalHeight);
    picture.style.backgroundImage = `url("${sprite.src}")`;
    picture.style.backgroundSize = `${player.dataset.frames * 100}% 100%`;
    part("range").addEventListener("pointermove", preview);
    part("range").addEventListener("pointerleave", () => { picture.hidden = true; });
  });
  sprite.src = player.dataset.filmstrip;
}

function start() {
  video.controls = false;
  part("bar").hidden = false;
  for (const name of ["play", "back", "forward", "loop", "mute", "full"]) part(name)?.addEventListener("click", acts[name]);
  part("speed").addEventListener("change", (event) => { video.playbackRate = Number(event.target.value); });
  part("range").addEventListener("input", (event) => { video.currentTime = (event.target.value / 1000) * video.duration; });
  video.addEventListener("click", acts.play);
  for (const name of ["play", "pause", "volumechange"]) video.addEventListener(name, showPressed);
  for (const name of ["loadedmetadata", "seeked", "timeupdate"]) video.addEventListener(name, refresh);
  video.addEventListener("play", follow);
  preparePreview();
  showPressed();
  refresh();
}

// At load, and when a take that was watched while it rendered has become ready.
function meet() {
  const found = document.querySelector("[data-player]");
  if (!found || found === player) return;
  player = found;
  video = player.querySelector("video");
  fps = Number(player.dataset.fps) || 24;
  start();
}

document.addEventListener("keydown", keyed);
document.addEventListener("htmx:afterSettle", meet);
meet();
