// The audit log: a download leaves the page where it is, so its button may be used again.
"use strict";

for (const form of document.querySelectorAll("form[data-download]")) {
  form.addEventListener("submit", () => setTimeout(() => delete form.dataset.sent, 2000));
}
