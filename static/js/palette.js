// Ctrl+K goes anywhere, ? shows the keys of the page. The palette is a page of its own, which stands in a dialog here.

const TYPES = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const finder = document.querySelector("[data-palette]");
const sheet = document.getElementById("key-sheet");
const palette = () => document.getElementById("palette");
const goals = () => [...palette().querySelectorAll("#palette-results a")];
let goesWhenFound = false;

async function fetchPalette() {
  const answer = await fetch(finder.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.headers.has("HX-Redirect")) throw new Error("no palette");
  const made = document.createElement("template");
  made.innerHTML = await answer.text();
  document.body.append(made.content);
  htmx.process(palette());
}

async function openPalette() {
  if (document.querySelector("dialog:modal")) return;
  const own = document.querySelector("main .palette-words");
  if (own) {
    own.select();
    return;
  }
  try {
    if (!palette()) await fetchPalette();
  } catch {
    location.assign(finder.href);
    return;
  }
  if (!palette().open) palette().showModal();
  palette().querySelector("input[type=search]").select();
}

function openSheet() {
  if (!sheet || document.querySelector("dialog:modal")) return;
  const body = sheet.querySelector("[data-key-sheet]");
  for (const old of body.querySelectorAll("[data-of-page]")) old.remove();
  for (const keys of document.querySelectorAll("template[data-keys]")) {
    const section = document.createElement("section");
    const heading = document.createElement("h3");
    const list = document.createElement("dl");
    section.dataset.ofPage = "";
    list.className = "key-list-of-page";
    heading.textContent = keys.dataset.keys;
    list.append(keys.content.cloneNode(true));
    section.append(heading, list);
    body.append(section);
  }
  sheet.showModal();
}

// The words stay in their box while the arrows walk through what was found.
function walk(event) {
  const input = palette().querySelector("input[type=search]");
  const stops = [input, ...goals()];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const at = stops.indexOf(document.activeElement);
    stops[(at + step + stops.length) % stops.length].focus();
  } else if (event.key.length === 1 && event.key !== " " && event.target !== input && !event.ctrlKey && !event.metaKey) {
    input.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (palette()?.open) palette().close();
    else openPalette();
  } else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !event.target.closest?.(TYPES)) {
    event.preventDefault();
    openSheet();
  } else if (event.target.closest?.("#palette")) {
    walk(event);
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-open]")) openSheet();
  const opener = event.target.closest("[data-palette]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPalette();
});

// Enter goes to the first that was found; when the answer is still on its way, as soon as it is there.
document.addEventListener("submit", (event) => {
  if (!event.target.closest("dialog#palette")) return;
  event.preventDefault();
  if (palette().querySelector("form.htmx-request, .palette-waits")) goesWhenFound = true;
  else goals()[0]?.click();
});

document.addEventListener("input", (event) => {
  if (event.target.closest("dialog#palette")) palette().querySelector("form").classList.add("palette-waits");
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "palette-results" && event.target.id !== "palette-results") return;
  const results = document.getElementById("palette-results");
  palette()?.querySelector("form").classList.remove("palette-waits");
  const said = document.getElementById("palette-said");
  if (said) said.textContent = results.dataset.said;
  if (goesWhenFound) goals()[0]?.click();
  goesWhenFound = false;
});
