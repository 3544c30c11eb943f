// Whether the studio can be reached: a quiet bar while it cannot, polls rest meanwhile, and all is caught up with afterwards.

const FIRST_TRY = 2000;
const LONGEST_PAUSE = 30000;
const LEAST_FAILURES = 2;
const bar = document.querySelector("#connection > p");
let isAway = false;
let failures = 0;
let pause = FIRST_TRY;
let timer = 0;

function leave() {
  if (isAway) return;
  isAway = true;
  bar.hidden = false;
  pause = FIRST_TRY;
  timer = setTimeout(look, pause);
}

function comeBack() {
  failures = 0;
  clearTimeout(timer);
  if (!isAway) return;
  isAway = false;
  bar.hidden = true;
  // What is not known while away, the page shows now.
  for (const toast of document.querySelectorAll("[data-unanswered]")) toast.remove();
  const text = gettext("Connected again. This page shows what happened meanwhile.");
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "success", text } }));
  // Feeds that listen for it ask at once; the others with their next turn.
  document.body.dispatchEvent(new Event("takes-changed", { bubbles: true }));
}

async function look() {
  clearTimeout(timer);
  try {
    const answer = await fetch(document.body.dataset.alive, { cache: "no-store" });
    if (answer.ok) return comeBack();
  } catch {
    // Still away; asked again below.
  }
  pause = Math.min(pause * 2, LONGEST_PAUSE);
  timer = setTimeout(look, pause);
}

function failed({ detail }) {
  // One poll that is lost on its way is no outage; what a person pressed has its own toast, and is looked into at once.
  failures += 1;
  if (!detail.elt.matches("[data-poll]") || failures >= LEAST_FAILURES) leave();
}

if (bar) {
  if (!navigator.onLine) leave();
  window.addEventListener("offline", leave);
  window.addEventListener("online", look);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  document.addEventListener("htmx:responseError", (event) => {
    // What a proxy in front says while the studio is being started again.
    if ([502, 503, 504].includes(event.detail.xhr.status)) failed(event);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isAway && event.detail.elt.matches("[data-poll]")) event.preventDefault();
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status < 500) comeBack();
  });
}
