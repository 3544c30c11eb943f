// Completing @names in a comment: a list of the project's members under the box, by arrow keys, Enter or Tab, Escape, or a click.

const BEGUN = /(?<![\p{L}\p{N}_])@([^@\n]{0,60})$/u;
const MOST = 8;
let list = null;

function namesOf(text) {
  return JSON.parse(text.closest("[data-comments]")?.dataset.names || "[]");
}

function matches(text) {
  const begun = BEGUN.exec(text.value.slice(0, text.selectionEnd));
  if (!begun || text.selectionStart !== text.selectionEnd) return [];
  const start = begun[1].toLowerCase();
  return namesOf(text).filter((name) => name.toLowerCase().startsWith(start) && name.toLowerCase() !== start).slice(0, MOST);
}

function option(name, index) {
  const element = document.createElement("div");
  element.className = "comment-name-option";
  element.id = `comment-name-${index}`;
  element.setAttribute("role", "option");
  element.textContent = name;
  return element;
}

function select(index) {
  const options = [...list.children];
  list.at = (index + options.length) % options.length;
  options.forEach((element, at) => element.setAttribute("aria-selected", String(at === list.at)));
  options[list.at].scrollIntoView({ block: "nearest" });
  list.text.setAttribute("aria-activedescendant", options[list.at].id);
}

function open(text, names) {
  close();
  list = document.createElement("div");
  list.className = "comment-names";
  list.id = "comment-names";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", gettext("People in this project"));
  list.text = text;
  list.append(...names.map(option));
  text.parentElement.append(list);
  text.setAttribute("aria-controls", list.id);
  text.setAttribute("aria-autocomplete", "list");
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
  const { text } = list;
  const at = text.value.slice(0, text.selectionEnd).replace(BEGUN, "").length;
  close();
  text.setRangeText(`@${name} `, at, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-comment-text]")) return;
  const names = matches(event.target);
  if (names.length) open(event.target, names);
  else close();
});

document.addEventListener("keydown", (event) => {
  if (!list || event.target !== list.text || event.isComposing) return;
  if (event.key === "ArrowDown") select(list.at + 1);
  else if (event.key === "ArrowUp") select(list.at - 1);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(list.children[list.at].textContent);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const picked = event.target.closest(".comment-name-option");
  if (!picked) return;
  event.preventDefault();
  take(picked.textContent);
});

document.addEventListener("focusout", (event) => {
  if (list && event.target === list.text) close();
});
