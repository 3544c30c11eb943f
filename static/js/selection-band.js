// Ticking takes with a band that is drawn on empty space; selection.js keeps what is ticked.

// Where a band may begin: on nothing that can be read or pressed.
const EMPTY = "html, body, main, .takes, .takes-more, .section-head, #gallery-results";
const boxes = () => [...document.querySelectorAll(".take-select > input")];

function meet(one, other) {
  const [place, area] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  return place.left < area.right && place.right > area.left && place.top < area.bottom && place.bottom > area.top;
}

// The band: in coordinates of the page, so that it may grow while the page scrolls.
function band(start) {
  const isFree = start.pointerType !== "touch" && start.button === 0 && start.target.matches(EMPTY);
  if (!isFree || !boxes().length || start.clientX >= document.documentElement.clientWidth) return;
  const from = { x: start.pageX, y: start.pageY };
  const isMore = start.shiftKey || start.ctrlKey || start.metaKey;
  const before = isMore ? boxes().filter((box) => box.checked).map((box) => box.value) : [];
  const sheet = Object.assign(document.createElement("div"), { className: "selection-band" });
  let last = start;
  const draw = () => {
    const to = { x: last.clientX + scrollX, y: last.clientY + scrollY };
    if (!sheet.isConnected && Math.hypot(to.x - from.x, to.y - from.y) < 6) return;
    if (!sheet.isConnected) document.body.append(sheet);
    document.documentElement.classList.add("is-banding");
    const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
    const [width, height] = [Math.abs(from.x - to.x), Math.abs(from.y - to.y)];
    Object.assign(sheet.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    const under = boxes().filter((box) => meet(box.closest(".take"), sheet)).map((box) => box.value);
    document.dispatchEvent(new CustomEvent("selection:ticked", { detail: new Set([...before, ...under]) }));
  };
  const move = (event) => {
    last = event;
    if (event.clientY < 40) scrollBy(0, -16);
    else if (event.clientY > innerHeight - 40) scrollBy(0, 16);
    draw();
  };
  const end = () => {
    sheet.remove();
    document.documentElement.classList.remove("is-banding");
    for (const [name, does] of [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["scroll", draw]]) removeEventListener(name, does);
  };
  for (const [name, does] of [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["scroll", draw]]) addEventListener(name, does);
}

if (document.querySelector("[data-selection]")) document.addEventListener("pointerdown", band);
