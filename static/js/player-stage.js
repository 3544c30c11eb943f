// Nothing goes black between takes: a still covers the stage until the new film's first frame is on the screen.

const WIDEST = 1280;
let root = null;
let video = null;
// The picture that was on the screen when the page began to change.
let held = null;

function pictureOf(film) {
  if (!film?.videoWidth || film.readyState < 2) return null;
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, WIDEST / film.videoWidth);
  canvas.width = Math.round(film.videoWidth * scale);
  canvas.height = Math.round(film.videoHeight * scale);
  canvas.getContext("2d").drawImage(film, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function cover(picture, name) {
  picture.classList.add("player-still", name);
  picture.setAttribute("aria-hidden", "true");
  video.after(picture);
}

function uncover() {
  for (const picture of root?.querySelectorAll(".player-still") ?? []) picture.remove();
}

// The poster says at once which take it is; the old take's frame stands until the poster can be drawn.
async function coverWithPoster(player) {
  const poster = new Image();
  poster.alt = "";
  poster.src = player.dataset.poster;
  await poster.decode().catch(() => {});
  if (player !== root || !poster.naturalWidth || player.classList.contains("is-ready")) return;
  uncover();
  cover(poster, "is-poster");
}

function start(player) {
  root = player;
  video = root.querySelector("video");
  if (held) cover(held, "is-held");
  held = null;
  if (root.dataset.poster) coverWithPoster(root);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.shouldSwap && root?.isConnected && event.detail.target.contains(root)) {
    held = root.querySelector("canvas.player-still") ?? pictureOf(video) ?? root.querySelector("img.player-still");
  }
});
document.addEventListener("player:met", (event) => start(event.target));
document.addEventListener("player:ready", uncover);
