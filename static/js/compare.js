// Films on one clock: the longest one leads, the others follow it to within a frame, and all controls act on all of them.

const root = document.querySelector("[data-compare]");
const part = (name) => root.querySelector(`[data-compare-${name}]`);
// Seconds: beyond the first the follower jumps, within it its pace is bent until it is level again.
const JUMP = 0.35;
const LEVEL = 0.15;

const films = [...(root?.querySelectorAll("[data-film]") ?? [])].map((box) => ({
  box,
  cell: box.closest(".compare-cell"),
  video: box.querySelector("video"),
  fps: Number(box.dataset.fps) || 24,
  frames: Math.max(1, Number(box.dataset.frameCount)),
  isOver: false,
  isBent: false,
}));
let shown = films;
let leader = films[0];
let rate = 24;
let last = 0;
let frame = 0;
let pending = null;
// The marked span in frames of the clock, both ends included; each end may be missing.
let marks = { start: null, end: null };
let playing = false;
let waiting = false;
let loop = true;
let muted = false;
let speed = 1;
// Whoever waits for a seek and finds another number here has been overtaken by a later press.
let turn = 0;
let heard = films.find((film) => "sound" in film.box.dataset) ?? null;

const lastWanted = () => Math.min(last, marks.end ?? last);
const seconds = (film) => film.frames / film.fps;

// The frame on screen in the middle of the clock's frame: at an edge, rounding could show either neighbour.
function frameAt(film, clockFrame) {
  return Math.min(film.frames - 1, Math.floor(((clockFrame + 0.5) / rate) * film.fps));
}

function timecode(number, perSecond = rate) {
  const whole = Math.max(1, Math.round(perSecond));
  const pad = (value) => String(value).padStart(2, "0");
  const total = Math.floor(number / whole);
  return `${pad(Math.floor(total / 60))}:${pad(total % 60)}:${pad(number % whole)}`;
}

function draw() {
  part("time").textContent = timecode(frame);
  part("range").value = frame;
  part("range").setAttribute("aria-valuetext", timecode(frame));
  part("range").style.setProperty("--played", last ? frame / last : 0);
  root.dataset.frame = frame;
}

function setOver(film, isOver) {
  if (film.isOver === isOver) return;
  film.isOver = isOver;
  const note = film.box.querySelector("[data-film-over]");
  note.hidden = !isOver;
  note.textContent = interpolate(gettext("Ended at %(time)s · last frame held"), { time: timecode(film.frames, film.fps) }, true);
}

function standAt(film, number) {
  const wanted = (number + 0.5) / film.fps;
  if (Math.abs(film.video.currentTime - wanted) > 0.0005) film.video.currentTime = wanted;
}

function place() {
  for (const film of shown) {
    standAt(film, frameAt(film, frame));
    setOver(film, (frame + 0.5) / rate >= seconds(film));
  }
}

const isSeeking = () => shown.some((film) => film.video.seeking);

// Presses and drags come faster than films seek: the newest wish waits for the seek that is under way.
function goTo(wanted) {
  frame = Math.min(last, Math.max(0, Math.round(wanted)));
  draw();
  if (isSeeking()) pending = frame;
  else place();
}

function seekOn() {
  if (pending === null || isSeeking()) return;
  pending = null;
  place();
}

function settled() {
  const waits = shown.filter((film) => film.video.seeking);
  return Promise.all(waits.map((film) => new Promise((done) => film.video.addEventListener("seeked", done, { once: true }))));
}

function hold() {
  playing = false;
  turn += 1;
  for (const film of films) film.video.pause();
  showState();
}

function pauseHere() {
  hold();
  goTo(frame);
}

function run(film) {
  film.video.playbackRate = speed;
  film.video.play().catch((error) => { if (error.name !== "AbortError") hold(); });
}

async function play() {
  const mine = ++turn;
  playing = true;
  waiting = false;
  pending = null;
  showState();
  if (frame >= lastWanted() || frame < (marks.start ?? 0)) frame = marks.start ?? 0;
  draw();
  place();
  await settled();
  if (mine !== turn) return;
  for (const film of shown) if (!film.isOver) run(film);
  requestAnimationFrame(() => tick(mine));
}

// A film that has to fetch more makes all of them wait, or it would come late for good.
function isThin(film) {
  const rest = seconds(film) - film.video.currentTime;
  return !film.isOver && rest > 2 / film.fps && film.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
}

function waitTogether() {
  const thin = shown.some(isThin);
  if (thin === waiting) return thin;
  waiting = thin;
  root.classList.toggle("is-waiting", waiting);
  for (const film of shown) {
    if (film.isOver) continue;
    if (waiting) film.video.pause();
    else run(film);
  }
  return thin;
}

function keepUp(film, time) {
  if (time >= seconds(film) - 0.5 / film.fps) {
    film.video.pause();
    standAt(film, film.frames - 1);
    setOver(film, true);
    return;
  }
  if (film.video.seeking) return;
  const drift = film.video.currentTime - time;
  if (Math.abs(drift) > JUMP) film.video.currentTime = time;
  film.isBent = Math.abs(drift) > (film.isBent ? LEVEL : 0.5) / film.fps;
  const pace = film.isBent ? speed * Math.min(1.5, Math.max(0.5, 1 - drift * 6)) : speed;
  if (Math.abs(film.video.playbackRate - pace) > 0.01) film.video.playbackRate = pace;
}

