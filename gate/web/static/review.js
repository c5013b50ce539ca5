// The review screen by keyboard, without loading whole pages, the next photo fetched ahead.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const fetched = new Map(); // a picture's address -> its blob
  let asked = null; // the button that waits for a reason
  let digits = "";
  let digitsAt = 0;
  let draft = null;
  let drawings = 0;
  let edge = "1600"; // the size that this screen takes
  let sending = false; // what is pressed meanwhile is not about the photo that comes

  // --- pages --------------------------------------------------------------------------------

  async function load(address, options = {}, push = true) {
    let response;
    try {
      response = await ask(address, { ...options, headers: { Accept: "text/html" } });
    } catch {
      say(one("#decide")?.dataset.lost || "");
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const content = page.getElementById("content");
    if (!content || !one("#jobs", content)) {
      location.assign(response.url);
      return;
    }
    if (push && response.ok) history.pushState({}, "", response.url);
    document.title = page.title;
    one("#content").replaceChildren(...content.childNodes);
    window.scrollTo(0, 0);
    begin();
    (one("[role=alert]:not([hidden])", one("#content")) ? one("#content") : one("#title") || one("#content")).focus({ preventScroll: true });
  }

  async function send(form, button) {
    if (sending) return;
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.set(button.name, button.value);
    asked = null;
    sending = true;
    try {
      await load(form.getAttribute("action"), { method: "POST", body });
    } finally {
      sending = false;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id !== "decide" && !form.closest("#jobs")) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.id !== "decide") {
      send(form, null);
      return;
    }
    const isDefault = !event.submitter || event.submitter.dataset.do === "default";
    const button = isDefault && asked ? asked : event.submitter;
    if (one("input[name=why]:checked", form) || one("#reason").value.trim()) send(form, button);
    else askWhy(button);
  }, true);

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap], a[data-begin], a.box");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (link.dataset.face) select(link.dataset.face);
    else load(link.getAttribute("href"));
  });

  window.addEventListener("popstate", () => load(location.href, {}, false));

  function say(text) {
    const news = one("#news");
    if (!news) return;
    one("#jobs").hidden = false;
    news.classList.remove("unseen");
    news.textContent = text;
  }

  function askWhy(button) {
    asked = button;
    one("#why-needed").hidden = false;
    one("#why").classList.add("asked");
    one("#why").scrollIntoView({ block: "nearest" });
    one("#why").focus({ preventScroll: true });
  }

  function stopAsking() {
    asked = null;
    one("#why-needed").hidden = true;
    one("#why").classList.remove("asked");
  }

  function begin() {
    asked = draft = null;
    drawings = 0;
    for (const part of all(".scripted")) part.hidden = false;
    all("input[data-people]").filter((input) => input.dataset.people).forEach(suggest);
    tick();
    const picture = one("#picture");
    if (!picture) return;
    const addresses = picture.srcset.split(",").map((part) => part.trim().split(" ")[0]);
    const known = addresses.find((address) => fetched.has(address));
    if (known) {
      picture.removeAttribute("srcset");
      picture.src = fetched.get(known);
    }
    if (picture.complete && picture.naturalWidth) ahead();
    else picture.addEventListener("load", ahead, { once: true });
    adopt();
    one("#keys-on").checked = localStorage.getItem("review-keys") !== "off";
  }

  async function ahead() {
    const size = /\/picture\/(\d+)$/.exec(one("#picture")?.currentSrc || "");
    if (size) edge = size[1];
    const pattern = one("#reviewing")?.dataset.next;
    if (!pattern) return;
    const address = pattern.replace(/\/1$/, `/${edge}`);
    if (fetched.has(address)) return;
    const response = await ask(address, { headers: { Accept: "image/jpeg" } }).catch(() => null);
    if (!response?.ok) return;
    fetched.set(address, URL.createObjectURL(await response.blob()));
    for (const [old, blob] of [...fetched].slice(0, -3)) {
      URL.revokeObjectURL(blob);
      fetched.delete(old);
    }
  }

  // --- what was decided a moment ago ----------------------------------------------------------

  let timer = 0;
  function tick() {
    clearInterval(timer);
    const jobs = all("[data-job]");
    for (const job of jobs) job.dataset.end = Date.now() + 1000 * Number(job.dataset.seconds);
    if (!jobs.some(isOpen)) return;
    timer = setInterval(() => {
      for (const job of jobs) {
        const left = one("[data-left]", job);
        const seconds = Math.max(0, Math.ceil((job.dataset.end - Date.now()) / 1000));
        if (left) left.textContent = left.dataset.left.replace("#", seconds);
      }
      if (jobs.some((job) => isOpen(job) && job.dataset.end - Date.now() < 500)) news(jobs);
    }, 1000);
  }

  const isOpen = (job) => ["waiting", "running"].includes(job.dataset.state);

  async function news(jobs) {
    const response = await ask(one("#jobs").dataset.jobs).catch(() => null);
    if (!response?.ok) return;
    const told = new Map((await response.json()).map((job) => [String(job.number), job]));
    for (const job of jobs.filter(isOpen)) {
      const now = told.get(job.dataset.job);
      if (!now || now.state === job.dataset.state) continue;
      job.classList.replace(job.dataset.state, now.state);
      job.dataset.state = now.state;
      one(".what", job).textContent = now.text;
      one("form", job)?.remove();
      if (!isOpen(job)) one("#news").textContent = now.text;
    }
    if (!jobs.some(isOpen)) clearInterval(timer);
  }

  // --- faces ------------------------------------------------------------------------------------

  function mark(number) {
    for (const part of all(".current")) part.classList.remove("current");
    for (const part of all(`[data-face="${number}"]`)) part.classList.add("current");
  }

  function select(number) {
    const face = one(`fieldset[data-face="${number}"]`);
    if (!face) return;
    mark(number);
    face.focus({ preventScroll: true });
    face.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("focusin", (event) => {
    const part = event.target.closest("[data-face]");
    if (part) mark(part.dataset.face);
  });

  const current = () => one("fieldset.current") || one("fieldset.face");

  function choose(key) {
    const face = current();
    const radio = face && one(`input[data-key="${key}"]`, face);
    if (!radio) return;
    mark(face.dataset.face);
    radio.checked = true;
    if (key === "n") one(".who .input", face).focus();
    else radio.focus();
  }

  function number(digit) {
    const now = Date.now();
    digits = now - digitsAt < 700 ? digits + digit : digit;
    digitsAt = now;
    select(digits);
  }

  // --- who it is: people of the register while somebody types ------------------------------------

  let lists = 0;
  function suggest(input) {
    if (input.getAttribute("role")) return;
    const list = document.createElement("ul");
    list.id = `people-${(lists += 1)}`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0]?.textContent || "");
    input.after(list);
    const own = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(own)) input.setAttribute(name, value);
    let at = -1;
    let asking = 0;
    let wait = 0;

    const named = () => one('input[data-key="n"]', input.closest(".picks"));
    const show = (open) => {
      list.hidden = !open;
      at = -1;
      input.setAttribute("aria-expanded", String(open));
      input.removeAttribute("aria-activedescendant");
    };
    const move = (step) => {
      const options = [...list.children];
      if (!options.length) return;
      at = (at + step + options.length) % options.length;
      options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
      input.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    };
    const pick = (option) => {
      input.value = option.dataset.value;
      show(false);
    };
    const look = async () => {
      const turn = (asking += 1);
      const body = new URLSearchParams({ text: input.value });
      const response = await ask(input.dataset.people, { method: "POST", body }).catch(() => null);
      if (!response?.ok || turn !== asking) return;
      const options = (await response.json()).map((person, place) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.value = `${person.name} (${person.ref})`;
        option.textContent = [person.name, person.group, person.ref].filter(Boolean).join(" · ");
        return option;
      });
      list.replaceChildren(...options);
      show(options.length > 0 && document.activeElement === input);
      if (options.length) move(1);
    };

    input.addEventListener("input", () => {
      if (named()) named().checked = true;
      clearTimeout(wait);
      wait = setTimeout(look, 120);
      if (!input.value.trim()) show(false);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
      else if (event.key === "Enter" && at >= 0) {
        pick(list.children[at]);
        // Out of the field, so that the keys that decide work again at once.
        named()?.focus();
      }
      else if (event.key === "Escape") show(false);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    input.addEventListener("blur", () => show(false));
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("li");
      if (option) pick(option);
    });
  }

  // --- a face that was missed ---------------------------------------------------------------------

  const size = () => [Number(one("#reviewing").dataset.width), Number(one("#reviewing").dataset.height)];

  function made(name, values, inside) {
    const part = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) part.setAttribute(key, value);
    inside?.append(part);
    return part;
  }

  function shape(group, box) {
    for (const rect of all(":scope > rect", group)) {
      for (const key of ["x", "y"]) rect.setAttribute(key, box[key]);
      rect.setAttribute("width", box.w);
      rect.setAttribute("height", box.h);
    }
    group.box = box;
  }

  function inside({ x, y, w, h }) {
    const [wide, high] = size();
    const least = Math.max(6, Math.min(wide, high) / 100);
    const width = Math.min(Math.max(w, least), wide);
    const height = Math.min(Math.max(h, least), high);
    return { x: Math.min(Math.max(x, 0), wide - width), y: Math.min(Math.max(y, 0), high - height), w: width, h: height };
  }

  function startDrawing() {
    const frame = one("#frame");
    if (!frame || !one("#draw") || draft) return;
    frame.classList.add("drawing");
    one("#draw").setAttribute("aria-pressed", "true");
    one("#draw-how").hidden = false;
    draft = made("g", { class: "draft", tabindex: "0", role: "application", "aria-label": one("#draw-how").textContent }, one(".boxes"));
    made("rect", { class: "edge" }, draft);
    made("rect", { class: "line" }, draft);
    const [wide, high] = size();
    const side = Math.min(wide, high) / 8;
    shape(draft, inside({ x: (wide - side) / 2, y: (high - side) / 2, w: side, h: side * 1.25 }));
    draft.focus({ preventScroll: true });
  }

  function stopDrawing() {
    draft?.remove();
    draft = null;
    one("#frame")?.classList.remove("drawing");
    one("#draw")?.setAttribute("aria-pressed", "false");
    if (one("#draw-how")) one("#draw-how").hidden = true;
  }

  /** The field for who a drawn face is, for those who may name people. */
  function whose(letter, who) {
    const place = one("#drawn");
    const row = document.createElement("div");
    row.className = "who";
    const label = document.createElement("label");
    label.className = "unseen";
    label.htmlFor = `missed-${letter}`;
    label.textContent = place.dataset.label.replace("#", letter);
    const input = document.createElement("input");
    Object.assign(input, { className: "input", id: label.htmlFor, name: "drawn_who", value: who, placeholder: place.dataset.hint, autocomplete: "off" });
    input.dataset.people = place.dataset.people;
    row.append(label, input);
    return input;
  }

  function keep(box, who = "") {
    const place = one("#drawn");
    const letter = String.fromCharCode(65 + (drawings % 26));
    drawings += 1;
    const face = document.createElement("fieldset");
    face.className = "panel face";
    const legend = document.createElement("legend");
    legend.textContent = place.dataset.title.replace("#", letter);
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name: "drawn", value: [box.x, box.y, box.w, box.h].map((n) => Math.round(n)).join(",") });
    const picks = document.createElement("div");
    picks.className = "picks";
    const remove = document.createElement("button");
    Object.assign(remove, { type: "button", className: "button plain small", textContent: place.dataset.remove });
    const input = place.dataset.people ? whose(letter, who) : null;
    if (input) picks.append(input.parentElement);
    picks.append(remove);
    face.append(legend, hidden, picks);
    place.append(face);
    if (input) suggest(input);

    const unit = Math.sqrt(size()[0] * size()[1]) / 34;
    const mark = made("g", { class: "box drawn" }, one(".boxes"));
    made("rect", { class: "edge" }, mark);
    made("rect", { class: "line" }, mark);
    shape(mark, box);
    const tag = made("g", { class: "tag" }, mark);
    made("rect", { x: box.x, y: box.y, width: unit * 1.7, height: unit * 1.5 }, tag);
    made("text", { x: box.x + unit * 0.85, y: box.y + unit * 1.14, "font-size": unit * 1.15, "text-anchor": "middle" }, tag).textContent = letter;
    remove.addEventListener("click", () => {
      face.remove();
      mark.remove();
      one("#title").focus({ preventScroll: true });
    });
    return input;
  }

  /** Boxes that were typed or drawn before a mistake was found are drawn again. */
  function adopt() {
    const fold = one("#missed");
    if (!fold) return;
    const boxes = all("input[name=drawn]", fold);
    const people = all("input[name=drawn_who]", fold);
    boxes.forEach((input, place) => {
      const [x, y, w, h] = input.value.split(",").map(Number);
      if ([x, y, w, h].every(Number.isFinite) && input.value) keep({ x, y, w, h }, people[place]?.value);
    });
    fold.remove();
  }

  function finish() {
    const box = draft.box;
    stopDrawing();
    const input = keep(box);
    one("#drawn").lastElementChild.scrollIntoView({ block: "nearest" });
    (input || one("#title")).focus({ preventScroll: true });
  }

  function steer(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (way) {
      const step = Math.min(...size()) / (event.altKey ? 250 : 50);
      const { x, y, w, h } = draft.box;
      const [dx, dy] = way.map((part) => part * step);
      shape(draft, inside(event.shiftKey ? { x, y, w: w + dx, h: h + dy } : { x: x + dx, y: y + dy, w, h }));
    } else if (event.key === "Enter") finish();
    else if (event.key === "Escape") {
      stopDrawing();
      one("#draw").focus();
    } else return false;
    event.preventDefault();
    return true;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#draw")) {
      if (draft) stopDrawing();
      else startDrawing();
    }
  });

  document.addEventListener("pointerdown", (event) => {
    if (!draft || !event.target.closest("#frame") || event.button) return;
    event.preventDefault();
    const boxes = one(".boxes");
    const at = (pointer) => new DOMPoint(pointer.clientX, pointer.clientY).matrixTransform(boxes.getScreenCTM().inverse());
    const from = at(event);
    let moved = false;
    const move = (next) => {
      const to = at(next);
      moved = true;
      shape(draft, inside({ x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) }));
    };
    const end = () => {
      document.removeEventListener("pointermove", move);
      if (moved && draft) finish();
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end, { once: true });
    document.addEventListener("pointercancel", end, { once: true });
  });

  // --- keys ---------------------------------------------------------------------------------------

  const press = (name) => one(`button[data-do="${name}"]`)?.click();
  const follow = (selector) => one(selector)?.click();
  const KEYS = {
    n: () => choose("n"),
    c: () => choose("c"),
    x: () => choose("x"),
    l: () => choose("l"),
    d: startDrawing,
    a: () => press("a"),
    r: () => press("r"),
    s: () => press("s"),
    u: () => one(".job.waiting form")?.requestSubmit(),
    j: () => follow("a[rel=next][data-swap], a[data-begin]"),
    k: () => follow("a[rel=prev][data-swap]"),
    "?": () => one("#keys")?.showPopover(),
  };

  function answerWhy(key) {
    if (key === "Escape") stopAsking();
    else if (key === "0") one("#reason").focus();
    else {
      const radio = one(`input[data-reason="${key}"]`);
      if (!radio) return false;
      radio.checked = true;
      send(one("#decide"), asked);
    }
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.isComposing || !one("#jobs")) return;
    if (draft && (event.target === draft || event.target === document.body) && steer(event)) return;
    const typing = event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
    if (typing || event.altKey || one("#keys")?.matches(":popover-open")) return;
    if (one("#keys-on") && !one("#keys-on").checked) return;
    if (sending) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (asked && answerWhy(key)) event.preventDefault();
    else if (/^\d$/.test(key)) number(key);
    else if (KEYS[key]) {
      event.preventDefault();
      KEYS[key]();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "keys-on") localStorage.setItem("review-keys", event.target.checked ? "on" : "off");
    if (asked && event.target.name === "why") one("#why-needed").hidden = true;
  });

  begin();
})();
