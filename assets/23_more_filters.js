// "More filters": every dimension with the values that there are, fetched when the list opens.
(() => {
  "use strict";
  const { address } = window.vigie;
  const known = new Map();

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  async function fetched() {
    const parameters = new URLSearchParams();
    for (const bank of address.query().getAll("bank")) parameters.append("bank", bank);
    const question = parameters.toString();
    if (!known.has(question)) {
      const answer = await fetch(`${document.body.dataset.basePath || "/"}_choices?${question}`);
      if (!answer.ok) return null;
      known.set(question, await answer.json());
    }
    return known.get(question);
  }

  function row(group, [value, name], words) {
    const without = words.without.replace("{value}", name);
    return element(
      "div",
      { class: "choice-row", "data-key": group.key, "data-value": value, "data-name": name.toLocaleLowerCase() },
      element(
        "button",
        { type: "button", class: "menu-item", role: "checkbox", "aria-checked": "false",
          onclick: (event) => address.toggle(group.key, value, event.altKey) },
        element("span", { class: "box" }),
        element("span", { class: "choice-name" }, name),
      ),
      element(
        "button",
        { type: "button", class: "not-button", title: without, "aria-label": without, "aria-pressed": "false",
          onclick: () => address.toggle(group.key, value, true) },
        words.not,
      ),
    );
  }

  function dimension(group, words) {
    const rows = group.values.map((each) => row(group, each, words));
    const find =
      rows.length > 8
        ? element("input", { type: "search", class: "find-value", placeholder: words.find, "aria-label": words.find,
            oninput: (event) => {
              const wanted = event.target.value.toLocaleLowerCase();
              for (const each of rows) each.hidden = !each.dataset.name.includes(wanted);
            } })
        : null;
    return element(
      "details",
      { class: "more-group", "data-group": group.key },
      element("summary", {}, element("span", {}, group.label), element("span", { class: "chosen-count num" })),
      ...(find ? [find] : []),
      element("div", { class: "more-values" }, ...rows),
    );
  }

  function input(name, label) {
    return element("input", { name, class: "more-input", "aria-label": label, placeholder: label, autocomplete: "off" });
  }

  function range(key, words) {
    return element(
      "div",
      { class: "more-range" },
      element("span", { class: "more-label" }, words[key]),
      input(`${key}-from`, words.from),
      input(`${key}-to`, words.to),
    );
  }

  function apply(form) {
    const text = (name) => form.elements[name].value.trim();
    address.change((to) => {
      for (const key of ["amount", "score"]) {
        const ends = [text(`${key}-from`), text(`${key}-to`)].map((end) => end.replace(",", "."));
        if (ends.join("")) to.set(key, ends.join(".."));
        else to.delete(key);
      }
      for (const key of ["customer", "merchant", "text"]) {
        if (text(key)) to.set(key, text(key));
        else to.delete(key);
      }
    });
  }

  function built(answer) {
    const { groups, words } = answer;
    const form = element(
      "form",
      { class: "more-form", onsubmit: (event) => { event.preventDefault(); apply(form); } },
      range("amount", words),
      range("score", words),
      ...["customer", "merchant", "text"].map((key) => input(key, words[key])),
      element("button", { class: "button button-primary" }, words.apply),
    );
    return [form, element("div", { class: "more-groups" }, ...groups.map((group) => dimension(group, words)))];
  }

  // What the address says is marked; the address may change while the list is open.
  function mark(place) {
    const now = address.query();
    for (const each of place.querySelectorAll("[data-key]")) {
      const { key, value } = each.dataset;
      const isIn = now.getAll(key).includes(value);
      const isOut = now.getAll(`${key}!`).includes(value);
      each.firstChild.setAttribute("aria-checked", String(isIn));
      each.querySelector(".box").classList.toggle("is-on", isIn);
      each.lastChild.setAttribute("aria-pressed", String(isOut));
    }
    for (const group of place.querySelectorAll("[data-group]")) {
      const count = [group.dataset.group, `${group.dataset.group}!`].flatMap((key) => now.getAll(key)).length;
      group.querySelector(".chosen-count").textContent = count || "";
    }
    const form = place.querySelector("form");
    for (const key of ["amount", "score"]) {
      const [from, to] = (now.get(key) || "").split("..");
      form.elements[`${key}-from`].value = from || "";
      form.elements[`${key}-to`].value = to || "";
    }
    for (const key of ["customer", "merchant", "text"]) form.elements[key].value = now.get(key) || "";
  }

  document.addEventListener(
    "toggle",
    async (event) => {
      const list = event.target;
      if (!list.matches || !list.matches(".more-filters") || !list.open) return;
      const place = list.querySelector(".more-menu");
      const answer = await fetched();
      if (!answer) return;
      place.replaceChildren(...built(answer));
      mark(place);
    },
    true,
  );

  function remark() {
    for (const place of document.querySelectorAll(".more-filters[open] .more-menu")) {
      if (place.querySelector("form")) mark(place);
    }
  }
  window.addEventListener("_dashprivate_pushstate", remark);
  window.addEventListener("popstate", remark);
})();
