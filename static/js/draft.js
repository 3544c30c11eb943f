// What is typed into the composer stays in this tab until the server has it: a reload after a lost connection brings it back.

const PREFIX = "draft:";
const LEFT = "signed-out";
const MOST_KNOWN = 8;
// A page asked for while the last words were on their way may have been drawn without them; later ones have them.
const FRESH = 10_000;
// Values of variables whose fields the server has yet to draw.
let waiting = {};

const composer = () => document.querySelector("[data-composer][data-draft]");
const fields = (form) => [...form.querySelectorAll("[data-saves]")];
// Forms send line ends as CRLF; the field holds LF.
const plain = (text) => String(text ?? "").replace(/\r\n/g, "\n");
const keyOf = (form) => `${PREFIX}${form.dataset.draft}`;
// Storage may be full or shut: then words are as safe as before, and nothing else breaks.
const quietly = (act) => { try { return act(); } catch { return null; } };
const read = (form) => quietly(() => JSON.parse(sessionStorage.getItem(keyOf(form)) ?? "null"));
const forget = (key) => quietly(() => sessionStorage.removeItem(key));
const write = (form, kept) => quietly(() => sessionStorage.setItem(keyOf(form), JSON.stringify(kept)));
const mine = () => quietly(() => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))) ?? [];

// `known` are the prompts that the server may have: any other one was put there by somebody or something else since.
function keep(form) {
  const kept = read(form) ?? { known: [plain(form.elements.prompt.defaultValue)] };
  if (kept.stored && Date.now() - kept.stored > FRESH) kept.known = [kept.typed.prompt];
  delete kept.stored;
  kept.typed = { ...waiting, ...Object.fromEntries(fields(form).map((field) => [field.name, plain(field.value)])) };
  write(form, kept);
}

function sent(form, data) {
  const kept = read(form);
  if (!kept || !data.has("prompt")) return;
  kept.known = [...kept.known, plain(data.get("prompt"))].slice(-MOST_KNOWN);
  write(form, kept);
}

// What was typed since it left is still to be kept.
function stored(form, data) {
  const kept = read(form);
  if (!kept || !Object.entries(kept.typed).every(([name, value]) => plain(data.get(name)) === value)) return;
  // Another text was chosen in place of this one.
  if (String(data.get("act") ?? "").startsWith("prompt")) forget(keyOf(form));
  else write(form, { ...kept, stored: Date.now() });
}

function fill(form) {
  for (const field of fields(form)) {
    if (!(field.name in waiting)) continue;
    field.value = waiting[field.name];
    delete waiting[field.name];
  }
}

function bringBack(form) {
  // Another person's words are nobody's business here.
  const person = form.dataset.draft.split(":")[1];
  for (const key of mine()) if (!key.endsWith(`:${person}`)) forget(key);
  const kept = read(form);
  if (!kept) return;
  const shown = plain(form.elements.prompt.defaultValue);
  const isThere = fields(form).every((field) => !(field.name in kept.typed) || plain(field.defaultValue) === kept.typed[field.name]);
  const isOld = kept.stored && Date.now() - kept.stored > FRESH;
  if (!kept.known.includes(shown) || isThere || isOld) {
    forget(keyOf(form));
    return;
  }
  waiting = { ...kept.typed };
  fill(form);
  const text = gettext("Your last words had not reached the studio; they are back in the composer.");
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "info", text } }));
  // As if they were typed now: they are saved, and variables get their fields.
  form.elements.prompt.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("[data-composer][data-draft]");
  if (form && target.matches("[data-saves]")) keep(form);
});
document.addEventListener("draft-sent", ({ target, detail }) => sent(target, detail));
document.addEventListener("draft-stored", ({ target, detail }) => stored(target, detail));
document.addEventListener("htmx:beforeRequest", ({ target, detail }) => {
  if (target.matches("[data-composer][data-draft]")) sent(target, detail.requestConfig.formData);
});
document.addEventListener("htmx:afterRequest", ({ detail: { target, requestConfig, xhr } }) => {
  // Refused presses are kept as well (422), by the form that comes back.
  if (target?.matches?.("[data-composer][data-draft]") && [200, 204, 422].includes(xhr?.status)) stored(target, requestConfig.formData);
});
document.addEventListener("htmx:afterSettle", () => {
  const form = composer();
  if (!form || !Object.keys(waiting).length) return;
  const before = Object.keys(waiting).length;
  fill(form);
  if (Object.keys(waiting).length < before) form.elements.prompt.dispatchEvent(new Event("input", { bubbles: true }));
});
// Signed out in one tab is signed out in all.
window.addEventListener("storage", ({ key }) => {
  if (key === LEFT) mine().forEach(forget);
});

const form = composer();
if (form) bringBack(form);
