// The composer's conversation with the server: a changed setting redraws the form, typed words are saved quietly.

const SAVE_AFTER_MS = 700;
let saving = null;
let pointerIsDown = false;
let redrawWaits = false;

function composer() {
  return document.querySelector("[data-composer]");
}

function redraw() {
  const form = composer();
  if (form && !form.hasAttribute("aria-busy")) form.dispatchEvent(new CustomEvent("composer-changed"));
}

async function saveQuietly(form) {
  const body = new FormData(form);
  body.set("act", "save");
  saving?.abort();
  saving = new AbortController();
  try {
    // As htmx asks, so that the answer is the small fragment; nothing is done with it.
    await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, signal: saving.signal, redirect: "manual" });
  } catch {
    // The words are still in the box, and go with the next request.
  }
}

let timer = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-composer]");
  if (!form || !event.target.matches("[data-saves]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => saveQuietly(form), SAVE_AFTER_MS);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-composer] [data-updates]")) redraw();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-composer]")) return;
  clearTimeout(timer);
  saving?.abort();
  if (event.detail.requestConfig.formData.get("act") !== "render") return;
  // While a render is on its way, no redraw may cut it off.
  event.target.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches?.("[data-composer]")) event.target.removeAttribute("aria-busy");
});

// A redraw between pressing and releasing the mouse would swallow the click: it waits for the release.
document.addEventListener("pointerdown", (event) => { pointerIsDown = Boolean(event.target.closest("[data-composer]")); }, true);
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    pointerIsDown = false;
    if (!redrawWaits) return;
    redrawWaits = false;
    setTimeout(redraw, 0);
  }, true);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const render = event.detail.requestConfig?.formData?.get("act") === "render";
  if (!pointerIsDown || render || !event.detail.target.matches("[data-composer]")) return;
  event.detail.shouldSwap = false;
  redrawWaits = true;
});
