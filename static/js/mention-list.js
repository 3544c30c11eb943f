// Completing @mentions: a list of the tray's names at the caret, by arrow keys, Enter or Tab, Escape, or a click.

const BEGUN = /@(\w*)$/;
let list = null;

function matches(text) {
  const begun = BEGUN.exec(text.value.slice(0, text.selectionEnd));
  if (!begun || text.selectionStart !== text.selectionEnd) return [];
  const start = begun[1].toLowerCase();
  return [...document.querySelectorAll("[data-tray-item]")].filter((item) => {
    const name = nameOf(item).toLowerCase();
    return name.startsWith(start) && name !== start;
  });
}

function nameOf(item) {
  return item.querySelector("[data-tray-name]")?.textContent.trim() ?? "";
}

function option(item, index) {
  const element = document.createElement("div");
  element.className = "mention-option";
  element.id = `mention-option-${index}`;
  element.setAttribute("role", "option");
  element.dataset.name = nameOf(item);
  const picture = item.querySelector("img")?.cloneNode();
  if (picture) {
    picture.removeAttribute("class");
    picture.alt = "";
    element.append(picture);
  }
  element.append(nameOf(item));
  return element;
}

// Where the caret is: measured on the painted layer, whose text breaks exactly as the box does.
function place(text) {
  const layer = text.parentElement.querySelector(".prompt-layer");
  const range = document.createRange();
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  let left = text.selectionEnd;
  while (walker.nextNode()) {
    if (left <= walker.currentNode.length) break;
    left -= walker.currentNode.length;
  }
  range.setStart(walker.currentNode, Math.min(left, walker.currentNode.length ?? 0));
  const caret = range.getBoundingClientRect();
  const box = text.parentElement.getBoundingClientRect();
  list.style.top = `${Math.max(0, caret.bottom - box.top) + 6}px`;
  list.style.left = `${Math.min(Math.max(0, caret.left - box.left), Math.max(0, box.width - list.offsetWidth - 8))}px`;
}

function select(index) {
  const options = [...list.children];
  const wanted = (index + options.length) % options.length;
  options.forEach((element, at) => element.setAttribute("aria-selected", String(at === wanted)));
  options[wanted].scrollIntoView({ block: "nearest" });
  list.text.setAttribute("aria-activedescendant", options[wanted].id);
  list.at = wanted;
}

function open(text, items) {
  close();
  list = document.createElement("div");
  list.className = "mention-list";
  list.id = "mention-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", gettext("References in the tray"));
  list.text = text;
  list.append(...items.map(option));
  text.parentElement.append(list);
  text.setAttribute("aria-controls", "mention-list");
  text.setAttribute("aria-autocomplete", "list");
  place(text);
  select(0);
}

function close() {
  if (!list) return;
  list.text.removeAttribute("aria-activedescendant");
  list.text.removeAttribute("aria-controls");
  list.remove();
  list = null;
}

function choose(name) {
  const { text } = list;
  const before = text.value.slice(0, text.selectionEnd).replace(BEGUN, "");
  const at = before.length;
  close();
  text.setRangeText(`@${name} `, at, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-prompt] textarea")) return;
  const items = matches(event.target);
  if (items.length) open(event.target, items);
  else close();
});

document.addEventListener("keydown", (event) => {
  if (!list || event.target !== list.text || event.isComposing) return;
  if (event.key === "ArrowDown") select(list.at + 1);
  else if (event.key === "ArrowUp") select(list.at - 1);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") choose(list.children[list.at].dataset.name);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const picked = event.target.closest(".mention-option");
  if (!picked) return;
  event.preventDefault();
  choose(picked.dataset.name);
});

document.addEventListener("focusout", (event) => {
  if (list && event.target === list.text) close();
});
