// Keys of one character act on the whole page. Who speaks to the machine, or whose hands hit keys by chance, puts them
// off for this browser; keys with Ctrl, arrows, Enter and Space stay, and so do letters where one types.

const KEPT = "letters";
const TYPES = "input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit]), textarea, select, [contenteditable], #palette";

function areOff() {
  try {
    return localStorage.getItem(KEPT) === "off";
  } catch {
    return false;
  }
}

let isOff = areOff();

function show() {
  for (const box of document.querySelectorAll("[data-letters]")) box.checked = !isOff;
}

// The window hears of a key before anything on the page does.
window.addEventListener("keydown", (event) => {
  const isLetter = /^\S$/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isOff && isLetter && !event.target.closest?.(TYPES)) event.stopImmediatePropagation();
}, true);

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-letters]")) return;
  isOff = !event.target.checked;
  try {
    localStorage.setItem(KEPT, isOff ? "off" : "on");
  } catch {
    // Then it holds for this page alone.
  }
  show();
});
document.addEventListener("htmx:afterSettle", show);
show();
