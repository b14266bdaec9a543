// Changes of alerts: the panel that asks why, what is sent, the toast that takes it back, and the buttons.
(() => {
  "use strict";
  const vigie = window.vigie;
  const alerts = vigie.alerts;
  const { made, send, place, chosen, choose, chooseNone, chooseAll } = alerts;
  const UNDO_FOR = 10000;

  const panel = () => document.querySelector(".decision-panel");

  function refresh() {
    for (const name of ["alerts-acted", "alert-acted"]) {
      if (document.querySelector(name === "alerts-acted" ? ".alert-list" : ".alert-page")) {
        window.dash_clientside.set_props(name, { data: Date.now() });
      }
    }
    alerts.look();
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
    toast([told.done.length ? said || told.said : "", ...told.left].join(" ").trim(), undo);
    if (place()) chooseNone();
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

  async function open(status, some, from) {
    const box = panel();
    const titles = Object.fromEntries(box.dataset.titles.split("|").map((each) => each.split("=")));
    let told = { title: `A${some[0][0]}: ${titles[status]}`, left: [], action: titles[status], alerts: some };
    if (some.length > 1) {
      told = await send("alerts/preview", { status, alerts: some });
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
    const { status, alerts: some } = box.change;
    const picked = box.querySelector(`[data-reasons-of="${status}"] [aria-checked="true"]`);
    const body = { status, alerts: some, note: box.querySelector("textarea").value || null };
    if (status === "snoozed") body.until = new Date(Date.now() + Number(picked.dataset.value) * 3600000).toISOString();
    else if (picked) body.reason = picked.dataset.value;
    box.querySelector("[data-submit]").disabled = true;
    const told = await send("alerts/decide", body);
    if (told || some.length === 1) close();
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
    const some = meant();
    if (!some.length) return;
    const isSimple = some.length === 1 && ["in_review", "escalated", "new"].includes(status);
    if (isSimple) done(await send("alerts/decide", { status, alerts: some }));
    else await open(status, some, from);
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
    if ("assign" in target.dataset) return assign(assignee(target.dataset.assign));
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

  // A button names a person, nobody, or whoever looks at it.
  function assignee(named) {
    if (named === "nobody") return null;
    return Number(named || document.querySelector("[data-me]").dataset.me);
  }

  Object.assign(alerts, { panel, close, pick, takeBack });
})();
