// Toasts: showing, dismissing, and saying what went wrong with a request. The region itself is rendered by the server.

const SECONDS_SHOWN = 7;
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
  button.setAttribute("aria-label", "Dismiss");
  button.append(icon("close"));
  return button;
}

function show(level, text) {
  const region = document.getElementById("toasts");
  // The same trouble told twice (a poll that keeps failing) stays one toast.
  if ([...region.querySelectorAll("p")].some((p) => p.textContent === text)) return;
  const toast = document.createElement("div");
  toast.className = `toast toast-${level === "offline" ? "error" : level}`;
  toast.dataset.toast = "";
  if (level === "offline" && text !== UNANSWERED) toast.dataset.offline = "";
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(icon(ICONS[level] ?? "info"), words, dismissButton());
  region.append(toast);
}

function hideLater(toast) {
  if (toast.dataset.timed || toast.matches(".toast-error, .toast-warning")) return;
  toast.dataset.timed = "yes";
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000);
    else toast.remove();
  };
  setTimeout(leave, SECONDS_SHOWN * 1000);
}

function words(status) {
  if (status === 403) return "Your role does not allow this, or the page was open too long. Reload and try again.";
  if (status === 404) return "This is gone, or you are no longer a member of its project.";
  if (status === 413) return "That was too large for the server.";
  if (status === 429) return "Too many requests just now. Wait a moment and try again.";
  return "The server could not do that. Nothing on this page was lost; try again in a moment.";
}

// What a render press came to is not known until its answer has been read; the form keeps its submission until then.
const UNANSWERED = "No answer arrived. Look at the takes below before pressing again; pressing again does not pay twice.";

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
document.addEventListener("toast", (event) => show(event.detail.level ?? "info", event.detail.text));
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  show("error", status >= 500 && isRender(event.detail) ? UNANSWERED : words(status));
});
document.addEventListener("htmx:timeout", (event) => {
  show("error", isRender(event.detail) ? UNANSWERED : "The server took too long to answer. Try again in a moment.");
});
document.addEventListener("htmx:sendError", (event) => {
  show("offline", isRender(event.detail) ? UNANSWERED : "No connection to the studio. What you typed is still here; renders go on without this page.");
});
window.addEventListener("online", () => {
  for (const toast of document.querySelectorAll(".toast-error")) toast.remove();
  show("success", "Connected again.");
});
document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
