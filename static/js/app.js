// Small behaviours every page has: theme, copying, sending once, keys, quiet polling, no card twice. All by delegation, so swaps need no re-binding.

const THEMES = ["dark", "light", "system"];

function nextTheme() {
  const root = document.documentElement;
  const theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
  root.dataset.theme = theme;
  // The server reads this cookie, so that the next page is drawn right from the first byte.
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax${secure}`;
  for (const name of document.querySelectorAll("[data-theme-name]")) name.hidden = name.dataset.themeName !== theme;
}

async function copy(button) {
  const field = document.querySelector(button.dataset.copy);
  const word = button.querySelector("[data-copy-word]") ?? button;
  const before = word.textContent;
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without HTTPS there is no clipboard object; selecting leaves one keystroke to the person.
    field.select();
    word.textContent = gettext("Press Ctrl+C");
    return;
  }
  word.textContent = gettext("Copied");
  announce(gettext("Copied to the clipboard"));
  setTimeout(() => { word.textContent = before; }, 2000);
}

function announce(text) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "success", text } }));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-next]")) nextTheme();
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
});

// Whoever signs out leaves no words behind, in this tab and, by the mark, in others.
function forgetDrafts() {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("draft:")) sessionStorage.removeItem(key);
    localStorage.setItem("signed-out", String(Date.now()));
  } catch {
    // Where nothing can be stored, nothing was.
  }
}

// A plain form goes out once; htmx has prevented the default of its own by the time this runs.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-signs-out]")) forgetDrafts();
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-many")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// A row's Save button shows itself when there is something to save.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-offers-save]");
  const field = event.target;
  if (form && field.options) form.classList.toggle("is-changed", !field.selectedOptions[0].defaultSelected);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy='true']")) button.removeAttribute("aria-busy");
});

document.addEventListener("keydown", (event) => {
  // Alone it only saves the form; where a reason for going over was asked for, it answers that question.
  const isMeant = event.ctrlKey || event.metaKey || event.target.matches("[data-enter-renders]");
  if (event.key !== "Enter" || !isMeant || event.repeat || event.isComposing) return;
  const button = event.target.closest("[data-composer]")?.querySelector("[data-render]");
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-poll]")) event.preventDefault();
});

// A page hears of the birth of cards that scrolling has brought meanwhile; none of them is put on it twice.
// News of cards that this page does not show has no place on it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig?.elt?.id !== "changes") return;
  const news = document.createElement("template");
  news.innerHTML = detail.serverResponse;
  const placeOf = (part) => part.getAttribute("hx-swap-oob").split(":#")[1] ?? part.id;
  const lost = [...news.content.children].filter((part) => part.hasAttribute("hx-swap-oob") && !document.getElementById(placeOf(part)));
  for (const part of lost) part.remove();
  if (lost.length) detail.serverResponse = news.innerHTML;
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id !== "takes") return;
  for (const card of [...fragment.children]) if (document.getElementById(card.id)) card.remove();
});

// Cards of takes that somebody has deleted leave; the focus goes to the page rather than nowhere.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const gone = document.getElementById("changes")?.dataset.gone?.split(",") ?? [];
  if (event.detail.target?.id !== "changes") return;
  for (const card of gone.map((id) => document.getElementById(`render-card-${id}`))) {
    if (card?.contains(document.activeElement)) document.getElementById("main").focus({ preventScroll: true });
    card?.remove();
  }
});

// A row of tabs that is wider than the phone begins where the one that is open can be seen.
const tab = document.querySelector(".tabs > [aria-current]");
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;

// A form that comes back refused has the focus on the first thing to mend; a composer that is only drawn anew keeps it.
function focusWhatArrived(scope, isRefused) {
  const mends = isRefused ? ", [aria-invalid=true]:not([data-composer] *)" : "";
  const first = scope.querySelector?.(`:is([data-focus-on-load]${mends}):not(.guide-sides *)`);
  for (let folded = first?.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  first?.focus();
}

document.addEventListener("htmx:afterSettle", ({ detail }) => focusWhatArrived(detail.elt, detail.xhr?.status === 422));
focusWhatArrived(document, true);
