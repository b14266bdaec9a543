// The alert list: its rows, read on as one goes down, and which of them are chosen.
(() => {
  "use strict";
  const vigie = (window.vigie = window.vigie || {});
  const alerts = (vigie.alerts = {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const base = () => document.body.dataset.basePath || "/";
  const chosen = new Map();
  let list = null;

  function made(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  async function send(path, body) {
    const answer = await fetch(base() + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.ok ? answer.json() : null;
  }

  function bars(step) {
    const mark = made("span", `severity severity-${step}`);
    for (let each = 0; each < 4; each += 1) mark.append(made("span", each < step ? "is-on" : ""));
    mark.setAttribute("aria-hidden", "true");
    return mark;
  }

  function row(line, words) {
    const check = made("button", "alert-check", made("span", "box"));
    check.type = "button";
    check.setAttribute("role", "checkbox");
    check.setAttribute("aria-label", words.choose.replace("{number}", `A${line.id}`));
    const person = made("span", "alert-person", line.initials ? made("span", "person-sign", line.initials) : "");
    person.title = line.assigned;
    person.append(made("span", "visually-hidden", line.assigned));
    const age = made("span", "alert-age num", line.age);
    age.title = line.since;
    const why = made("span", "alert-why", line.reason);
    why.title = line.reason;
    const amount = made("span", "alert-amount num", line.amount);
    if (line.payments > 1) amount.title = words.payments.replace("{count}", line.payments);
    const link = made(
      "a",
      "alert-cells",
      made("span", "alert-severity", bars(line.step), made("span", "", line.severe)),
      made("span", "alert-number num", `A${line.id}`),
      made("span", "alert-customer", line.customer),
      why,
      amount,
      made("span", "alert-loss num", line.loss),
      age,
      made("span", `alert-state state-${line.status}`, line.stands),
      person,
    );
    link.href = base() + line.href;
    const item = made("li", "alert-row", check, link);
    item.dataset.alert = line.id;
    item.dataset.version = line.version;
    mark(item, chosen.has(line.id));
    return item;
  }

  function mark(item, isChosen) {
    item.classList.toggle("is-chosen", isChosen);
    item.querySelector(".alert-check").setAttribute("aria-checked", String(isChosen));
    item.querySelector(".box").classList.toggle("is-on", isChosen);
  }

  function place() {
    return document.getElementById("alerts-list");
  }

  async function readOn() {
    if (!list || !list.after || list.isReading) return;
    list.isReading = true;
    const now = list;
    try {
      const answer = await fetch(`${base()}_alerts?${new URLSearchParams({ q: now.query, after: now.after })}`);
      if (!answer.ok || now !== list) return;
      const more = await answer.json();
      place().append(...more.rows.map((line) => row(line, place().dataset)));
      now.after = more.after;
    } finally {
      now.isReading = false;
    }
  }

  function isNearEnd(node) {
    return node.scrollTop + node.clientHeight > node.scrollHeight - 800;
  }

  function showChosen() {
    const bar = document.getElementById("alerts-chosen");
    if (!bar) return;
    bar.hidden = !chosen.size;
    const said = bar.querySelector("[data-told]");
    said.textContent = said.dataset.told.replace("{count}", new Intl.NumberFormat(document.documentElement.lang).format(chosen.size));
    const all = document.getElementById("alerts-all");
    const isAll = Boolean(list && list.total && chosen.size === Math.min(list.total, 500));
    all.setAttribute("aria-checked", String(isAll));
    all.querySelector(".box").classList.toggle("is-on", isAll);
  }

  function choose(item, isChosen) {
    const id = Number(item.dataset.alert);
    if (isChosen) chosen.set(id, Number(item.dataset.version));
    else chosen.delete(id);
    mark(item, isChosen);
    showChosen();
  }

  function chooseNone() {
    chosen.clear();
    for (const item of place().children) mark(item, false);
    showChosen();
  }

  // All of the list, those that are not read yet too: the server says which they are at this moment.
  async function chooseAll() {
    if (!list) return undefined;
    if (chosen.size) return chooseNone();
    const answer = await send("alerts/frozen", { q: list.query });
    if (!answer) return undefined;
    for (const [id, version] of answer.alerts) chosen.set(id, version);
    for (const item of place().children) mark(item, chosen.has(Number(item.dataset.alert)));
    return showChosen();
  }

  function listAlerts(answer) {
    if (!answer) return window.dash_clientside.no_update;
    vigie.nameAddress(answer.query);
    const given = JSON.parse(answer.list);
    const isSame = list && list.query === answer.query;
    const top = isSame ? place().scrollTop : 0;
    list = { ...given, query: answer.query };
    if (!isSame) chosen.clear();
    const known = new Map(list.rows.map((line) => [line.id, line.version]));
    for (const [id, version] of chosen) if (known.has(id) && known.get(id) !== version) chosen.delete(id);
    const focused = document.activeElement && document.activeElement.closest(".alert-row");
    const wasAt = focused ? focused.dataset.alert : null;
    place().replaceChildren(...list.rows.map((line) => row(line, place().dataset)));
    place().scrollTop = top;
    place().onscroll = () => isNearEnd(place()) && readOn();
    if (wasAt) {
      const again = place().querySelector(`[data-alert="${wasAt}"] a`) || place().querySelector("a");
      if (again) again.focus({ preventScroll: true });
    }
    if (isNearEnd(place())) readOn();
    document.getElementById("alerts-arrived").hidden = true;
    showChosen();
    alerts.look();
    return [list.status, ...list.facts].join("   ");
  }

  const newest = () => (list && place() ? list.newest : null);

  Object.assign(alerts, { made, send, place, newest, chosen, choose, chooseNone, chooseAll });
  clientside.vigie = Object.assign(clientside.vigie || {}, { listAlerts });
})();
