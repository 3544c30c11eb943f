// Dragging references into another order. The buttons beside each do the same by keyboard and touch.

let dragged = null;

function itemOf(event) {
  return event.target.closest?.("[data-tray-item]");
}

function clearMarks() {
  for (const item of document.querySelectorAll(".is-dragged, .is-target")) item.classList.remove("is-dragged", "is-target");
}

function submit(form, act) {
  const button = document.createElement("button");
  button.name = "act";
  button.value = act;
  button.hidden = true;
  form.append(button);
  // A click, not requestSubmit(): htmx learns from clicks which button was pressed.
  button.click();
  button.remove();
}

document.addEventListener("dragstart", (event) => {
  dragged = itemOf(event);
  if (!dragged) return;
  dragged.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector("[data-tray-name]")?.textContent ?? "");
});

document.addEventListener("dragover", (event) => {
  const over = itemOf(event);
  if (!dragged || !over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  for (const item of document.querySelectorAll(".is-target")) item.classList.remove("is-target");
  if (over !== dragged) over.classList.add("is-target");
});

document.addEventListener("drop", (event) => {
  const over = itemOf(event);
  if (!dragged || !over || over === dragged) return;
  event.preventDefault();
  submit(dragged.closest("form"), `move:${dragged.dataset.trayItem}:${over.dataset.trayItem}`);
});

document.addEventListener("dragend", () => {
  dragged = null;
  clearMarks();
});
