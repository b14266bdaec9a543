// The alert list: its rows, keys and choice; changes with their undo; and the count of open alerts in the navigation.
(() => {
  "use strict";
  const vigie = (window.vigie = window.vigie || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const base = () => document.body.dataset.basePath || "/";
  const EVERY = 2000;
  const UNDO_FOR = 10000;
  let list = null;
  const chosen = new Map();

  function made(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  function bars(step) {
    const mark = made("span", `severity severity-${step}`);
    for (let each = 0; each < 4; each += 1) mark.append(made("span", each < step ? "is-on" : ""));
    mark.setAttribute("aria-hidden", "true");
    return mark;
  }

  // ----- The list

  function row(line, words) {
    const check = made("button", "alert-check", made("span", "box"));
    check.type = "button";
    check.setAttribute("role", "checkbox");
    check.setAttribute("aria-label", words.choose.replace("{number}", `A${line.id}`));
    const person = made("span", "alert-person", line.initials ? made("span", "person-sign", line.initials) : "");
    person.title = line.assigned;
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
    look();
    return [list.status, ...list.facts].join("   ");
  }

  // ----- Changes

  async function send(path, body) {
    const answer = await fetch(base() + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.ok ? answer.json() : null;
  }

  const panel = () => document.querySelector(".decision-panel");

  function refresh() {
    for (const name of ["alerts-acted", "alert-acted"]) {
      if (document.querySelector(name === "alerts-acted" ? ".alert-list" : ".alert-page")) {
        window.dash_clientside.set_props(name, { data: Date.now() });
      }
    }
    look();
  }

  function toast(said, undo) {
    const old = document.querySelector(".undo-toast");
    if (old) old.remove();
    const box = made("div", "undo-toast", made("span", "", said));
    box.setAttribute("role", "status");
    if (undo) {
      const button = made("button", "", panel().dataset.undo, made("kbd", "", "Z"));
      button.type = "button";
      button.addEventListener("click", () => takeBack(undo));
      box.append(button, made("span", "undo-time"));
    }
    document.body.append(box);
    const gone = window.setTimeout(() => box.remove(), UNDO_FOR);
    box.addEventListener("pointerenter", () => window.clearTimeout(gone), { once: true });
    box.addEventListener("pointerleave", () => window.setTimeout(() => box.remove(), UNDO_FOR / 2), { once: true });
    vigie.lastChange = undo;
  }

  async function takeBack(undo) {
    const told = await send("alerts/undo", undo);
    if (!told) return refresh();
    toast([panel().dataset.undone.replace("{what}", told.said), ...told.left].join(" "), null);
    return refresh();
  }

  function done(told, said) {
    if (!told) return refresh();
    const undo = told.batch ? { batch: told.batch } : told.done.length ? { event: told.done[0].event } : null;
    toast([said || told.said, ...told.left].join(" "), undo);
    if (list && place()) chooseNone();
    return refresh();
  }

  function close() {
    const box = panel();
    if (!box || box.hidden) return;
    box.hidden = true;
    if (box.from && box.from.isConnected) box.from.focus();
  }

  function choices(box, status) {
    for (const group of box.querySelectorAll("[data-reasons-of]")) {
      group.hidden = group.dataset.reasonsOf !== status;
      for (const each of group.children) each.setAttribute("aria-checked", "false");
    }
    return box.querySelector(`[data-reasons-of="${status}"]`);
  }

  async function open(status, alerts, from) {
    const box = panel();
    const titles = Object.fromEntries(box.dataset.titles.split("|").map((each) => each.split("=")));
    let told = { title: `A${alerts[0][0]}: ${titles[status]}`, left: [], action: titles[status], alerts };
    if (alerts.length > 1) {
      told = await send("alerts/preview", { status, alerts });
      if (!told) return;
    }
    box.from = from;
    box.change = { status, alerts: told.alerts };
    box.querySelector(".decision-title").textContent = told.title;
    box.querySelector(".decision-left").replaceChildren(...told.left.map((each) => made("li", "", each)));
    box.querySelector(".decision-problem").textContent = "";
    box.querySelector("[data-submit]").textContent = told.action;
    box.querySelector("textarea").value = "";
    const group = choices(box, status);
    box.hidden = false;
    ready(box);
    (group ? group.firstElementChild : box.querySelector("textarea")).focus();
  }

  function ready(box) {
    const group = box.querySelector(`[data-reasons-of="${box.change.status}"]`);
    const isSaid = !group || group.querySelector('[aria-checked="true"]');
    box.querySelector("[data-submit]").disabled = !isSaid || !box.change.alerts.length;
  }

  function pick(choice) {
    for (const each of choice.parentElement.children) each.setAttribute("aria-checked", String(each === choice));
    ready(panel());
  }

  async function submit() {
    const box = panel();
    const { status, alerts } = box.change;
    const picked = box.querySelector(`[data-reasons-of="${status}"] [aria-checked="true"]`);
    const body = { status, alerts, note: box.querySelector("textarea").value || null };
    if (status === "snoozed") body.until = new Date(Date.now() + Number(picked.dataset.value) * 3600000).toISOString();
    else if (picked) body.reason = picked.dataset.value;
    box.querySelector("[data-submit]").disabled = true;
    const told = await send("alerts/decide", body);
    if (told || alerts.length === 1) close();
    else ready(box);
    return done(told);
  }

  // What a button changes: the alert of its page, or those that are chosen in the list.
  function meant() {
    const page = document.querySelector(".alert-page [data-alert]");
    if (page) return [[Number(page.dataset.alert), Number(page.dataset.version)]];
    return [...chosen];
  }

  async function decide(status, from) {
    const alerts = meant();
    if (!alerts.length) return;
    const isSimple = alerts.length === 1 && ["in_review", "escalated", "new"].includes(status);
    if (isSimple) done(await send("alerts/decide", { status, alerts }));
    else await open(status, alerts, from);
  }

  async function assign(to) {
    const told = await send("alerts/assign", { alerts: meant(), to });
    done(told, told && panel().dataset.assigned.replace("{what}", told.said));
  }

  async function note(form) {
    const field = form.querySelector("textarea");
    const told = await send("alerts/note", { alert: meant()[0][0], note: field.value });
    if (!told) return;
    field.value = "";
    toast(panel().dataset.noted, null);
    refresh();
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest(
      ".alert-check,[data-decide],[data-assign],[data-choose-none],[data-cancel],[data-submit],.decision-choice,[data-undo-event],[data-note],#alerts-arrived,.alert-cells",
    );
    if (!target) return undefined;
    if (target.matches("#alerts-all")) return chooseAll();
    if (target.matches(".alert-check")) return choose(target.closest(".alert-row"), target.getAttribute("aria-checked") !== "true");
    if ("decide" in target.dataset) return decide(target.dataset.decide, target);
    if ("assign" in target.dataset) return assign(target.dataset.assign ? Number(target.dataset.assign) : me());
    if ("chooseNone" in target.dataset) return chooseNone();
    if ("cancel" in target.dataset && target.closest(".decision-panel")) return close();
    if ("submit" in target.dataset && target.closest(".decision-panel")) return submit();
    if (target.matches(".decision-choice")) return pick(target);
    if ("undoEvent" in target.dataset) return takeBack({ event: Number(target.dataset.undoEvent) });
    if ("note" in target.dataset) return note(target.closest(".alert-note"));
    if (target.matches("#alerts-arrived")) return refresh();
    if (target.matches("a.alert-cells") && !(event.metaKey || event.ctrlKey || event.shiftKey || event.button)) {
      event.preventDefault();
      return vigie.go(target.href);
    }
    return undefined;
  });

  function me() {
    const here = document.querySelector("[data-me]");
    return here ? Number(here.dataset.me) : null;
  }

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
      const mine = document.querySelector(".alert-page [data-assign]");
      if (mine) mine.click();
    }
    if (key === "n") {
      const field = document.querySelector(".alert-note textarea");
      if (field) window.setTimeout(() => field.focus());
    }
  }

  // ----- The live count: past the page's own requests, so that it neither shows nor hides their failures.

  function ask() {
    const asked = new XMLHttpRequest();
    asked.open("GET", `${base()}_news?known=${list && place() ? list.newest : 0}`);
    asked.setRequestHeader("X-Vigie-Background", "1");
    asked.timeout = 10000;
    asked.onload = () => {
      if (asked.status === 401) {
        window.location.assign(`${base()}login?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
      } else if (asked.status === 200) {
        told(JSON.parse(asked.responseText));
      }
    };
    asked.onloadend = wait;
    asked.send();
  }

  function link() {
    return document.querySelector('.side-link[href$="/alerts"]');
  }

  function told(news) {
    const entry = link();
    if (!entry) return;
    if (news.shown) entry.dataset.count = news.shown;
    else delete entry.dataset.count;
    const arrived = document.getElementById("alerts-arrived");
    if (!arrived || !list) return;
    const isNew = news.newest > list.newest && news.arrived;
    arrived.hidden = !isNew;
    if (isNew) arrived.replaceChildren(made("span", "", news.arrived), made("strong", "", arrived.dataset.show));
  }

  let waiting = null;

  function wait() {
    window.clearTimeout(waiting);
    waiting = document.visibilityState === "visible" ? window.setTimeout(look, EVERY) : null;
  }

  function look() {
    window.clearTimeout(waiting);
    waiting = null;
    if (document.visibilityState !== "visible") return;
    if (link()) ask();
    else waiting = window.setTimeout(look, EVERY);
  }

  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? look() : wait()));
  look();

  // ----- The grid of transactions leads to alerts, customers and merchants; personal pages only for who may open them.

  function leading(page, query, text) {
    const href = `${page}?${new URLSearchParams(query)}`;
    const go = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      vigie.go(base() + href);
    };
    return window.React.createElement("a", { href: base() + href, className: "row-link", onClick: go }, text);
  }

  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    CustomerCell: ({ data }) =>
      data && data.customer_id && link() ? leading("customer", { bank: data.bank, id: data.customer_id }, data.customer) : data ? data.customer : "",
    MerchantCell: ({ data }) =>
      data && data.merchant_id ? leading("merchant", { bank: data.bank, id: data.merchant_id }, data.merchant) : "",
    AlertCell: ({ data }) => (data && data.alert && link() ? leading("alert", { id: data.alert }, `A${data.alert}`) : ""),
  });

  clientside.vigie = Object.assign(clientside.vigie || {}, { listAlerts });
})();
