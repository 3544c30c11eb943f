// Keeps what belongs to the person across a swap: focus and caret, open menus and dialogs, and words typed since the request left.

const TYPED = "textarea[id], input[id]:not([type]), input[id]:is([type=text], [type=number], [type=search], [type=email])";
// Parts swapped out of band come between the two events of the main swap, hence one memory for each.
const kept = { main: null, oob: null };

function caretOf(element) {
  try {
    return [element.selectionStart, element.selectionEnd];
  } catch {
    return null;
  }
}

function ancestorIds(element) {
  const ids = [];
  for (let node = element; node && node !== document.body; node = node.parentElement) if (node.id) ids.push(node.id);
  return ids;
}

function typedSince(target, sent) {
  const values = new Map();
  for (const field of target.querySelectorAll?.(TYPED) ?? []) {
    const before = sent?.has(field.name) ? sent.get(field.name) : field.defaultValue;
    if (normal(field.value) !== normal(before)) values.set(field.id, field.value);
  }
  return values;
}

// Forms send line ends as CRLF; the field holds LF.
function normal(text) {
  return String(text).replace(/\r\n/g, "\n");
}

function remember(event, kind) {
  const target = event.detail.target ?? event.target;
  // What comes is about another thing: words meant for this one are not put into its mouth.
  if (target.matches?.("[data-keeps-nothing]")) return;
  const active = document.activeElement;
  const inside = active && target.contains(active);
  kept[kind] = {
    hadFocus: Boolean(inside),
    ids: inside ? ancestorIds(active) : [],
    caret: inside ? caretOf(active) : null,
    scroll: inside ? active.scrollTop : 0,
    open: [...target.querySelectorAll("details[open][id]")].map((details) => details.id),
    dialogs: [...target.querySelectorAll("dialog:modal[id]")].map((dialog) => dialog.id),
    typed: typedSince(target, event.detail.requestConfig?.formData),
  };
}

const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled):not([type=hidden]), select, textarea, summary";

// Where the focus goes when what had it is gone: a control of the nearest part that is still there, or its heading.
function successor(ids) {
  for (const id of ids) {
    const part = document.getElementById(id);
    if (!part) continue;
    const isPage = part.matches("main, body");
    const inside = isPage ? null : [part, ...part.querySelectorAll(FOCUSABLE)].find((each) => each.matches(FOCUSABLE) && each.checkVisibility());
    const heading = part.matches("[tabindex]") && !isPage ? part : part.querySelector("h1, h2, h3");
    const element = inside ?? heading ?? (isPage ? part : null);
    if (!element?.checkVisibility()) continue;
    if (!element.matches(FOCUSABLE) && !element.hasAttribute("tabindex")) element.tabIndex = -1;
    return element;
  }
  return document.getElementById("main");
}

function restoreFocus({ hadFocus, ids, caret, scroll }) {
  const now = document.activeElement;
  if (!hadFocus || (now && now !== document.body && now.id !== ids[0])) return;
  const element = successor(ids);
  if (!element) return;
  element.focus({ preventScroll: true });
  if (caret && caret[0] !== null && element.id === ids[0]) element.setSelectionRange?.(...caret);
  element.scrollTop = scroll;
}

function restore(kind) {
  const memory = kept[kind];
  if (!memory) return;
  kept[kind] = null;
  for (const id of memory.dialogs) document.querySelector(`#${id}:not([open])`)?.showModal();
  for (const id of memory.open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of memory.typed) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  restoreFocus(memory);
}

document.addEventListener("htmx:beforeSwap", (event) => remember(event, "main"));
document.addEventListener("htmx:oobBeforeSwap", (event) => remember(event, "oob"));
document.addEventListener("htmx:afterSwap", () => restore("main"));
document.addEventListener("htmx:oobAfterSwap", () => restore("oob"));
