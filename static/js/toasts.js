// Toasts: showing, dismissing, and saying what went wrong with a request. The region itself is rendered by the server.

const SECONDS_SHOWN = 7;
const SECONDS_TO_UNDO = 20;
const ICONS = { success: "check", warning: "warning", error: "error", offline: "offline" };

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.classList.add("icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

function dismissButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet button-small button-icon";
  button.dataset.toastClose = "";
  button.setAttribute("aria-label", gettext("Dismiss"));
  button.append(icon("close"));
  return button;
}

// Brings back exactly what was deleted; one press, and the word of it goes.
function undoButton({ address, value, label }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small";
  button.textContent = label;
  button.dataset.toastUndo = "";
  button.setAttribute("hx-post", address);
  button.setAttribute("hx-vals", JSON.stringify({ undo: value }));
  button.setAttribute("hx-swap", "none");
  return button;
}

function show(level, text, { link = null, undo = null, isUnanswered = false } = {}) {
  const region = document.getElementById("toasts");
  // The same trouble told twice (a poll that keeps failing) stays one toast.
  if ([...region.querySelectorAll("p")].some((p) => p.textContent === text)) return;
  const toast = document.createElement("div");
  toast.className = `toast toast-${level === "offline" ? "error" : level}`;
  toast.dataset.toast = "";
  if (level === "offline") toast.dataset.offline = "";
  if (isUnanswered) toast.dataset.unanswered = "";
  const words = document.createElement("p");
  words.textContent = text;
  if (link) words.append(" ", Object.assign(document.createElement("a"), { href: link.address, textContent: link.label }));
  toast.append(icon(ICONS[level] ?? "info"), words, ...(undo ? [undoButton(undo)] : []), dismissButton());
  region.append(toast);
  if (undo) htmx.process(toast);
}

function hideLater(toast) {
  if (toast.dataset.timed || toast.matches(".toast-error, .toast-warning")) return;
  toast.dataset.timed = "yes";
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000);
    else toast.remove();
  };
  const seconds = toast.querySelector("[data-toast-undo]") ? SECONDS_TO_UNDO : SECONDS_SHOWN;
  setTimeout(leave, seconds * 1000);
}

// One press is one request: nothing here is ever sent a second time by itself.
function words(status, isChange) {
  if (status === 403) return gettext("Your role does not allow this, or the page was open too long. Nothing was changed or paid. Reload the page and try again.");
  if (status === 404) return gettext("This is gone, or you are no longer a member of its project. Nothing was changed or paid.");
  if (status === 413) return gettext("That was too large for the server. Nothing was changed or paid.");
  if (status === 429) return gettext("Too many requests just now. Nothing was changed or paid. Wait a moment and try again.");
  if (!isChange) return gettext("The server could not do that. Nothing on this page was lost; try again in a moment.");
  return gettext("The server could not do that. Nothing was sent twice, and what you typed is still here. Look at the page again before you press once more.");
}

function unanswered() {
  return gettext("No answer came, so it is not known whether this was done. Nothing was sent twice, and what you typed is still here. Look at the page again before you press once more.");
}

// What a render press came to is not known until its answer has been read; the form keeps its submission until then.
function pressedAgain() {
  return gettext("No answer arrived. Look at the takes below before pressing again; pressing again does not pay twice.");
}

function isRender({ elt, requestConfig }) {
  return elt.matches("[data-composer]") && requestConfig?.formData?.get("act") === "render";
}

const region = document.getElementById("toasts");
if (region) {
  for (const toast of region.children) hideLater(toast);
  new MutationObserver(() => [...region.children].forEach(hideLater)).observe(region, { childList: true });
}

// An answer has arrived: what was said about the connection is no longer true.
document.addEventListener("htmx:afterOnLoad", () => {
  for (const toast of document.querySelectorAll("[data-offline]")) toast.remove();
});
document.addEventListener("toast", (event) => show(event.detail.level ?? "info", event.detail.text, event.detail));
// A poll that fails is no news of its own: the bar of connection.js says so once, for all of them.
const isPoll = ({ elt }) => elt.matches("[data-poll]");
const isChange = ({ requestConfig }) => (requestConfig?.verb ?? "get") !== "get";

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr;
  if (isPoll(detail) && status >= 500) return;
  show("error", status >= 500 && isRender(detail) ? pressedAgain() : words(status, isChange(detail)));
});
for (const failure of ["htmx:timeout", "htmx:sendError"]) {
  document.addEventListener(failure, ({ detail }) => {
    if (isPoll(detail)) return;
    if (isRender(detail)) show("error", pressedAgain(), { isUnanswered: true });
    else if (isChange(detail)) show("error", unanswered(), { isUnanswered: true });
    else show("offline", gettext("The studio did not answer. Nothing on this page was lost; try again in a moment."));
  });
}
document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
  if (successful && elt.matches("[data-toast-undo]")) elt.closest("[data-toast]").remove();
});
document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
