// Comments as marks on the bar: a pin where one stands, a line for its span. One stop for the tab key, arrows walk along.

const TONES = 6;
let root = null;
let comments = [];
let drawn = "";
let current = "";
const lane = () => root?.querySelector("[data-player-markers]");
const last = () => Math.max(1, Number(root.dataset.frameCount) - 1);
const share = (frame) => Math.min(1, frame / last());

function commentOf(element) {
  const { comment: id, frame, endFrame, drawing, resolved, name } = element.dataset;
  const end = Number(endFrame);
  return { id, frame: Number(frame), endFrame: end > Number(frame) ? end : null, drawing: shapes(drawing), isResolved: resolved !== undefined, name: name ?? "" };
}

function shapes(text) {
  try {
    return JSON.parse(text || "[]");
  } catch {
    return [];
  }
}

function read() {
  if (!lane()) return;
  const found = [...document.querySelectorAll("[data-comment][data-frame]")].filter((each) => each.dataset.frame !== "");
  comments = found.map(commentOf).sort((one, other) => one.frame - other.frame);
  const width = lane().clientWidth;
  const state = JSON.stringify([width, comments]);
  if (state === drawn) return;
  drawn = state;
  draw(width);
}

// Comments that would lie upon one another share a pin, which tells how many they are.
function groups(width) {
  const made = [];
  // Pins are larger where fingers press them, as the thumb of the bar is.
  const room = (parseFloat(getComputedStyle(root.querySelector("[data-player-bar]")).getPropertyValue("--thumb")) || 16) + 6;
  for (const comment of comments) {
    const group = made.at(-1);
    if (group && (share(comment.frame) - share(group[0].frame)) * width < room) group.push(comment);
    else made.push([comment]);
  }
  return made;
}

function draw(width) {
  const focused = lane().contains(document.activeElement) ? document.activeElement.dataset.marker : null;
  const lines = comments.filter((comment) => comment.endFrame !== null).map(line);
  lane().replaceChildren(...lines, ...groups(width).map(pin));
  pins()[0]?.setAttribute("tabindex", "0");
  if (focused) move(pins().find((each) => idsOf(each).includes(focused)));
  showCurrent();
}

const pins = () => [...lane().querySelectorAll("[data-marker]")];
const idsOf = (marker) => marker.dataset.marker.split(" ");

function line(comment) {
  const made = document.createElement("span");
  made.className = `marker-line tone-${tone(comment.name)}`;
  made.classList.toggle("is-resolved", comment.isResolved);
  made.style.setProperty("--from", share(comment.frame));
  made.style.setProperty("--to", share(comment.endFrame));
  return made;
}

function pin(group) {
  const made = document.createElement("button");
  const names = [...new Set(group.map((comment) => comment.name))];
  made.type = "button";
  made.tabIndex = -1;
  made.className = `marker tone-${names.length === 1 ? tone(names[0]) : "mixed"}`;
  made.classList.toggle("is-resolved", group.every((comment) => comment.isResolved));
  made.dataset.marker = group.map((comment) => comment.id).join(" ");
  made.style.setProperty("--from", share(group[0].frame));
  made.setAttribute("aria-label", label(group, names.map(isolated)));
  made.title = label(group, names.map(isolated));
  const sign = document.createElement("span");
  sign.textContent = group.length === 1 ? initial(names[0]) : group.length;
  made.append(sign);
  return made;
}

const initial = (name) => [...name.trim()][0]?.toUpperCase() ?? "·";

// The same person has the same colour on every page.
const tone = (name) => [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % TONES;

// Between these two marks a name may be written in any direction: what stands around it keeps its own.
const isolated = (name) => `\u2068${name}\u2069`;

function wordsFor({ endFrame, isResolved }) {
  if (endFrame === null) return isResolved ? gettext("%(name)s at %(at)s, resolved") : gettext("%(name)s at %(at)s");
  return isResolved ? gettext("%(name)s at %(at)s to %(to)s, resolved") : gettext("%(name)s at %(at)s to %(to)s");
}

function label(group, names) {
  const [first] = group;
  const at = root.timecodeOf(first.frame);
  if (group.length === 1) return interpolate(wordsFor(first), { name: names[0], at, to: root.timecodeOf(first.endFrame ?? 0) }, true);
  const few = names.slice(0, 3).join(", ");
  const who = names.length > 3 ? interpolate(gettext("%(names)s and others"), { names: few }, true) : few;
  const words = ngettext("%(number)s comment from %(at)s on: %(who)s", "%(number)s comments from %(at)s on: %(who)s", group.length);
  return interpolate(words, { number: group.length, at, who }, true);
}

function showCurrent() {
  for (const each of pins()) {
    if (idsOf(each).includes(current)) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
}

function move(marker) {
  if (!marker) return;
  for (const each of pins()) each.tabIndex = each === marker ? 0 : -1;
  marker.focus();
}

// A pin of several comments leads to the first, then to the next with each press.
function choose(marker) {
  const ids = idsOf(marker);
  const id = ids[(ids.indexOf(current) + 1) % ids.length];
  const { frame, endFrame, drawing } = comments.find((comment) => comment.id === id);
  document.dispatchEvent(new CustomEvent("comment:show", { detail: { id, frame, endFrame, drawing } }));
}

function show({ id, frame, endFrame }) {
  current = String(id);
  if (!root?.isConnected) return;
  const known = comments.find((comment) => comment.id === current);
  const at = Number.isInteger(frame) ? frame : known?.frame;
  const until = Number.isInteger(frame) ? endFrame : known?.endFrame;
  showCurrent();
  if (Number.isInteger(at)) root.dispatchEvent(new CustomEvent("player:go", { bubbles: true, detail: { frame: at, endFrame: until } }));
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

document.addEventListener("keydown", (event) => {
  const marker = event.target.closest?.("[data-marker]");
  const step = STEPS[event.key];
  if (!marker || step === undefined) return;
  event.preventDefault();
  const all = pins();
  move(all[Math.min(all.length - 1, Math.max(0, all.indexOf(marker) + step))]);
});
document.addEventListener("click", (event) => {
  const marker = event.target.closest?.("[data-marker]");
  if (!marker) return;
  // Where the keyboard will come back to.
  move(marker);
  choose(marker);
});
document.addEventListener("player:met", (event) => {
  [root, drawn, current] = [event.target, "", ""];
  read();
  new ResizeObserver(read).observe(lane());
});
document.addEventListener("comment:show", (event) => show(event.detail));
document.addEventListener("comment:sent", (event) => {
  current = String(event.detail.id);
  if (lane()) showCurrent();
});
for (const name of ["htmx:afterSettle", "htmx:oobAfterSwap"]) document.addEventListener(name, read);
