// Why: drop a picture on the page; where the browser can, only its SHA-256 leaves this computer.
"use strict";

const copy = document.querySelector("form[data-copy]");

async function digestOf(file) {
  const bytes = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function searchFor(text) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = copy.dataset.copy;
  for (const [name, value] of [["csrf", copy.elements.csrf.value], ["text", text]]) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

if (copy) {
  const chosen = copy.elements.file;
  copy.addEventListener("submit", (event) => {
    if (!globalThis.crypto?.subtle || !chosen.files.length) return;
    event.preventDefault();
    // What cannot be read here is sent as it would be without a script.
    digestOf(chosen.files[0]).then(searchFor, () => copy.submit());
  });
  const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    copy.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) copy.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    copy.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    chosen.files = event.dataTransfer.files;
    copy.requestSubmit();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
