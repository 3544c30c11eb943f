// Galleries: the address says only what is filtered by, “/” goes to the search, and whoever comes back finds the place that they left.

const KEPT = "gallery:";
const MOST_KEPT = 240;

const here = () => KEPT + location.pathname + location.search;
const results = () => document.getElementById("gallery-results");
const cards = () => [...document.querySelectorAll("#takes > .take")];

// What is empty filters nothing, and has no place in an address that somebody sends on.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = event.detail;
  if (!elt.matches("[data-gallery-form]")) return;
  for (const name of [...new Set(Object.keys(parameters))]) {
    const filled = [parameters[name]].flat().filter((value) => String(value).trim());
    if (!filled.length) delete parameters[name];
    else parameters[name] = filled.length > 1 ? filled : filled[0];
  }
});

// A plain form does the same, where a key sends it before the script has asked.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-gallery-form]")) return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
  setTimeout(() => { for (const field of event.target.elements) field.disabled = false; });
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]");
  const field = document.getElementById("filter-q");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey || !field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// With words the best match comes first, unless something else is chosen.
document.addEventListener("input", ({ target }) => {
  if (target.id !== "filter-q") return;
  const [usual, newest] = document.getElementById("gallery-sort").options;
  usual.textContent = target.value.trim() ? usual.dataset.withWords : usual.dataset.without;
  newest.hidden = !target.value.trim();
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "gallery-results") {
    for (const field of document.querySelectorAll("[data-gallery-query]")) field.value = results()?.dataset.view ?? "";
  }
  // The link that was followed has gone with the old filters: the search is where one goes on.
  if (target.id === "gallery" && !document.activeElement?.closest("#gallery")) document.getElementById("filter-q")?.focus({ preventScroll: true });
});

// The place: how many cards there are beyond the first page, and which one stands at the top and where.
function leave() {
  const seen = cards().find((card) => card.getBoundingClientRect().bottom > 0);
  if (!results() || !seen) return;
  const place = { count: cards().length, card: seen.id, top: seen.getBoundingClientRect().top, focus: document.activeElement?.id ?? "" };
  try {
    sessionStorage.setItem(here(), JSON.stringify(place));
  } catch {
    // Without room the page opens at its beginning.
  }
}

function comesBack() {
  return ["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type);
}

function stand({ card, top, focus }) {
  const element = document.getElementById(card);
  if (!element) return;
  window.scrollBy({ top: element.getBoundingClientRect().top - top, behavior: "instant" });
  document.getElementById(focus)?.focus({ preventScroll: true });
}

// Before htmx has read the page: what was loaded by scrolling then comes in one answer, and only then is there room to stand.
function comeBack() {
  const place = JSON.parse(sessionStorage.getItem(here()) ?? "null");
  const more = document.getElementById("takes-more");
  if (!place || !comesBack()) return;
  const missing = Math.min(place.count - cards().length, MOST_KEPT);
  if (missing <= 0 || !more) {
    stand(place);
    return;
  }
  const address = new URL(more.getAttribute("hx-get"), location.href);
  address.searchParams.set("size", missing);
  more.setAttribute("hx-get", address.pathname + address.search);
  more.setAttribute("hx-trigger", "load");
  document.addEventListener("htmx:afterSettle", function arrive() {
    if (document.contains(more)) return;
    document.removeEventListener("htmx:afterSettle", arrive);
    stand(place);
  });
}

// The browser would scroll before the cards are there.
if (results()) history.scrollRestoration = "manual";
window.addEventListener("pagehide", leave);
comeBack();
