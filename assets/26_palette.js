// The palette (Ctrl or Cmd + K, or /): pages, actions, and what the server finds by the beginning of an id or name.
(() => {
  "use strict";
  const vigie = window.vigie;
  let place = null;
  let field = null;
  let list = null;
  let asked = 0;

  const words = () => document.getElementById("search").dataset;
  const base = () => document.body.dataset.basePath || "/";

  function made(tag, name, ...children) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...children);
    return node;
  }

  function built() {
    place = made("dialog", "palette");
    place.setAttribute("aria-label", words().label);
    field = made("input", "palette-field");
    Object.assign(field, { type: "text", placeholder: words().placeholder, autocomplete: "off", spellcheck: false });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": words().label })) field.setAttribute(name, value);
    list = made("div", "palette-list");
    list.id = "palette-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", words().label);
    place.append(made("div", "palette-head", made("span", "icon icon-search"), field), list);
    document.body.append(place);
    field.addEventListener("input", () => show(field.value));
    place.addEventListener("click", (event) => event.target === place && place.close());
    place.addEventListener("keydown", moved);
  }

  function pages() {
    return [...document.querySelectorAll(".side-list a.side-link")].map((link) => ({
      group: words().pages,
      icon: [...link.querySelector(".icon").classList].find((name) => name.startsWith("icon-")).slice(5),
      title: link.textContent,
      detail: "",
      act: () => link.click(),
    }));
  }

  function actions() {
    const menu = document.querySelectorAll("#me [data-theme], #me [data-language], #me [data-sign-out], #me a.menu-item");
    return [...menu].map((item) => ({
      group: words().actions,
      icon: [...item.querySelector(".icon").classList].find((name) => name.startsWith("icon-")).slice(5),
      title: item.textContent,
      detail: "",
      act: () => item.click(),
    }));
  }

  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

  async function show(text) {
    const mine = ++asked;
    const wanted = folded(text.trim());
    const own = [...pages(), ...actions()].filter((item) => folded(item.title).includes(wanted));
    draw(own);
    if (!wanted) return;
    await new Promise((wait) => setTimeout(wait, 120));
    if (mine !== asked) return;
    const answer = await fetch(`${base()}_search?${new URLSearchParams({ q: text.trim() })}`);
    if (mine !== asked || !answer.ok) return;
    const { hits } = await answer.json();
    const found = hits.map((hit) => ({ ...hit, act: () => vigie.go(`${base()}${hit.href}`) }));
    draw([...found, ...own]);
  }

  function draw(items) {
    const nodes = [];
    let group = null;
    for (const item of items) {
      if (item.group !== group) {
        group = item.group;
        const head = made("div", "palette-group", group);
        head.setAttribute("role", "presentation");
        nodes.push(head);
      }
      const node = made("div", "palette-item", made("span", `icon icon-${item.icon}`), made("span", "palette-title", item.title), made("span", "palette-detail", item.detail));
      node.setAttribute("role", "option");
      node.id = `palette-${nodes.length}`;
      node.addEventListener("click", () => chosen(item));
      node.addEventListener("pointermove", () => mark(node));
      node.item = item;
      nodes.push(node);
    }
    if (!items.length) nodes.push(made("div", "palette-group", words().nothing));
    list.replaceChildren(...nodes);
    mark(list.querySelector(".palette-item"));
  }

  function mark(node) {
    for (const each of list.querySelectorAll("[aria-selected]")) each.removeAttribute("aria-selected");
    if (!node) return;
    node.setAttribute("aria-selected", "true");
    node.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", node.id);
  }

  function chosen(item) {
    place.close();
    item.act();
  }

  function moved(event) {
    const items = [...list.querySelectorAll(".palette-item")];
    const at = items.findIndex((node) => node.getAttribute("aria-selected"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      event.preventDefault();
      mark(items[(at + step + items.length) % items.length]);
    } else if (event.key === "Enter" && items[at]) {
      event.preventDefault();
      chosen(items[at].item);
    }
  }

  function open() {
    if (!place) built();
    field.value = "";
    show("");
    if (!place.open) place.showModal();
    field.focus();
  }

  document.addEventListener("click", (event) => event.target.closest("[data-palette]") && open());
  document.addEventListener("keydown", (event) => {
    const isPalette = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const isSearch = event.key === "/" && !vigie.isTyping(event);
    if (!document.getElementById("search") || !(isPalette || isSearch)) return;
    event.preventDefault();
    open();
  });
})();
