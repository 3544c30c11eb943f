// Completing @names as one types: references of the tray in a prompt, people of the project in a comment. A list by arrow
// keys, Enter or Tab, Escape, or a click.

const REFERENCES = {
  box: "[data-prompt] textarea",
  begun: /@(\w*)$/,
  list: "mention-list",
  option: "mention-option",
  label: () => gettext("References in the tray"),
  all: () => [...document.querySelectorAll("[data-tray-item]")].map((item) => ({
    name: item.querySelector("[data-tray-name]")?.textContent.trim() ?? "",
    picture: item.querySelector("img"),
  })),
  place: placeAtCaret,
};
const PEOPLE = {
  box: "[data-comment-text]",
  begun: /(?<![\p{L}\p{N}_])@([^@\n]{0,60})$/u,
  list: "comment-names",
  option: "comment-name-option",
  label: () => gettext("People in this project"),
  all: (text) => JSON.parse(text.closest("[data-comments]")?.dataset.names || "[]").map((name) => ({ name })),
  most: 8,
};
let list = null;

function kindOf(element) {
  return [REFERENCES, PEOPLE].find((kind) => element.matches(kind.box));
}

function matches(text, kind) {
  const begun = kind.begun.exec(text.value.slice(0, text.selectionEnd));
  if (!begun || text.selectionStart !== text.selectionEnd) return [];
  const start = begun[1].toLowerCase();
  const found = kind.all(text).filter(({ name }) => name.toLowerCase().startsWith(start) && name.toLowerCase() !== start);
  return found.slice(0, kind.most);
}

function option(kind, { name, picture }, index) {
  const element = document.createElement("div");
  element.className = kind.option;
  element.id = `${kind.option}-${index}`;
  element.setAttribute("role", "option");
  element.dataset.name = name;
  if (picture) {
    const copy = picture.cloneNode();
    copy.removeAttribute("class");
    copy.alt = "";
    element.append(copy);
  }
  element.append(name);
  return element;
}

// Where the caret is: measured on the painted layer, whose text breaks exactly as the box does.
function placeAtCaret(text) {
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
  list.at = (index + options.length) % options.length;
  options.forEach((element, at) => element.setAttribute("aria-selected", String(at === list.at)));
  options[list.at].scrollIntoView({ block: "nearest" });
  list.text.setAttribute("aria-activedescendant", options[list.at].id);
}

function open(text, kind, found) {
  close();
  list = document.createElement("div");
  list.className = list.id = kind.list;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", kind.label());
  Object.assign(list, { text, kind });
  list.append(...found.map((each, index) => option(kind, each, index)));
  text.parentElement.append(list);
  text.setAttribute("aria-controls", list.id);
  text.setAttribute("aria-autocomplete", "list");
  kind.place?.(text);
  select(0);
}

function close() {
  if (!list) return;
  list.text.removeAttribute("aria-activedescendant");
  list.text.removeAttribute("aria-controls");
  list.remove();
  list = null;
}

function take(name) {
  const { text, kind } = list;
  const at = text.value.slice(0, text.selectionEnd).replace(kind.begun, "").length;
  close();
  text.setRangeText(`@${name} `, at, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

document.addEventListener("input", (event) => {
  const kind = kindOf(event.target);
  if (!kind) return;
  const found = matches(event.target, kind);
  if (found.length) open(event.target, kind, found);
  else close();
});

document.addEventListener("keydown", (event) => {
  if (!list || event.target !== list.text || event.isComposing) return;
  if (event.key === "ArrowDown") select(list.at + 1);
  else if (event.key === "ArrowUp") select(list.at - 1);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(list.children[list.at].dataset.name);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const picked = event.target.closest(`.${REFERENCES.option}, .${PEOPLE.option}`);
  if (!picked) return;
  event.preventDefault();
  take(picked.dataset.name);
});

document.addEventListener("focusout", (event) => {
  if (list && event.target === list.text) close();
});
