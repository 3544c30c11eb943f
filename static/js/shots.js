// Walking a shot: up to where a take comes from, down to what came of it, left and right to those beside it.

const tree = document.querySelector("[data-shot-tree]");
const links = [...(tree?.querySelectorAll("[data-shot]") ?? [])];

function beside(link, step) {
  const group = links.filter((each) => each.dataset.before === link.dataset.before);
  return group[group.indexOf(link) + step];
}

const STEPS = {
  ArrowUp: (link) => links.find((each) => each.dataset.shot === link.dataset.before),
  ArrowDown: (link) => links.find((each) => each.dataset.before === link.dataset.shot),
  ArrowLeft: (link) => beside(link, -1),
  ArrowRight: (link) => beside(link, 1),
};

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const here = document.activeElement?.closest("[data-shot]");
  // From anywhere else the keys scroll the page, as ever.
  if (!here) return;
  event.preventDefault();
  step(here)?.focus();
});

tree?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
