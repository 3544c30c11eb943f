// A board of takes put into another order: dragged by its handle with mouse, pen or finger, or picked up with Enter and
// moved with the arrow keys. What is seen moves at once; the server writes one row, and when it refuses, the card goes back.

const board = document.querySelector("[data-board]");
const status = document.querySelector("[data-board-status]");
const EDGE = 72;
let drag = null;
let grabbed = null;
let saving = Promise.resolve();

const items = () => [...board.querySelectorAll(".board-item")].filter((item) => item.querySelector(".take"));
const handleOf = (item) => item.querySelector("[data-board-handle]");

function placeOf(item) {
  return board.start + items().indexOf(item);
}

function say(format, item) {
  const named = { take: item.dataset.take, place: placeOf(item), total: board.dataset.total };
  status.textContent = interpolate(format, named, true);
}

function put(item, anchor, side) {
  const before = side === "before" ? anchor : anchor.nextElementSibling;
  if (before !== item) board.insertBefore(item, before);
}

async function send(act) {
  const form = document.getElementById("board-form");
  const body = new FormData(form);
  body.set("act", act);
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.ok) return "";
  const said = answer.headers.get("Content-Type")?.includes("json") ? (await answer.json()).error : "";
  return said || gettext("That could not be saved. Load the page again and try once more.");
}

// One after the other, so that the last move is the one that stays.
function save(item, home) {
  const all = items();
  const place = all.indexOf(item);
  const [side, beside] = place > 0 ? ["after", all[place - 1]] : ["before", all[1]];
  if (!beside) return;
  const act = `${side}:${item.dataset.take}:${beside.dataset.take}`;
  saving = saving.then(async () => {
    let problem;
    try {
      problem = await send(act);
    } catch {
      problem = gettext("No connection to the studio: the order was not saved. Try again in a moment.");
    }
    if (!problem) return;
    board.insertBefore(item, home?.isConnected ? home : null);
    document.dispatchEvent(new CustomEvent("toast", { detail: { level: "error", text: problem } }));
  });
}

function settle(item, home) {
  if (item.nextElementSibling === home) {
    say(gettext("Take %(take)s stays at place %(place)s of %(total)s."), item);
    return;
  }
  say(gettext("Take %(take)s is now at place %(place)s of %(total)s."), item);
  save(item, home);
}

// By hand.

function begin(event, handle) {
  const item = handle.closest(".board-item");
  drag = { item, handle, home: item.nextElementSibling, x: event.clientX, y: event.clientY, ghost: null, target: null };
  handle.setPointerCapture(event.pointerId);
}

function lift() {
  const picture = drag.item.querySelector(".take-poster");
  drag.ghost = picture ? picture.cloneNode() : document.createElement("div");
  drag.ghost.className = "board-ghost";
  drag.ghost.removeAttribute("loading");
  document.body.append(drag.ghost);
  drag.item.classList.add("is-dragged");
  board.classList.add("is-dragging");
  requestAnimationFrame(scrollAlong);
}

function scrollAlong() {
  if (!drag?.ghost) return;
  const beyond = drag.y < EDGE ? drag.y - EDGE : Math.max(0, drag.y - (innerHeight - EDGE));
  if (beyond) {
    scrollBy(0, beyond / 5);
    aim();
  }
  requestAnimationFrame(scrollAlong);
}

function aim() {
  unmark();
  const under = document.elementFromPoint(drag.x, drag.y)?.closest(".board-item");
  if (!under || under === drag.item || !board.contains(under)) {
    drag.target = null;
    return;
  }
  const box = under.getBoundingClientRect();
  const side = drag.x < box.left + box.width / 2 ? "before" : "after";
  drag.target = { under, side };
  under.classList.add(`is-${side}`);
}

function unmark() {
  for (const item of board.querySelectorAll(".is-before, .is-after")) item.classList.remove("is-before", "is-after");
}

