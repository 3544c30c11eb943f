// Dialogs and menus. A menu is a <details>; this only adds closing by Escape, by a click outside and by choosing.

let byPointer = false;

function openMenus() {
  return document.querySelectorAll("details[data-menu][open]");
}

function close(menu, { refocus = false } = {}) {
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
}

document.addEventListener("pointerdown", (event) => {
  byPointer = true;
  for (const menu of openMenus()) if (!menu.contains(event.target)) close(menu);
}, true);

document.addEventListener("keydown", (event) => {
  byPointer = false;
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    event.preventDefault();
    close(menu, { refocus: menu.contains(document.activeElement) });
  }
}, true);

// Arrow keys walk through the choices of an open chip; it stays open for them, and closes for a click.
document.addEventListener("change", (event) => {
  const menu = event.target.closest("details[data-menu]");
  if (!menu || !byPointer || event.target.type !== "radio") return;
  // After the click is over, so that the label is not hidden in the midst of it.
  setTimeout(() => close(menu, { refocus: true }), 0);
}, true);

// Tabbing out closes; a click inside may give the focus to <main>, so the pointer is left to pointerdown above.
// Deferred, because hiding a part while the focus is moving through it crashes Chromium.
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu || byPointer) return;
  setTimeout(() => {
    const now = document.activeElement;
    if (menu.isConnected && now !== document.body && !menu.contains(now)) close(menu);
  }, 0);
});

// "toggle" does not bubble, hence the capture. A panel turns to the side on which it fits.
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details[data-menu]")) return;
  menu.classList.remove("opens-up", "opens-left", "opens-right");
  const box = menu.open && menu.querySelector(".menu-panel, .chip-panel")?.getBoundingClientRect();
  if (!box || !box.width) return;
  menu.classList.toggle("opens-right", box.left < 8);
  menu.classList.toggle("opens-left", box.right > document.documentElement.clientWidth - 8);
  menu.classList.toggle("opens-up", box.bottom > innerHeight && box.height < menu.getBoundingClientRect().top);
}, true);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();
  const item = event.target.closest(".menu-item");
  const menu = item && !item.matches("[data-theme-next], summary") && item.closest("details[data-menu]");
  // What a hidden item has of the focus would be lost.
  // Once the press has done its work: htmx forgets which button was pressed as soon as that loses the focus.
  if (menu) setTimeout(() => close(menu, { refocus: menu.contains(document.activeElement) }));
  const dialog = event.target.closest("dialog");
  // The dialog itself is only hit on its backdrop, as its parts cover its whole box.
  if (dialog && (event.target === dialog || event.target.closest("[data-dialog-close]"))) dialog.close();
});

document.addEventListener("dialog-close", () => document.querySelector("dialog[open]")?.close());
