// The pages of administrators: choices go into the address, forms and buttons send a change, a strip zooms.
(() => {
  "use strict";
  const at = (id) => document.getElementById(id);
  const base = () => document.body.dataset.basePath || "/";
  const here = () => document.querySelector(".admin-page");
  let sure = null;

  function acted() {
    const store = here() && here().dataset.acted;
    if (store) window.dash_clientside.set_props(store, { data: Date.now() });
  }

  async function send(path, body) {
    const answer = await fetch(base() + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.ok ? answer.json() : null;
  }

  async function change(path, body) {
    const known = await send(path, body);
    if (!known) return false;
    for (const open of document.querySelectorAll(".admin-page dialog[open]")) open.close();
    if (known.password) {
      at("admin-secret-word").textContent = known.password;
      at("admin-secret").showModal();
    }
    acted();
    return true;
  }

  function ask(button) {
    const told = JSON.parse(button.dataset.ask);
    sure = button;
    at("admin-question-title").textContent = told.title;
    at("admin-question-action").textContent = told.action;
    const items = told.sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    });
    at("admin-question-list").replaceChildren(...items);
    at("admin-question").showModal();
  }

  const post = (button) => change(button.dataset.post, JSON.parse(button.dataset.body));

  // Text by its name; switches that are on as a list, which is there even when none is.
  function read(form) {
    const values = Object.fromEntries(new FormData(form));
    for (const toggle of form.querySelectorAll("[role=checkbox][data-name]")) {
      const list = (values[toggle.dataset.name] = values[toggle.dataset.name] || []);
      if (toggle.getAttribute("aria-checked") === "true") list.push(toggle.dataset.value);
    }
    return values;
  }

  function live(isOn) {
    const button = document.querySelector("[data-live]");
    if (!button) return;
    const next = isOn === undefined ? button.getAttribute("aria-pressed") !== "true" : isOn;
    button.setAttribute("aria-pressed", String(next));
    window.dash_clientside.set_props(button.dataset.live, { disabled: !next });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".admin-page button");
    if (!button || button.disabled) return;
    const { dataset } = button;
    if (button.getAttribute("role") === "checkbox" && "name" in dataset) {
      button.setAttribute("aria-checked", String(button.getAttribute("aria-checked") !== "true"));
    } else if ("opensDialog" in dataset) at(dataset.opensDialog).showModal();
    else if ("close" in dataset) button.closest("dialog").close();
    else if ("sure" in dataset) post(sure);
    else if ("live" in dataset) live();
    else if ("post" in dataset) {
      if (dataset.ask) ask(button);
      else post(button);
    } else return;
    event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    const { form, addressForm } = event.target.dataset;
    if (form === undefined && addressForm === undefined) return;
    event.preventDefault();
    if (form !== undefined) change(form, read(event.target));
    else look(addressForm, event.target.elements[0].value.trim());
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-address]")) look(event.target.dataset.address, event.target.value);
  });

  // A new question begins at the newest entry, without the one that was open.
  function look(key, value) {
    window.vigie.address.change((to) => {
      for (const gone of ["before", "entry"]) to.delete(gone);
      if (value) to.set(key, value);
      else to.delete(key);
    });
  }

  document.addEventListener("keydown", (event) => {
    const page = here();
    if (!page || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, select, textarea")) return;
    const links = [...page.querySelectorAll(".admin-table .admin-link")];
    const now = links.indexOf(document.activeElement);
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step && links.length) {
      event.preventDefault();
      links[Math.min(Math.max(now + step, 0), links.length - 1)].focus();
    } else if (event.key === "Escape") {
      const close = page.querySelector(".admin-detail-head .icon-button");
      if (close) close.click();
    } else if (event.key === "l" || event.key === "L") live();
  });

  // The strip: a drag over several bars is a time; what it covers is lit. A plain click is the bar's own link.
  let brush = null;
  const column = (event) => event.target.closest && event.target.closest(".log-column");

  function lit(from, to) {
    const columns = [...document.querySelectorAll(".log-column")];
    const ends = [columns.indexOf(from), columns.indexOf(to)].sort((a, b) => a - b);
    columns.forEach((one, n) => one.classList.toggle("is-lit", n >= ends[0] && n <= ends[1]));
    return [columns[ends[0]], columns[ends[1]]];
  }

  const rangeOf = (one) => new URL(one.href).searchParams.get("range").split("..");

  document.addEventListener("pointerdown", (event) => {
    brush = event.button === 0 && column(event) ? { from: column(event), to: column(event) } : null;
  });
  document.addEventListener("pointermove", (event) => {
    if (!brush || !column(event)) return;
    brush.to = column(event);
    if (brush.to !== brush.from) lit(brush.from, brush.to);
  });
  document.addEventListener("pointerup", () => {
    const done = brush;
    brush = null;
    if (!done || done.from === done.to || !done.from.isConnected || !done.to.isConnected) return;
    const [first, last] = lit(done.from, done.to);
    live(false);
    look("range", `${rangeOf(first)[0]}..${rangeOf(last)[1]}`);
  });
  document.addEventListener("click", (event) => {
    if (!column(event) || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (!column(event).classList.contains("is-lit")) look("range", rangeOf(column(event)).join(".."));
  });
  document.addEventListener("keydown", (event) => {
    const strip = event.target.closest && event.target.closest(".log-strip");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!strip || !step) return;
    const columns = [...strip.querySelectorAll(".log-column")];
    const now = columns.indexOf(document.activeElement);
    event.preventDefault();
    columns[Math.min(Math.max(now < 0 ? columns.length - 1 : now + step, 0), columns.length - 1)].focus();
  });
  document.addEventListener("dblclick", (event) => {
    if (event.target.closest(".log-strip")) window.history.back();
  });
  document.addEventListener("dragstart", (event) => {
    if (column(event)) event.preventDefault();
  });
})();
