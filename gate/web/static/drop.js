// Dropping very many photos: one after the other, each with its progress; answers as they come.
"use strict";
(() => {
  const form = document.getElementById("drop-form");
  if (!form) return;
  const texts = JSON.parse(form.dataset.texts);
  const { fill, has, listen, show } = window.dropAnswers;
  const RETRY = [1000, 2000, 5000, 10000];
  const SILENT = 60000; // without a sign of life for so long, a connection is taken for lost
  const SPOKEN = 10000; // no more often is somebody who listens told how far it is
  const items = [];
  const queue = [];
  let busy = false;
  let loggedOut = false;
  let taken = 0;

  const byId = (id) => document.getElementById(id);
  const pause = (time) =>
    new Promise((done) => {
      const timer = setTimeout(done, time);
      addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
    });

  // --- the queue --------------------------------------------------------------------------------

  function summarise() {
    const sent = items.filter((one) => one.photo).length;
    const checked = items.filter((one) => one.judged).length;
    const failed = items.filter((one) => one.failed).length;
    const told = texts.summary + (failed ? ` ${failed === 1 ? texts.failedOne : texts.failedMany}` : "");
    byId("on-the-way").hidden = !items.length;
    byId("summary").textContent = fill(told, { sent, all: items.length, judged: checked, number: failed });
    for (const [id, value] of [["all", sent], ["checked", checked]]) {
      byId(id).max = Math.max(1, items.length - failed);
      byId(id).value = value;
    }
    byId("not-taken").hidden = !failed;
    byId("again-all").hidden = !items.some(again);
    speak(sent + failed === items.length);
  }

  function judged(item) {
    if (item.judged || !has(item.news, item.photo)) return;
    item.judged = true;
    item.row.remove();
  }
  window.dropAnswers.tell = () => {
    items.forEach(judged);
    summarise();
  };

  let spoken = 0;
  let speaking = 0;
  function speak(now) {
    clearTimeout(speaking);
    const wait = now ? 1000 : Math.max(1000, spoken + SPOKEN - Date.now());
    speaking = setTimeout(() => {
      spoken = Date.now();
      byId("spoken").textContent = byId("summary").textContent;
    }, wait);
  }

  /** The row says so, and comes to lie where it is looked for: what needs somebody apart, then
   * what is under way, what waits for its turn, and what is being checked. */
  function say(item, words, kind = "") {
    const { row } = item;
    const before = row.className;
    row.className = kind;
    row.querySelector(".state").textContent = words;
    item.failed = kind === "failed";
    row.querySelector(".again").hidden = !again(item);
    if (kind === "failed") byId("failed").append(row);
    else if (kind === "sending" && before !== kind) byId("uploads").prepend(row);
    else if (kind !== "sending") byId("uploads").append(row);
  }

  const again = (item) => item.failed && Boolean(item.file);
  async function retry(wanted) {
    await freshen();
    loggedOut = false;
    for (const item of wanted.filter(again)) {
      item.tries = 0;
      say(item, texts.queued);
      queue.push(item);
    }
    work();
  }

  /** Whoever logged in again in another window goes on here with that login. */
  async function freshen() {
    if (!loggedOut) return;
    const answer = await ask(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
    const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
    if (page.getElementById("drop-form")) {
      document.querySelector('meta[name="csrf"]').content = page.querySelector('meta[name="csrf"]').content;
    }
  }

  function add(name, file, event, why = "") {
    const row = byId("upload").content.firstElementChild.cloneNode(true);
    const item = { file: why ? null : file, event, row, photo: "", news: "", judged: false, tries: 0, since: 0 };
    const button = row.querySelector(".again");
    row.querySelector(".name").textContent = name;
    row.querySelector("progress").setAttribute("aria-label", name);
    button.textContent = texts.again;
    button.setAttribute("aria-label", `${texts.again}: ${name}`);
    button.addEventListener("click", () => retry([item]));
    items.push(item);
    if (why) return say(item, why, "failed");
    say(item, texts.queued);
    return queue.push(item);
  }

  async function known(item) {
    // Browsers count bytes for pages that came over TLS or from this very computer only.
    if (!window.crypto || !crypto.subtle) return null;
    const digest = await crypto.subtle.digest("SHA-256", await item.file.arrayBuffer());
    const sha256 = [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join("");
    const body = new URLSearchParams({ event: item.event, sha256 });
    const answer = await ask(form.dataset.known, { method: "POST", body, signal: AbortSignal.timeout(SILENT) });
    const found = answer.ok ? await answer.json() : {};
    return found.taken ? found : null;
  }

  function send(item) {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      const bar = item.row.querySelector("progress");
      let silence = 0;
      const alive = () => {
        clearTimeout(silence);
        silence = setTimeout(() => request.abort(), SILENT);
      };
      request.open("POST", form.dataset.file);
      request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf"]').content);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("X-Event", encodeURIComponent(item.event));
      request.setRequestHeader("X-File-Name", encodeURIComponent(item.file.name));
      request.upload.addEventListener("progress", (event) => {
        alive();
        if (event.lengthComputable) bar.value = event.loaded / Math.max(1, event.total);
      });
      request.addEventListener("load", () => done({ status: request.status, text: request.responseText }));
      request.addEventListener("error", fail);
      request.addEventListener("abort", fail);
      request.addEventListener("loadend", () => clearTimeout(silence));
      alive();
      request.send(item.file);
    });
  }

  function received(item, receipt) {
    item.photo = receipt.photo;
    item.news = receipt.news;
    item.row.querySelector("progress").value = 1;
    taken += 1;
    say(item, receipt.taken === "judged" ? texts.known : texts.staged);
    if (byId("unwatched")) byId("unwatched").hidden = receipt.watched;
    listen(receipt.news, receipt.last);
    judged(item);
    if (receipt.answer) show(receipt.answer, receipt.news);
  }

  async function once(item) {
    say(item, texts.sending, "sending");
    const found = await known(item);
    if (found) return received(item, found);
    const { status, text } = await send(item);
    if (status === 200) return received(item, JSON.parse(text));
    if (status >= 500) throw new Error("the server is not well");
    loggedOut = status === 401 || status === 403;
    const told = text.startsWith("{") ? JSON.parse(text).detail : "";
    return say(item, loggedOut ? texts.loggedOut : told || texts.failed, "failed");
  }

  const isReadable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

  /** After the others, as it may be this very file that cannot get through. */
  function later(item) {
    item.tries += 1;
    if (item.tries === 1) item.since = taken;
    if (item.tries > 200 || (item.tries > 5 && taken > item.since)) {
      say(item, texts.failed, "failed");
      return;
    }
    say(item, texts.lost, "lost");
    queue.push(item);
  }

  async function carry(item, failures) {
    // Gone from the phone since it was picked, or a file that nobody may open.
    if (!(await isReadable(item.file))) {
      say(item, texts.unreadable, "failed");
      return 0;
    }
    try {
      await once(item);
      return 0;
    } catch {
      later(item);
      await pause(RETRY[Math.min(failures, RETRY.length - 1)]);
      return failures + 1;
    }
  }

  /** Phones that fall asleep stop what their pages do. */
  let awake = null;
  async function stayAwake() {
    if (!busy || !navigator.wakeLock || document.visibilityState !== "visible") return;
    awake = await navigator.wakeLock.request("screen").catch(() => null);
  }
  document.addEventListener("visibilitychange", stayAwake);

  async function work() {
    if (busy) return;
    busy = true;
    stayAwake();
    for (let failures = 0; queue.length && !loggedOut; summarise()) failures = await carry(queue.shift(), failures);
    if (loggedOut) for (const item of queue.splice(0)) say(item, texts.loggedOut, "failed");
    busy = false;
    awake?.release();
    summarise();
  }

  byId("again-all").addEventListener("click", () => retry(items));

  const chosen = [];
  function begin() {
    const event = byId("event").value.trim();
    const problem = byId("event-problem");
    const first = !items.length;
    byId("chosen").hidden = !chosen.length || Boolean(event);
    byId("chosen").textContent = fill(chosen.length === 1 ? texts.chosenOne : texts.chosenMany, { number: chosen.length });
    if (!chosen.length) { byId("files").focus(); return; }
    if (problem) problem.hidden = Boolean(event);
    if (!event) { byId("event").focus(); return; }
    for (const { name, file } of chosen.splice(0)) add(name, file, event, wrong(file));
    summarise();
    if (first) byId("on-the-way").scrollIntoView({ block: "start" });
    work();
  }

  /** Why a file is not even sent; "" if it is. */
  function wrong(file) {
    if (!file) return texts.unreadable;
    if (/^(video|audio)\//.test(file.type)) return texts.film;
    return file.size > Number(form.dataset.most) ? texts.tooLarge : "";
  }

  // --- where files come from ----------------------------------------------------------------------

  const isOwn = (name) => name.startsWith(".") || /^(thumbs\.db|desktop\.ini)$/i.test(name);
  function take(files) {
    chosen.push(...files.filter((one) => !isOwn(one.name)));
    if (chosen.length) begin();
  }
  const picked = (files) => [...files].map((file) => ({ name: file.name, file }));

  /** The files in what was dropped; what cannot be read is named all the same. */
  async function inside(entry) {
    const { name } = entry;
    try {
      if (entry.isFile) return [{ name, file: await new Promise((done, fail) => entry.file(done, fail)) }];
      const reader = entry.createReader();
      const found = [];
      for (let part; (part = await new Promise((done, fail) => reader.readEntries(done, fail))).length; ) {
        for (const one of part) found.push(...(await inside(one)));
      }
      return found;
    } catch {
      return [{ name, file: null }];
    }
  }

  async function dropped(transfer) {
    const entries = [...transfer.items].map((one) => one.webkitGetAsEntry && one.webkitGetAsEntry()).filter(Boolean);
    const folder = entries.find((one) => one.isDirectory);
    if (folder && !byId("event").value.trim()) byId("event").value = folder.name.slice(0, 80);
    const found = picked(entries.length ? [] : transfer.files);
    for (const entry of entries) found.push(...(await inside(entry)));
    take(found);
  }

  for (const one of form.querySelectorAll("[data-script]")) one.hidden = false;
  byId("files").required = false;
  for (const id of ["files", "folder"]) {
    byId(id).addEventListener("change", (event) => {
      const from = event.target;
      const path = from.files.length ? from.files[0].webkitRelativePath : "";
      if (path && !byId("event").value.trim()) byId("event").value = path.split("/")[0].slice(0, 80);
      take(picked(from.files));
      from.value = "";
    });
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  const zone = byId("zone");
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    dropped(event.dataTransfer);
  });
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
})();
