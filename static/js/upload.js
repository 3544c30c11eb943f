// Uploading many files: each has its own request, row, progress and reason. Without this script the form posts as it is.

const AT_ONCE = 3;
const waiting = [];
let running = 0;

function row(file) {
  const template = document.createElement("div");
  template.className = "upload";
  const name = Object.assign(document.createElement("span"), { className: "truncate", textContent: file.name, title: file.name });
  const note = Object.assign(document.createElement("span"), { className: "note number", textContent: gettext("Waiting") });
  const bar = Object.assign(document.createElement("progress"), { className: "progress", max: 100, value: 0 });
  bar.setAttribute("aria-label", interpolate(gettext("Uploading %(name)s"), { name: file.name }, true));
  template.append(name, note, bar);
  return { element: template, note, bar };
}

function fail(view, reason) {
  view.element.classList.add("is-failed");
  view.bar.remove();
  const why = Object.assign(document.createElement("span"), { className: "upload-reason", textContent: reason });
  const dismiss = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet button-small", textContent: gettext("Dismiss") });
  dismiss.dataset.uploadDismiss = "";
  view.note.replaceWith(dismiss);
  view.element.append(why);
}

function megabytes(bytes) {
  return interpolate(gettext("%(number)s MB"), { number: Math.round(bytes / 1048576) }, true);
}

// Only what is certain here is refused here; the server looks into the file itself.
function reasonAgainst(file, form) {
  const limits = JSON.parse(form.dataset.limits || "{}");
  if (!file.size) return gettext("This file is empty.");
  if (!file.type || !Object.keys(limits).length) return "";
  const limit = limits[file.type.split("/")[0]];
  if (!limit || (limit.types && !limit.types.includes(file.type))) {
    return interpolate(gettext("Files of the kind %(kind)s cannot be used. Images, MP4, MOV, WAV and MP3 can."), { kind: file.type }, true);
  }
  if (limit.bytes && file.size > limit.bytes) {
    return interpolate(gettext("%(size)s is too large; the limit is %(limit)s."), { size: megabytes(file.size), limit: megabytes(limit.bytes) }, true);
  }
  return "";
}

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

function done(request, view, form) {
  const answer = answerOf(request);
  if (request.status < 200 || request.status >= 300) {
    fail(view, answer.error ?? gettext("The server did not take this file. Try again in a moment."));
    return;
  }
  view.note.textContent = gettext("Added");
  setTimeout(() => view.element.remove(), 1500);
  form.dispatchEvent(new CustomEvent("asset-uploaded", { bubbles: true, detail: answer }));
}

function send({ file, form, view }) {
  const body = new FormData(form);
  body.set("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    const percent = Math.round((event.loaded / event.total) * 100);
    view.bar.value = percent;
    view.note.textContent = percent < 100 ? `${percent} %` : gettext("Checking");
  });
  request.addEventListener("load", () => done(request, view, form));
  request.addEventListener("error", () => fail(view, gettext("The connection broke. Add the file again.")));
  request.addEventListener("loadend", () => {
    running -= 1;
    startNext();
  });
  request.send(body);
}

function startNext() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    send(waiting.shift());
  }
}

function add(files, form) {
  const list = document.querySelector(form.dataset.uploadList);
  for (const file of files) {
    const view = row(file);
    list.append(view.element);
    const reason = reasonAgainst(file, form);
    if (reason) fail(view, reason);
    else waiting.push({ file, form, view });
  }
  startNext();
}

function areaOf(event) {
  for (const form of document.querySelectorAll("form[data-upload]")) {
    const area = event.target.closest?.(form.dataset.drop);
    if (area) return { form, area };
  }
  return null;
}

function carriesFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

document.addEventListener("change", (event) => {
  const form = event.target.type === "file" && event.target.form;
  if (!form || !form.matches("[data-upload]")) return;
  // Copied before the field is emptied, which lets the same file be picked again.
  const files = [...event.target.files];
  event.target.value = "";
  add(files, form);
});

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  // Beside the drop area too: a missed drop must not make the browser leave the page.
  event.preventDefault();
  areaOf(event)?.area.classList.add("is-dropping");
});

document.addEventListener("dragleave", (event) => {
  const hit = areaOf(event);
  if (hit && !hit.area.contains(event.relatedTarget)) hit.area.classList.remove("is-dropping");
});

document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  const hit = areaOf(event);
  if (!hit) return;
  hit.area.classList.remove("is-dropping");
  add([...event.dataTransfer.files], hit.form);
});

document.addEventListener("paste", (event) => {
  const form = document.querySelector("form[data-upload]");
  const files = [...(event.clipboardData?.files ?? [])];
  if (!form || !files.length) return;
  event.preventDefault();
  add(files, form);
});

document.addEventListener("click", (event) => event.target.closest("[data-upload-dismiss]")?.closest(".upload").remove());
window.addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
