// Paints @mentions and {variables} on a layer behind the prompt. Completing a mention lives in completion.js.

// As studio/lib/variables.py reads them: words in braces, perhaps several.
const PARTS = /(@(?:Image|Video|Audio)\d+)|(\{[ \t]*[\p{L}_][\p{L}\p{N}_-]*(?:[ \t]+[\p{L}\p{N}_-]+)*[ \t]*\})/gu;

function trayNames() {
  return new Set([...document.querySelectorAll("[data-tray-name]")].map((name) => name.textContent.trim()));
}

function layerOf(box) {
  let layer = box.querySelector(".prompt-layer");
  if (layer) return layer;
  layer = document.createElement("div");
  layer.className = "prompt-layer";
  layer.setAttribute("aria-hidden", "true");
  box.prepend(layer);
  return layer;
}

function mark(text, className) {
  const element = document.createElement("mark");
  element.className = className;
  element.textContent = text;
  return element;
}

function pieces(text) {
  // Away from the composer there is no tray to be missing from.
  const names = document.querySelector("[data-composer]") ? trayNames() : { has: () => true };
  const result = [];
  let from = 0;
  for (const found of text.matchAll(PARTS)) {
    result.push(text.slice(from, found.index));
    if (found[2]) result.push(mark(found[0], "variable"));
    else result.push(mark(found[0], names.has(found[1].slice(1)) ? "mention" : "mention is-missing"));
    from = found.index + found[0].length;
  }
  // A trailing line break has no height of its own in the layer.
  result.push(`${text.slice(from)}\u200b`);
  return result;
}

function paint(box) {
  const text = box.querySelector("textarea");
  const layer = layerOf(box);
  layer.replaceChildren(...pieces(text.value));
  // The scroll bar takes width from the text only.
  layer.style.paddingInlineEnd = `${text.offsetWidth - text.clientWidth + parseFloat(getComputedStyle(text).paddingRight)}px`;
  layer.scrollTop = text.scrollTop;
}

function paintAll() {
  for (const box of document.querySelectorAll("[data-prompt]")) paint(box);
}

document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-prompt]");
  if (box) paint(box);
});
document.addEventListener("scroll", (event) => {
  if (event.target.matches?.("[data-prompt] textarea")) layerOf(event.target.parentElement).scrollTop = event.target.scrollTop;
}, true);
document.addEventListener("htmx:afterSettle", paintAll);
window.addEventListener("resize", paintAll);
document.fonts?.ready.then(paintAll);
paintAll();
