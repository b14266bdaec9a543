// The filter bar in the browser: popovers that open one at a time and close by Escape, and the custom range.
(() => {
  "use strict";
  const CONTROL = "details.popover-control";
  const OUTSIDE = ".dash-datepicker-content, [data-radix-popper-content-wrapper]";

  const opened = () => document.querySelectorAll(`${CONTROL}[open]`);
  const close = (control) => control.removeAttribute("open");

  document.addEventListener("click", (event) => {
    if (event.target.closest(OUTSIDE)) return;
    const inside = event.target.closest(CONTROL);
    const chose = event.target.closest("a, .custom-range button");
    for (const control of opened()) {
      if (control !== inside || chose) close(control);
    }
  });

  document.addEventListener("keydown", (event) => {
    const control = event.target.closest ? event.target.closest(CONTROL) : null;
    if (event.key === "Escape") {
      for (const each of opened()) {
        close(each);
        if (each === control) each.querySelector("summary").focus();
      }
    }
    if (control && control.open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      const items = [...control.querySelectorAll("a")];
      if (!items.length || event.target.matches("input")) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const place = items.indexOf(document.activeElement);
      items[place < 0 ? 0 : (place + step + items.length) % items.length].focus();
      event.preventDefault();
    }
  });

  function applyRange(clicks, since, until, search) {
    if (!clicks || !since || !until) return window.dash_clientside.no_update;
    const query = new URLSearchParams(window.location.search || search || "");
    query.set("range", `${since.slice(0, 10)}..${until.slice(0, 10)}`);
    return `?${query}`;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { applyRange });
})();