function end(isDropped) {
  const { item, handle, home, ghost, target } = drag;
  unmark();
  ghost?.remove();
  item.classList.remove("is-dragged");
  board.classList.remove("is-dragging");
  drag = null;
  if (!ghost) return;
  // The click that ends a drag is not one on the handle; it comes before anything else, or not at all.
  const swallow = (event) => event.stopPropagation();
  handle.addEventListener("click", swallow, { once: true });
  setTimeout(() => handle.removeEventListener("click", swallow));
  if (!isDropped || !target) return;
  put(item, target.under, target.side);
  settle(item, home);
}

// By key.

function grab(item) {
  release(true);
  grabbed = { item, home: item.nextElementSibling };
  item.classList.add("is-grabbed");
  handleOf(item).setAttribute("aria-pressed", "true");
  say(gettext("Take %(take)s picked up at place %(place)s of %(total)s. Move it with the arrow keys."), item);
}

function release(isDropped) {
  if (!grabbed) return;
  const { item, home } = grabbed;
  grabbed = null;
  item.classList.remove("is-grabbed");
  handleOf(item)?.setAttribute("aria-pressed", "false");
  if (isDropped) {
    settle(item, home);
    return;
  }
  board.insertBefore(item, home);
  handleOf(item).focus();
  say(gettext("Put back: take %(take)s is at place %(place)s of %(total)s."), item);
}

// How many places an arrow goes: up and down by a row.
function stride(key) {
  const all = items();
  const columns = all.filter((item) => item.offsetTop === all[0].offsetTop).length;
  const strides = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -Infinity, End: Infinity };
  return strides[key];
}

function carry(steps) {
  const all = items();
  const { item } = grabbed;
  const from = all.indexOf(item);
  const to = Math.min(Math.max(from + steps, 0), all.length - 1);
  if (to !== from) put(item, all[to], to < from ? "before" : "after");
  // Moving it takes the focus from it.
  handleOf(item).focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  say(gettext("Take %(take)s: place %(place)s of %(total)s."), item);
}

function pressed(event) {
  if (!event.target.closest?.("[data-board-handle]")) return;
  // The keys of the gallery belong to the cards.
  if (!["Tab", "Shift"].includes(event.key)) event.stopPropagation();
  if (!grabbed) return;
  const steps = stride(event.key);
  if (event.key === "Escape") release(false);
  else if (steps) carry(steps);
  else return;
  event.preventDefault();
}

function removed(event) {
  const item = event.detail.target;
  if (!item?.matches?.(".board-item")) return;
  const all = items();
  const next = all[all.indexOf(item) + 1] ?? all[all.indexOf(item) - 1];
  board.dataset.total = Math.max(Number(board.dataset.total) - 1, 0);
  setTimeout(() => (next ? handleOf(next) : document.getElementById("main")).focus({ preventScroll: true }));
}

if (board) {
  board.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-board-handle]");
    if (handle && event.button === 0 && !grabbed) begin(event, handle);
  });
  board.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 5;
    if (!drag.ghost && !far) return;
    [drag.x, drag.y] = [event.clientX, event.clientY];
    if (!drag.ghost) lift();
    drag.ghost.style.transform = `translate(${drag.x + 12}px, ${drag.y + 12}px)`;
    aim();
  });
  board.addEventListener("pointerup", () => drag && end(true));
  board.addEventListener("pointercancel", () => drag && end(false));
  board.addEventListener("click", (event) => {
    const item = event.target.closest("[data-board-handle]")?.closest(".board-item");
    if (!item) return;
    if (grabbed?.item === item) release(true);
    else grab(item);
  });
  board.addEventListener("keydown", pressed);
  board.addEventListener("focusout", (event) => {
    if (grabbed && grabbed.item.contains(event.target)) setTimeout(() => {
      if (grabbed && !grabbed.item.contains(document.activeElement)) release(true);
    });
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && drag && end(false));
  document.addEventListener("htmx:beforeSwap", removed);
  // What is done with ticked takes may have taken some out of here.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful && detail.elt.matches("[data-selection-act=uncollect], [data-selection-act=move]")) htmx.trigger(board, "board-changed");
  });
}
