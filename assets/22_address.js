// The filter is the address: what changes it goes through here, and the page's answer follows by itself.
(() => {
  "use strict";
  const vigie = (window.vigie = window.vigie || {});

  // As a link of the page does: one step of the history, and the parts that listen are told.
  function go(href) {
    if (href === window.location.href) return;
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function query() {
    return new URLSearchParams(window.location.search);
  }

  // Spaces and signs as the server writes them.
  function written(parameters) {
    const text = parameters.toString().replace(/%2F/g, "/").replace(/%3A/g, ":").replace(/%2C/g, ",");
    return text.replace(/%21=/g, "!=");
  }

  function change(edit, path) {
    const parameters = query();
    edit(parameters);
    const text = written(parameters);
    go(`${path || window.location.pathname}${text ? `?${text}` : ""}`);
  }

  function values(parameters, key) {
    return parameters.getAll(key);
  }

  function put(parameters, key, all) {
    parameters.delete(key);
    for (const value of all) parameters.append(key, value);
  }

  // The same again lifts it; the other side is given up for it.
  function toggled(parameters, key, value, isExcluding) {
    const [side, other] = isExcluding ? [`${key}!`, key] : [key, `${key}!`];
    const has = values(parameters, side).includes(value);
    put(parameters, other, values(parameters, other).filter((each) => each !== value));
    const rest = values(parameters, side).filter((each) => each !== value);
    put(parameters, side, has ? rest : [...rest, value]);
  }

  // The page that stands there is told the address while it is the page of that address: one that is being
  // left is not asked again, and one that arrives late asks what the address says by then.
  function hand(search, children, pathname) {
    const props = (children && children.props) || {};
    const copy = Array.isArray(props.children) ? props.children[0].props : null;
    const isThere = copy && props["data-path"] === (pathname || "/");
    if (isThere && copy.data !== (search || "")) window.dash_clientside.set_props(copy.id, { data: search || "" });
    return window.dash_clientside.no_update;
  }

  vigie.go = go;
  vigie.address = {
    query,
    written,
    change,
    toggle: (key, value, isExcluding) => change((to) => toggled(to, key, value, isExcluding)),
    toggled,
    set: (key, value) => change((to) => (value ? to.set(key, value) : to.delete(key))),
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { hand });

  // A page that shares the filter takes it along.
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("[data-shares-filter] a, a[data-goes]");
      if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      const keeps = link.closest("[data-shares-filter]") && document.querySelector(".filter-bar");
      if (!keeps && !link.matches("[data-goes]")) return;
      event.preventDefault();
      event.stopPropagation();
      link.closest("details[open]")?.removeAttribute("open");
      const path = new URL(link.href).pathname;
      if (path !== window.location.pathname) go(`${path}${keeps ? window.location.search : ""}`);
    },
    true,
  );
})();
