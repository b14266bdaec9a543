// The keys of the alert pages: through the list, into the panel of a decision, and on one alert.
(() => {
  "use strict";
  const vigie = window.vigie;
  const { panel, close, pick, takeBack, place, choose } = vigie.alerts;

  function typing(target) {
    return target.closest("input,textarea,select,[contenteditable]");
  }

  document.addEventListener("keydown", (event) => {
    const box = panel();
    if (!box || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === "Escape" && !box.hidden) {
      event.preventDefault();
      close();
      return;
    }
    if (typing(event.target)) return;
    if (!box.hidden) {
      const group = box.querySelector("[data-reasons-of]:not([hidden])");
      const picked = group && /^[1-9]$/.test(event.key) && group.children[Number(event.key) - 1];
      if (picked) {
        pick(picked);
        box.querySelector("[data-submit]").focus();
      }
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "z" && vigie.lastChange) takeBack(vigie.lastChange);
    else if (place()) inList(event, key);
    else if (document.querySelector(".alert-page")) inDetail(key);
  });

  function inList(event, key) {
    const rows = [...place().children];
    const at = rows.indexOf(event.target.closest(".alert-row"));
    const step = { j: 1, arrowdown: 1, k: -1, arrowup: -1 }[key];
    const isOurs = at >= 0 || event.target === document.body || event.target.id === "page";
    if (step && isOurs && rows.length) {
      event.preventDefault();
      rows[Math.max(0, Math.min(rows.length - 1, at + step))].querySelector("a").focus();
    } else if (key === "x" && at >= 0) {
      choose(rows[at], !rows[at].classList.contains("is-chosen"));
    }
  }

  const KEYS = { f: "confirmed_fraud", g: "false_positive", e: "escalated", s: "snoozed" };

  function inDetail(key) {
    const button = KEYS[key] && document.querySelector(`.alert-page [data-decide="${KEYS[key]}"]`);
    if (button && !button.disabled) button.click();
    if (key === "a") {
      const mine = document.querySelector(".alert-page [data-takes]");
      if (mine && !mine.disabled) mine.click();
    }
    if (key === "n") {
      const field = document.querySelector(".alert-note textarea");
      if (field) window.setTimeout(() => field.focus());
    }
  }
})();