function tick(mine) {
  if (mine !== turn) return;
  const time = leader.video.currentTime;
  if (leader.video.ended || time >= seconds(leader) - 0.25 / leader.fps) {
    reachEnd();
    return;
  }
  if (!waitTogether()) for (const film of shown) if (film !== leader && !film.isOver) keepUp(film, time);
  frame = Math.min(last, Math.floor(time * rate + 0.001));
  draw();
  if (frame > lastWanted()) reachEnd();
  else requestAnimationFrame(() => tick(mine));
}

function reachEnd() {
  hold();
  goTo(lastWanted());
  if (loop) play();
}

function shift(change) {
  if (playing) hold();
  goTo(frame + change);
}

// Arrows leave what plays playing.
async function jump(change) {
  const wasPlaying = playing;
  shift(change);
  if (wasPlaying) play();
}

function setMarks(start, end) {
  const isTurned = start !== null && end !== null && start >= end;
  marks = isTurned ? { start: start === frame ? start : null, end: start === frame ? null : end } : { start, end };
  const isMarked = marks.start !== null || marks.end !== null;
  part("span").hidden = !isMarked;
  part("span").style.setProperty("--span-start", (marks.start ?? 0) / (last || 1));
  part("span").style.setProperty("--span-end", lastWanted() / (last || 1));
  root.querySelector("[data-compare-act=unmark]").disabled = !isMarked;
}

function setSpeed(value) {
  speed = Number(value);
  for (const film of films) film.video.playbackRate = speed;
}

function showState() {
  root.classList.toggle("is-playing", playing);
  root.classList.toggle("is-muted", muted);
  if (!playing) root.classList.remove("is-waiting");
  const button = (name) => root.querySelector(`[data-compare-act="${name}"]`);
  button("play").setAttribute("aria-label", playing ? gettext("Pause") : gettext("Play"));
  button("loop").setAttribute("aria-pressed", String(loop));
  button("mute")?.setAttribute("aria-pressed", String(muted));
  for (const film of films) {
    film.video.muted = muted || film !== heard;
    film.cell.querySelector("[data-film-hear]")?.setAttribute("aria-pressed", String(film === heard && !muted));
  }
}

function hear(film) {
  muted = heard === film && !muted;
  heard = film;
  showState();
}

// The others go on without it.
function leaveOut(film) {
  const note = film.box.querySelector("[data-film-over]");
  note.hidden = false;
  note.textContent = gettext("This film could not be loaded");
  arrange();
}

// The layout decides which films there are: all of them, or the two under the wipe.
function arrange() {
  const wasPlaying = playing;
  const time = frame / rate;
  hold();
  const wanted = films.filter((film) => !film.video.error && (root.dataset.view !== "wipe" || film.cell.dataset.side));
  if (!wanted.length) return;
  shown = wanted;
  rate = Math.max(...shown.map((film) => film.fps));
  leader = shown.reduce((longest, film) => (seconds(film) > seconds(longest) ? film : longest));
  last = Math.max(0, Math.ceil(seconds(leader) * rate - 0.001) - 1);
  if (heard && !shown.includes(heard)) heard = shown.find((film) => "sound" in film.box.dataset) ?? heard;
  root.dataset.clock = rate;
  part("range").max = last;
  part("length").textContent = timecode(last + 1);
  part("rate").textContent = interpolate(gettext("%(number)s fps"), { number: rate.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 }) }, true);
  setMarks(null, null);
  goTo(time * rate);
  showState();
  if (wasPlaying) play();
}

const acts = {
  play: () => (playing ? pauseHere() : play()),
  back: () => shift(-1),
  forward: () => shift(1),
  earlier: () => jump(-Math.round(rate)),
  later: () => jump(Math.round(rate)),
  markIn: () => setMarks(frame, marks.end),
  markOut: () => setMarks(marks.start, frame),
  unmark: () => setMarks(null, null),
  loop: () => { loop = !loop; showState(); },
  mute: () => { muted = !muted; showState(); },
};

function listen() {
  for (const film of films) {
    film.video.controls = false;
    film.video.addEventListener("seeked", seekOn);
    film.video.addEventListener("error", () => leaveOut(film));
    film.box.addEventListener("click", acts.play);
    film.cell.querySelector("[data-film-hear]")?.addEventListener("click", () => hear(film));
  }
  let resumes = false;
  part("range").addEventListener("input", (event) => {
    resumes ||= playing;
    hold();
    goTo(Number(event.target.value));
  });
  part("range").addEventListener("change", () => { if (resumes) play(); resumes = false; });
  part("speed").addEventListener("change", (event) => setSpeed(event.target.value));
  root.addEventListener("compare:view", arrange);
  root.addEventListener("compare:act", ({ detail }) => acts[detail]());
}

if (root) {
  listen();
  arrange();
  for (const film of films) if (film.video.error) leaveOut(film);
}
