// Dropping many photos: one after the other, each with its progress; answers as they come.
"use strict";
(() => {
  const form = document.getElementById("drop-form");
  const answers = document.getElementById("answers");
  const RETRY = [1000, 2000, 5000, 10000];
  const items = [];
  const streams = new Map();
  let busy = false;
  let loggedOut = false;

  const byId = (id) => document.getElementById(id);
  const fill = (text, gaps) => text.replace(/\{(\w+)\}/g, (whole, key) => gaps[key] ?? whole);
  const pause = (time) =>
    new Promise((done) => {
      const timer = setTimeout(done, time);
      addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
    });

  // --- answers --------------------------------------------------------------------------------

  function channelOf(name, part) {
    const piece = byId("channel").content.firstElementChild.cloneNode(true);
    const words = { name, channel: part.title };
    const look = piece.querySelector(".look");
    const picture = look.querySelector("img");
    const take = piece.querySelector(".take");
    const badge = piece.querySelector(".badge");
    picture.alt = fill(picture.alt, words);
    look.hidden = take.hidden = !part.copy;
    if (part.copy) {
      look.href = part.copy;
      picture.src = part.small;
      take.action = part.download;
      const button = take.querySelector("button");
      button.setAttribute("aria-label", fill(button.getAttribute("aria-label"), words));
    }
    piece.querySelector(".title").textContent = part.title;
    piece.querySelector(".sentence").textContent = part.sentence;
    badge.textContent = part.label;
    badge.classList.add(part.status);
    return piece;
  }

  function show(answer) {
    for (const item of items) {
      if (item.photo === answer.photo && !item.judged) {
        item.judged = true;
        item.row.remove();
      }
    }
    summarise();
    if (answers.querySelector(`[data-number="${Number(answer.number)}"]`)) return;
    const piece = byId("answer").content.firstElementChild.cloneNode(true);
    piece.dataset.number = answer.number;
    piece.querySelector(".name").textContent = answer.name;
    piece.querySelector(".when").textContent = answer.when;
    piece.querySelector(".same").textContent = answer.same_as;
    piece.querySelector(".channels").append(...answer.channels.map((one) => channelOf(answer.name, one)));
    answers.prepend(piece);
    if (byId("fresh")) byId("fresh").hidden = false;
    if (byId("none-yet")) byId("none-yet").hidden = true;
  }

  function listen(address, last) {
    if (streams.has(address)) return;
    const told = { last: Number(last) };
    streams.set(address, told);
    const open = () => {
      const source = new EventSource(`${address}?after=${told.last}`);
      source.addEventListener("answer", (event) => {
        told.last = Math.max(told.last, Number(event.lastEventId));
        show(JSON.parse(event.data));
      });
      source.addEventListener("error", () => {
        if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000);
      });
    };
    open();
  }

  if (answers && answers.dataset.news && byId("answer")) listen(answers.dataset.news, answers.dataset.last);
  if (!form) return;
  const texts = JSON.parse(form.dataset.texts);

  // --- the queue --------------------------------------------------------------------------------

  function summarise() {
    const sent = items.filter((one) => one.photo).length;
    const judged = items.filter((one) => one.judged).length;
    byId("on-the-way").hidden = !items.length;
    byId("summary").textContent = fill(texts.summary, { sent, all: items.length, judged });
    byId("all").max = Math.max(1, items.length);
    byId("all").value = sent;
  }

  function say(item, words, kind = "") {
    item.row.className = kind;
    item.row.querySelector(".state").textContent = words;
    item.row.querySelector(".again").hidden = kind !== "failed";
  }

  function add(file, event) {
    const row = byId("upload").content.firstElementChild.cloneNode(true);
    const item = { file, event, row, photo: "", judged: false, done: false };
    const again = row.querySelector(".again");
    row.querySelector(".name").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    again.textContent = texts.again;
    again.setAttribute("aria-label", `${texts.again}: ${file.name}`);
    again.addEventListener("click", () => { item.done = false; loggedOut = false; say(item, texts.queued); work(); });
    say(item, texts.queued);
    byId("uploads").append(row);
    items.push(item);
  }

  async function known(item) {
    // Browsers count bytes for pages that came over TLS or from this very computer only.
    if (!window.crypto || !crypto.subtle) return null;
    say(item, texts.looking);
    const digest = await crypto.subtle.digest("SHA-256", await item.file.arrayBuffer());
    const sha256 = [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join("");
    const body = new URLSearchParams({ event: item.event, sha256 });
    const answer = await ask(form.dataset.known, { method: "POST", body });
    const found = answer.ok ? await answer.json() : {};
    return found.taken ? found : null;
  }

  function send(item) {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      const bar = item.row.querySelector("progress");
      request.open("POST", form.dataset.file);
      request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf"]').content);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("X-Event", encodeURIComponent(item.event));
      request.setRequestHeader("X-File-Name", encodeURIComponent(item.file.name));
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = event.loaded / Math.max(1, event.total);
      });
      request.addEventListener("load", () => done({ status: request.status, text: request.responseText }));
      request.addEventListener("error", fail);
      request.addEventListener("abort", fail);
      say(item, texts.sending);
      request.send(item.file);
    });
  }

  function received(item, receipt) {
    item.photo = receipt.photo;
    item.done = true;
    item.row.querySelector("progress").value = 1;
    say(item, receipt.taken === "judged" ? texts.known : texts.staged);
    if (byId("unwatched")) byId("unwatched").hidden = receipt.watched;
    listen(receipt.news, receipt.last);
    if (receipt.answer) show(receipt.answer);
    summarise();
  }

  async function once(item) {
    const found = await known(item);
    if (found) return received(item, found);
    const { status, text } = await send(item);
    if (status === 200) return received(item, JSON.parse(text));
    if (status >= 500) throw new Error("the server is not well");
    item.done = true;
    loggedOut = loggedOut || status === 401 || status === 403;
    const told = text.startsWith("{") ? JSON.parse(text).detail : "";
    return say(item, loggedOut ? texts.loggedOut : told || texts.failed, "failed");
  }

  async function carry(item) {
    for (let tries = 0; !item.done; tries += 1) {
      try {
        await once(item);
      } catch {
        // Also a file that is gone from the phone ends here, after a while.
        if (tries > 200) { item.done = true; say(item, texts.failed, "failed"); return; }
        say(item, texts.lost, "lost");
        await pause(RETRY[Math.min(tries, RETRY.length - 1)]);
      }
    }
  }

  async function work() {
    if (busy) return;
    busy = true;
    for (let next; !loggedOut && (next = items.find((one) => !one.done)); ) await carry(next);
    busy = false;
    summarise();
  }

  let chosen = [];
  function begin() {
    const event = byId("event").value.trim();
    const problem = byId("event-problem");
    if (problem) problem.hidden = Boolean(event);
    if (!event) { byId("event").focus(); return; }
    for (const file of chosen.splice(0)) add(file, event);
    summarise();
    work();
  }

  // --- where files come from ----------------------------------------------------------------------

  const isOwn = (name) => name.startsWith(".") || /^(thumbs\.db|desktop\.ini)$/i.test(name);
  function take(files) {
    chosen.push(...[...files].filter((one) => !isOwn(one.name)));
    if (chosen.length) begin();
  }

  async function inside(entry) {
    if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
    const reader = entry.createReader();
    const found = [];
    for (let part; (part = await new Promise((done, fail) => reader.readEntries(done, fail))).length; ) {
      for (const one of part) found.push(...(await inside(one)));
    }
    return found;
  }

  async function dropped(transfer) {
    const entries = [...transfer.items].map((one) => one.webkitGetAsEntry && one.webkitGetAsEntry()).filter(Boolean);
    const folder = entries.find((one) => one.isDirectory);
    if (folder && !byId("event").value.trim()) byId("event").value = folder.name.slice(0, 80);
    if (!entries.length) return take(transfer.files);
    for (const entry of entries) take(await inside(entry));
    return undefined;
  }

  for (const one of form.querySelectorAll("[data-script]")) one.hidden = false;
  byId("files").required = false;
  for (const id of ["files", "folder"]) {
    byId(id).addEventListener("change", (event) => {
      const from = event.target;
      const path = from.files.length ? from.files[0].webkitRelativePath : "";
      if (path && !byId("event").value.trim()) byId("event").value = path.split("/")[0].slice(0, 80);
      take(from.files);
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
  addEventListener("beforeunload", (event) => { if (items.some((one) => !one.done)) event.preventDefault(); });
})();
