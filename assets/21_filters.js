// The filter bar: a choice closes its list, and the custom range becomes an address.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest(".filter-control a, .filter-control button");
    if (chosen && !chosen.closest(".more-filters")) chosen.closest("details").open = false;
  });

  function applyRange(clicks, first, last) {
    if (!clicks || !first || !last) return window.dash_clientside.no_update;
    const query = new URLSearchParams(window.location.search);
    query.set("range", `${first}..${last}`);
    return `?${query}`;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { applyRange });
})();
