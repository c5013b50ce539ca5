// The answers of dropped photos, as they come, and only some of them; told to the queue in drop.js.
"use strict";
window.dropAnswers = (() => {
  const list = document.getElementById("answers");
  const kinds = document.getElementById("kinds");
  const streams = new Map();
  const answered = new Set();
  const byId = (id) => document.getElementById(id);
  const fill = (text, gaps) => text.replace(/\{(\w+)\}/g, (whole, key) => gaps[key] ?? whole);
  const own = { fill, tell: () => {} };

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

  /** Whether a photo's answer was shown already. */
  own.has = (news, photo) => answered.has(`${news} ${photo}`);

  own.show = (answer, news) => {
    answered.add(`${news} ${answer.photo}`);
    own.tell();
    if (list.querySelector(`[data-number="${Number(answer.number)}"]`)) return;
    const piece = byId("answer").content.firstElementChild.cloneNode(true);
    piece.dataset.number = answer.number;
    piece.querySelector(".name").textContent = answer.name;
    piece.querySelector(".when").textContent = answer.when;
    piece.querySelector(".same").textContent = answer.same_as;
    piece.querySelector(".channels").append(...answer.channels.map((one) => channelOf(answer.name, one)));
    piece.dataset.kind = answer.kind;
    list.prepend(piece);
    count();
    if (byId("fresh")) byId("fresh").hidden = false;
    if (byId("none-yet")) byId("none-yet").hidden = true;
  };

  /** Show what comes from this address after the drop of this number. */
  own.listen = (address, last) => {
    if (streams.has(address)) return;
    const told = { last: Number(last) };
    streams.set(address, told);
    const open = () => {
      const source = new EventSource(`${address}?after=${told.last}`);
      source.addEventListener("answer", (event) => {
        told.last = Math.max(told.last, Number(event.lastEventId));
        own.show(JSON.parse(event.data), address);
      });
      source.addEventListener("error", () => {
        if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000);
      });
    };
    open();
  };

  // --- only some of the answers ---------------------------------------------------------------

  function count() {
    if (!kinds) return;
    for (const button of kinds.querySelectorAll("button")) {
      const { kind } = button.dataset;
      const only = kind ? `[data-kind="${kind}"]` : "";
      button.querySelector(".number").textContent = list.querySelectorAll(`:scope > li${only}`).length;
    }
  }
  kinds?.addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen) return;
    for (const one of kinds.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === chosen));
    list.dataset.only = chosen.dataset.kind;
  });

  if (list?.dataset.news && byId("answer")) own.listen(list.dataset.news, list.dataset.last);
  return own;
})();
