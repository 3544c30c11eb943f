// Counts what is ticked for an export, and what its films come to.

const UNITS = [gettext("bytes"), gettext("KB"), gettext("MB"), gettext("GB"), gettext("TB")];

for (const form of document.querySelectorAll("form[data-export]")) {
  const boxes = [...form.querySelectorAll("input[name=take]")];
  const sum = form.querySelector("[data-export-sum]");
  const button = form.querySelector(".button-primary");
  const count = () => {
    const ticked = boxes.filter((box) => box.checked);
    const total = ticked.reduce((bytes, box) => bytes + Number(box.dataset.size), 0);
    const words = ngettext("%(number)s take, %(size)s of film", "%(number)s takes, %(size)s of film", ticked.length);
    sum.textContent = interpolate(words, { number: ticked.length, size: sized(total) }, true);
    button.disabled = !ticked.length;
  };
  form.addEventListener("change", count);
  count();
}

function sized(bytes) {
  let unit = 0;
  while (bytes >= 1024 && unit < UNITS.length - 1) {
    bytes /= 1024;
    unit += 1;
  }
  return `${bytes.toLocaleString(document.documentElement.lang, { useGrouping: false, minimumFractionDigits: unit ? 1 : 0, maximumFractionDigits: 1 })}\u00a0${UNITS[unit]}`;
}
