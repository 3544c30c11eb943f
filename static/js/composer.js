// The composer's conversation with the server: a changed setting redraws the form, typed words are saved quietly.

const SAVE_AFTER_MS = 700;
const SAME_PRESS_MS = 1000;
let saving = null;
let renderedAt = -SAME_PRESS_MS;
let updating = false;
let missed = false;
let stale = false;
let pointerIsDown = false;
let redrawWaits = false;

function composer() {
  return document.querySelector("[data-composer]");
}

// One request at a time: what changes meanwhile is asked for when the answer is here, and that answer is not shown.
function redraw() {
  const form = composer();
  if (!form) return;
  if (updating || form.hasAttribute("aria-busy")) missed = true;
  else form.dispatchEvent(new CustomEvent("composer-changed"));
}

async function saveQuietly(form) {
  const body = new FormData(form);
  body.set("act", "save");
  saving?.abort();
  saving = new AbortController();
  form.dispatchEvent(new CustomEvent("draft-sent", { bubbles: true, detail: body }));
  try {
    // As htmx asks, so that the answer is the small fragment; nothing is done with it.
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, signal: saving.signal, redirect: "manual" });
    if (answer.ok) form.dispatchEvent(new CustomEvent("draft-stored", { bubbles: true, detail: body }));
  } catch {
    // The words are still in the box, and go with the next request.
  }
}

// The braces that studio/lib/variables.py reads as a variable; doubled ones stand for themselves.
const BRACES = /\{\{|\}\}|\{[ \t]*([\p{L}_][\p{L}\p{N}_-]*(?:[ \t]+[\p{L}\p{N}_-]+)*)[ \t]*\}/gu;

// Each {variable} has a field of its own below the words: one has come or gone when these differ.
function fieldsDiffer(form) {
  const named = new Set([...form.elements.prompt.value.matchAll(BRACES)].map((found) => found[1]).filter(Boolean));
  const shown = [...form.querySelectorAll("[name^='variable:']")].map((field) => field.name.slice("variable:".length));
  return named.size !== shown.length || shown.some((name) => !named.has(name));
}

let timer = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-composer]");
  if (!form || !event.target.matches("[data-saves]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => (fieldsDiffer(form) ? redraw() : saveQuietly(form)), SAVE_AFTER_MS);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-composer] [data-updates]")) redraw();
});
document.addEventListener("asset-uploaded", redraw);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-composer]")) return;
  clearTimeout(timer);
  saving?.abort();
  updating = event.detail.requestConfig.formData.get("act") !== "render";
  if (updating) return;
  // While a render is on its way, no redraw may cut it off.
  event.target.setAttribute("aria-busy", "true");
});

// Not again while it is on its way, nor by the second half of a slow double click that meets the fresh form.
document.addEventListener("htmx:confirm", (event) => {
  if (!event.target.matches("[data-composer]")) return;
  const renders = event.detail.triggeringEvent?.submitter?.matches("[data-render]");
  const isSamePress = renders && performance.now() - renderedAt < SAME_PRESS_MS;
  // A button pressed during an update waits in htmx's queue, for which this very form has to stay.
  stale = updating;
  if (!isSamePress && !event.target.hasAttribute("aria-busy")) return;
  event.preventDefault();
  if (!renders) missed = true;
  else document.dispatchEvent(new CustomEvent("toast", { detail: { level: "info", text: gettext("Already on the way. Press once more to render again.") } }));
});

document.addEventListener("htmx:afterRequest", (event) => {
  // Its target, since htmx tells it of an ancestor when the form itself has been replaced.
  const { target, requestConfig, xhr } = event.detail;
  if (!target?.matches?.("[data-composer]")) return;
  target.removeAttribute("aria-busy");
  updating = false;
  stale = false;
  // A refusal (422) is shown as well, and may be pressed past at once.
  if (xhr?.status === 200 && requestConfig.formData.get("act") === "render") renderedAt = performance.now();
  // What arrived meanwhile, such as an upload, is shown now.
  if (missed) setTimeout(redraw, 0);
  missed = false;
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
  if (render || !event.detail.target.matches("[data-composer]")) return;
  if (missed || stale) event.detail.shouldSwap = false;
  if (!pointerIsDown) return;
  event.detail.shouldSwap = false;
  redrawWaits = true;
});
