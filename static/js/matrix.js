// The table of a matrix: cells pasted from a spreadsheet spread over it, Enter goes down a row, and a changed table shows that its prices are old.

const form = document.querySelector("[data-matrix]");
// As many fields as the server reads of one form.
const MOST_FIELDS = 900;

function rowsOf(table) {
  return [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("textarea")]);
}

function addRow(table) {
  const body = table.tBodies[0];
  const fields = body.querySelectorAll("textarea").length;
  const last = body.rows[body.rows.length - 1];
  const width = last.querySelectorAll("textarea").length;
  if (fields + width > MOST_FIELDS) return null;
  const row = last.cloneNode(true);
  const number = String(body.rows.length + 1);
  row.cells[0].textContent = number;
  for (const field of row.querySelectorAll("textarea")) {
    field.value = "";
    field.defaultValue = "";
    const name = document.querySelectorAll("[data-matrix-values] input[name=column]")[field.closest("td").cellIndex - 1].value;
    field.setAttribute("aria-label", interpolate(gettext("%(name)s, row %(at)s"), { name, at: number }, true));
  }
  body.append(row);
  return row;
}

// What a spreadsheet puts on the clipboard: tabs between cells, quotation marks around those that hold lines.
function cellsOf(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const row = rows[rows.length - 1];
    const char = text[at];
    if (char === '"' && quoted && text[at + 1] === '"') {
      row[row.length - 1] += char;
      at += 1;
    } else if (char === '"' && (quoted || row[row.length - 1] === "")) quoted = !quoted;
    else if (char === "\t" && !quoted) row.push("");
    else if (char === "\n" && !quoted) rows.push([""]);
    else row[row.length - 1] += char;
  }
  while (rows.length > 1 && rows[rows.length - 1].every((cell) => !cell.trim())) rows.pop();
  return rows;
}

function spread(table, field, cells) {
  const grid = rowsOf(table);
  const top = grid.findIndex((row) => row.includes(field));
  const left = grid[top].indexOf(field);
  cells.forEach((cellsOfRow, down) => {
    const row = grid[top + down] ?? [...(addRow(table)?.querySelectorAll("textarea") ?? [])];
    cellsOfRow.forEach((cell, right) => {
      if (row[left + right]) row[left + right].value = cell.trim();
    });
  });
}

function markStale() {
  const plan = form.querySelector("[data-matrix-plan]");
  const button = form.querySelector("[data-matrix-render]");
  if (!plan || !button) return;
  plan.classList.add("is-stale");
  button.disabled = true;
  form.querySelector("[data-matrix-stale]").hidden = false;
}

form?.addEventListener("paste", (event) => {
  const field = event.target.closest("[data-matrix-values] textarea");
  const text = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n") ?? "";
  if (!field || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  spread(field.closest("table"), field, cellsOf(text.replace(/\n$/, "")));
  markStale();
});

form?.addEventListener("keydown", (event) => {
  const field = event.target.closest("[data-matrix-values] textarea");
  if (!field || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  const grid = rowsOf(field.closest("table"));
  const at = grid.findIndex((row) => row.includes(field));
  grid[at + (event.ctrlKey ? -1 : 1)]?.[grid[at].indexOf(field)]?.focus();
});

form?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-matrix-more]")) return;
  const table = form.querySelector("[data-matrix-values]");
  const first = addRow(table);
  if (!first) return;
  event.preventDefault();
  for (let more = 1; more < 5; more += 1) addRow(table);
  first.querySelector("textarea").focus();
});

form?.addEventListener("input", (event) => {
  if (!event.target.matches("[name=override_reason]")) markStale();
});
