// Counts what is ticked for an export, and what its films come to.

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

for (const form of document.querySelectorAll("form[data-export]")) {
  const boxes = [...form.querySelectorAll("input[name=take]")];
  const sum = form.querySelector("[data-export-sum]");
  const button = form.querySelector(".button-primary");
  const count = () => {
    const ticked = boxes.filter((box) => box.checked);
    const total = ticked.reduce((bytes, box) => bytes + Number(box.dataset.size), 0);
    sum.textContent = `${ticked.length} take${ticked.length === 1 ? "" : "s"}, ${sized(total)} of film`;
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
  return `${unit ? bytes.toFixed(1) : bytes}\u00a0${UNITS[unit]}`;
}
