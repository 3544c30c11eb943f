// What happens by itself is said once and quietly to who cannot see it: takes that come and end, comments, work that is done.

const ENDS = new Set(["ready", "refused", "failed", "cancelled", "expired", "unconfirmed"]);
const MOST = 3;
const MOST_WORDS = 200;
const SECONDS_KEPT = 10;
let told = new Map();
// Whether the answer that is being put in its place was asked for by nobody: what follows a press has words of its own.
let isPoll = false;

const flat = (element) => element.textContent.trim().replace(/\s+/g, " ").slice(0, MOST_WORDS);

function say(text) {
  const region = document.getElementById("said");
  if (!region || !text) return;
  const words = Object.assign(document.createElement("span"), { textContent: `${text} ` });
  region.append(words);
  setTimeout(() => words.remove(), SECONDS_KEPT * 1000);
}

function sayAll(texts) {
  if (texts.length <= MOST) texts.forEach(say);
  else say(interpolate(ngettext("%(number)s piece of news on this page", "%(number)s pieces of news on this page", texts.length), { number: texts.length }, true));
}

// On the way a take passes through states that only who looks at it wants to know.
function news(cards) {
  const isNews = (card, before) => (before ? before.dataset.state !== card.dataset.state && ENDS.has(card.dataset.state) : true);
  return cards.filter((card) => isNews(card, document.getElementById(card.id))).map((card) => flat(card.querySelector(".take-title") ?? card));
}

function comments(list, before) {
  const fresh = [...list.querySelectorAll(".comment, .comment-reply")].filter((comment) => !before.querySelector(`#${comment.id}`));
  return fresh.map((comment) => `${comment.dataset.name}: ${flat(comment.querySelector(".comment-text") ?? comment)}`);
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  isPoll = Boolean(detail.requestConfig?.elt?.matches("[data-poll]"));
});
document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
  if (target.id === "comment-list") sayAll(comments(fragment, target));
  else if (isPoll && (target.id === "takes" || target.id.startsWith("render-card-"))) sayAll(news([...fragment.querySelectorAll(".take")]));
});

// Parts that are drawn anew say what they tell now, in words of their own or else all of theirs.
function tell() {
  const now = whatIsTold();
  for (const [id, words] of now) if (told.get(id) !== words) say(words);
  told = now;
}

function whatIsTold() {
  return new Map([...document.querySelectorAll("[data-tells]")].map((part) => [part.id, part.dataset.tells || flat(part)]));
}

told = whatIsTold();
document.addEventListener("htmx:afterSettle", tell);
document.addEventListener("htmx:oobAfterSwap", tell);
