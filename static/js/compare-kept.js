// Taking another film into a comparison is a new page: it opens where the one before stood, in its layout, speed and sound.

const KEPT = "compare";
const root = document.querySelector("[data-compare]");
const button = (name) => root.querySelector(`[data-compare-act=${name}]`);
const range = root?.querySelector("[data-compare-range]");
const speed = root?.querySelector("[data-compare-speed]");

function keep() {
  const kept = {
    time: Number(root.dataset.frame) / Number(root.dataset.clock),
    view: root.dataset.view,
    loop: button("loop").getAttribute("aria-pressed") === "true",
    muted: root.classList.contains("is-muted"),
    speed: speed.value,
  };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  if (!kept) return;
  if (!kept.loop) button("loop").click();
  if (kept.muted) button("mute")?.click();
  speed.value = kept.speed;
  speed.dispatchEvent(new Event("change"));
  // The wipe may have a clock of its own, so it comes before the time.
  if (kept.view === "wipe") document.dispatchEvent(new CustomEvent("compare:set-view", { detail: "wipe" }));
  range.value = Math.round(kept.time * Number(root.dataset.clock));
  range.dispatchEvent(new Event("input"));
}

if (root) {
  for (const link of document.querySelectorAll("a[data-compare-keeps]")) link.addEventListener("click", keep);
  restore();
}
