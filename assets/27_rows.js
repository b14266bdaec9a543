// The grid of rows: its first block comes with the page's answer, the others are read on from a place.
(() => {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const { address } = window.vigie;
  const GRID = "transactions-grid";
  const SORTED = { newest: ["time", "desc"], oldest: ["time", "asc"], largest: ["amount", "desc"],
    smallest: ["amount", "asc"], riskiest: ["score", "desc"], safest: ["score", "asc"] };
  const ROW = 28;
  const CHOSEN = "vigie-columns";
  let list = null;

  function cell(tag, attributes, ...children) {
    return window.React.createElement(tag, attributes, ...children);
  }

  function linked(row) {
    return `transaction?${new URLSearchParams({ bank: row.bank, id: row.id })}`;
  }

  function opened(event, row) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    window.vigie.go(linked(row));
  }

  const MARKS = { fraud: "▲", genuine: "●", "": "○", approve: "✓", review: "◇", block: "⊘" };
  const renderers = {
    IdCell: ({ data }) =>
      data ? cell("a", { href: linked(data), className: "row-link", onClick: (event) => opened(event, data) }, data.id) : "",
    TimeCell: ({ data }) =>
      data ? cell("span", null, cell("span", { className: "quiet" }, `${data.day} `), data.clock) : "",
    ScoreCell: ({ data }) => {
      if (!data || data.score === null) return "";
      const width = { width: `${Math.round(data.score * 100)}%` };
      const bar = cell("span", { className: `score-bar${data.score >= 0.7 ? " is-high" : ""}` }, cell("span", { style: width }));
      return cell("span", { className: "score-cell" }, bar, data.scored);
    },
    DecisionCell: ({ data }) =>
      data && data.decision
        ? cell("span", null, cell("span", { className: "quiet", "aria-hidden": true }, `${MARKS[data.decision]} `), data.decided)
        : "",
    LabelCell: ({ data }) =>
      data
        ? cell("span", null, cell("span", { className: `mark-${data.label || "unknown"}`, "aria-hidden": true }, MARKS[data.label]), ` ${data.labelled}`)
        : "",
  };
  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, renderers);

  // Blocks are read in their order, each from the place where the one before ended.
  function source(given) {
    const after = new Map([[0, null], [given.rows.length, given.after]]);
    const question = given.query;
    async function block(start) {
      if (start === 0) return given;
      const places = new URLSearchParams({ q: question, after: after.get(start) });
      const answer = await fetch(`${document.body.dataset.basePath || "/"}_rows?${places}`);
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }
    return {
      async getRows(params) {
        const start = params.startRow;
        if (start > 0 && !after.get(start)) return params.failCallback();
        try {
          const found = await block(start);
          const end = start + found.rows.length;
          after.set(end, found.after);
          // One block more than is known: it is asked for when it comes into sight.
          params.successCallback(found.rows, found.after ? end + found.rows.length : end);
        } catch {
          params.failCallback();
        }
        return undefined;
      },
    };
  }

  function status(api) {
    const place = document.getElementById("transactions-status");
    if (!list || !place) return;
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const { top, bottom } = api.getVerticalPixelRange();
    const first = Math.floor(top / ROW);
    const seen = Math.max(0, Math.min(Math.ceil(bottom / ROW), list.total) - 1);
    const reached = list.reached && document.getElementById("transactions-jump").dataset.from.replace("{value}", list.reached);
    const told = list.reached ? reached : list.status
      .replace("{first}", number.format(list.total ? first + 1 : 0))
      .replace("{last}", number.format(list.total ? seen + 1 : 0))
      .replace("{total}", number.format(list.total));
    place.textContent = [told, ...list.facts].join("   ");
  }

  function remembered() {
    try {
      return JSON.parse(localStorage.getItem(CHOSEN)) || {};
    } catch {
      return {};
    }
  }

  function columns(api) {
    const place = document.getElementById("transactions-columns");
    const chosen = remembered();
    api.applyColumnState({ state: Object.entries(chosen).map(([colId, isShown]) => ({ colId, hide: !isShown })) });
    place.replaceChildren(
      ...api.getColumns().map((column) => {
        const item = document.createElement("button");
        item.type = "button";
        item.className = "menu-item";
        item.setAttribute("role", "menuitemcheckbox");
        const box = document.createElement("span");
        const paint = () => {
          item.setAttribute("aria-checked", String(column.isVisible()));
          box.className = `box${column.isVisible() ? " is-on" : ""}`;
        };
        item.append(box, column.getColDef().headerName);
        item.addEventListener("click", () => {
          const isShown = !column.isVisible();
          api.setColumnsVisible([column.getColId()], isShown);
          try {
            localStorage.setItem(CHOSEN, JSON.stringify({ ...remembered(), [column.getColId()]: isShown }));
          } catch {
            // The choice holds for this page.
          }
          paint();
        });
        paint();
        return item;
      }),
    );
  }

  function watched(api) {
    if (api.vigieWatched) return;
    api.vigieWatched = true;
    columns(api);
    for (const name of ["bodyScroll", "modelUpdated", "gridSizeChanged"]) {
      api.addEventListener(name, () => window.requestAnimationFrame(() => api.isDestroyed() || status(api)));
    }
    api.addEventListener("sortChanged", (event) => {
      if (event.source !== "uiColumnSorted") return;
      const by = api.getColumnState().find((state) => state.sort);
      const order = Object.keys(SORTED).find((name) => by && SORTED[name][0] === by.colId && SORTED[name][1] === by.sort);
      address.set("order", order === "newest" ? null : order);
    });
    api.addEventListener("cellKeyDown", ({ event, data }) => {
      if (event.key === "Enter" && data) window.vigie.go(linked(data));
    });
    api.addEventListener("rowDoubleClicked", ({ data }) => data && window.vigie.go(linked(data)));
  }

  // A day, an amount or a score of the order in force: the list begins there.
  function jump(api) {
    const place = document.getElementById("transactions-jump");
    const [by] = SORTED[list.order];
    const field = document.createElement("input");
    Object.assign(field, { type: by === "time" ? "date" : "number", step: "any", value: list.reached || "" });
    field.className = "jump-field num";
    const label = document.createElement("label");
    label.append(place.dataset.go, field);
    const back = document.createElement("button");
    Object.assign(back, { type: "button", className: "quiet-link", textContent: place.dataset.start, hidden: !list.reached });
    back.addEventListener("click", () => begin(api, list.whole));
    field.addEventListener("keydown", (event) => event.key === "Enter" && field.value && reach(api, field.value));
    place.replaceChildren(label, back);
  }

  async function reach(api, value) {
    const from = list;
    const places = new URLSearchParams({ q: from.query, at: value });
    const answer = await fetch(`${document.body.dataset.basePath || "/"}_rows?${places}`);
    if (!answer.ok || list !== from) return;
    const found = await answer.json();
    await begin(api, { ...(from.whole || from), ...found, reached: value, whole: from.whole || from });
  }

  // Ids are of any length: the first rows say how much room they need.
  function fit(api) {
    const longest = Math.max(0, ...list.rows.map((row) => row.id.length));
    const newWidth = Math.min(Math.max(longest * 7.8 + 32, 110), 250);
    if (longest) api.setColumnWidths([{ key: "id", newWidth }]);
  }

  async function begin(api, given) {
    list = given;
    fit(api);
    jump(api);
    await shown(api, list);
    status(api);
  }

  async function listRows(answer) {
    if (!answer) return window.dash_clientside.no_update;
    window.vigie.nameAddress(answer.query);
    list = JSON.parse(answer.list);
    list.query = answer.query;
    const api = await window.dash_ag_grid.getApiAsync(GRID);
    watched(api);
    const [colId, sort] = SORTED[list.order];
    api.applyColumnState({ state: [{ colId, sort }], defaultState: { sort: null } });
    await begin(api, list);
    return window.dash_clientside.no_update;
  }

  // The component sets a source of its own while it starts: ours is set until its rows stand there.
  async function shown(api, given) {
    for (let tries = 0; tries < 40 && list === given && !api.isDestroyed(); tries += 1) {
      const first = api.getDisplayedRowAtIndex(0);
      if (tries && (!given.rows.length || (first && first.data && first.data.key === given.rows[0].key))) break;
      if (tries % 4 === 0) api.setGridOption("datasource", source(given));
      await new Promise((wait) => setTimeout(wait, 25));
    }
    if (given.rows.length && !api.isDestroyed() && list === given) api.ensureIndexVisible(0, "top");
  }

  clientside.vigie = Object.assign(clientside.vigie || {}, { listRows });
})();
