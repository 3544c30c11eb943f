// The bell: how much is unread, as the polls of a page say it along with what they were sent for.

const MOST_SHOWN = 99;

document.addEventListener("unread", (event) => {
  const bell = document.getElementById("bell");
  const shown = bell?.querySelector(".bell-count");
  const count = Number(event.detail?.count);
  if (!shown || !Number.isInteger(count)) return;
  shown.textContent = count > MOST_SHOWN ? `${MOST_SHOWN}+` : `${count}`;
  shown.hidden = count === 0;
  bell.setAttribute("aria-label", count ? interpolate(gettext("Notifications, %(count)s unread"), { count: shown.textContent }, true) : gettext("Notifications"));
});
