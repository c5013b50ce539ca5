// What every page does besides its own script. Every page works without it, too.
"use strict";

/** Ask the server with the token against forged forms; for the scripts of the screens. */
window.ask = function ask(address, options = {}) {
  const token = document.querySelector('meta[name="csrf"]').content;
  const headers = new Headers(options.headers);
  headers.set("X-CSRF-Token", token);
  headers.set("Accept", headers.get("Accept") || "application/json");
  return fetch(address, { ...options, headers, credentials: "same-origin" });
};

// A form that is on its way is not sent a second time.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // What is only saved to the disk leaves the page as it is.
  if (event.defaultPrevented || form.method !== "post" || "repeat" in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
