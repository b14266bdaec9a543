// Actions of a panel: its rows, its table twin (T), image, CSV, full screen (F) and link.
(() => {
  "use strict";
  const vigie = window.vigie;
  const panels = () => [...document.querySelectorAll(".panel")];
  let pointed = null;

  const graph = (panel) => panel.querySelector(".panel-graph");
  const plot = (panel) => panel.querySelector(".js-plotly-plot");
  const plain = (text) => String(text).replace(/<[^>]*>/g, " ").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&").trim();

  // Every mark with the words that its hover card says: what is drawn, told.
  function told(panel) {
    const node = plot(panel);
    const known = vigie.marksOf(graph(panel).id);
    if (!node || !node.vigieFigure) return [];
    const rows = [];
    let group = -1;
    for (const trace of node.vigieFigure.data || []) {
      if (!Array.isArray(trace.text)) continue;
      group += 1;
      const isHeat = trace.type === "heatmap";
      const texts = isHeat ? trace.text.flat() : trace.text;
      texts.forEach((text, at) => {
        if (!text || (trace.marker && trace.marker.opacity === 0)) return;
        const cells = text.split("<br>").map(plain);
        if (isHeat) cells.unshift(`${trace.y[Math.floor(at / 24)]} ${trace.x[at % 24]}`);
        const among = known && known.groups[known.groups.length > 1 ? group : 0];
        rows.push({ at, cells, row: among ? among[at] : null });
      });
    }
    return graph(panel).id.includes("heat") ? rows.sort((one, other) => one.at - other.at) : rows;
  }

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet-link";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function twin(panel) {
    const words = panel.querySelector(".panel-actions").dataset;
    const known = vigie.marksOf(graph(panel).id);
    const table = document.createElement("table");
    table.className = "small-table";
    const caption = table.createCaption();
    caption.className = "visually-hidden";
    caption.textContent = panel.querySelector(".panel-title").textContent;
    for (const { cells, row } of told(panel)) {
      const line = table.insertRow();
      cells.forEach((text, at) => {
        const cell = document.createElement(at ? "td" : "th");
        if (!at) cell.scope = "row";
        cell.textContent = text;
        line.append(cell);
      });
      const last = line.insertCell();
      last.className = "twin-actions";
      if (known && row) {
        last.append(
          button(words.filter, () => vigie.filterBy(known, row, false)),
          button(words.without, () => vigie.filterBy(known, row, true)),
          button(words.rows, () => vigie.openRows(known, row)),
        );
        if (known.only_opens) last.replaceChildren(last.lastChild);
        else if (known.key === "range" || known.key === "amount") last.children[1].remove();
      }
    }
    return table;
  }

  function toggleTwin(panel) {
    const place = panel.querySelector(".panel-twin");
    place.hidden = !place.hidden;
    panel.classList.toggle("has-twin", !place.hidden);
    panel.querySelector('[data-panel="table"]').setAttribute("aria-pressed", String(!place.hidden));
    if (!place.hidden) {
      place.replaceChildren(twin(panel));
      place.focus();
    }
  }

  function save(name, href) {
    const link = document.createElement("a");
    link.href = href;
    link.download = name;
    link.click();
  }

  const named = (panel) => plain(panel.querySelector(".panel-title").textContent).replace(/[^\p{L}\p{N}]+/gu, "-");

  async function image(panel) {
    const node = plot(panel);
    const { width, height } = node.getBoundingClientRect();
    const page = vigie.colour ? vigie.colour("surface-page") : "#ffffff";
    const figure = { data: node.data, layout: { ...node.layout, width, height, paper_bgcolor: page, plot_bgcolor: page } };
    save(`${named(panel)}.png`, await Plotly.toImage(figure, { format: "png", width, height, scale: 2 }));
  }

  function csv(panel) {
    const harmless = (text) => text.replace(/(^|;)(?='*[=+\-@\t\r\n])/g, "$1'");
    const lines = told(panel).map(({ cells }) => cells.map((text) => `"${harmless(text).replace(/"/g, '""')}"`).join(","));
    const href = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n")], { type: "text/csv" }));
    save(`${named(panel)}.csv`, href);
    setTimeout(() => URL.revokeObjectURL(href), 1_000);
  }

  function full(panel) {
    const isFull = panel.classList.toggle("is-full");
    document.documentElement.classList.toggle("has-full", isFull);
    panel.querySelector('[data-panel="full"]').setAttribute("aria-pressed", String(isFull));
    window.dispatchEvent(new Event("resize"));
  }

  async function link(panel, pressed) {
    const href = `${window.location.href.split("#")[0]}#${panel.id}`;
    const done = panel.querySelector(".panel-actions").dataset.copied;
    try {
      await navigator.clipboard.writeText(href);
      const before = pressed.title;
      pressed.title = done;
      pressed.classList.add("is-done");
      vigie.say(done);
      setTimeout(() => {
        pressed.title = before;
        pressed.classList.remove("is-done");
      }, 2_000);
    } catch {
      window.prompt(pressed.title, href);
    }
  }

  function rows(panel) {
    const known = vigie.marksOf(graph(panel).id);
    if (known) vigie.openRows(known, null);
  }

  const ACTIONS = { rows, table: toggleTwin, image, csv, full, link };

  // What is done is told to who cannot see it.
  vigie.say = (text) => {
    let place = document.querySelector(".said");
    if (!place) {
      place = document.createElement("div");
      place.className = "said visually-hidden";
      place.setAttribute("role", "status");
      document.body.append(place);
    }
    place.textContent = text;
  };

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-panel]");
    if (pressed) ACTIONS[pressed.dataset.panel](pressed.closest(".panel"), pressed);
  });
  document.addEventListener("pointerover", (event) => {
    pointed = event.target.closest ? event.target.closest(".panel") : null;
  });

  vigie.isTyping = (event) =>
    event.ctrlKey || event.metaKey || event.altKey ||
    Boolean(event.target.closest && event.target.closest("input, textarea, select, [contenteditable], .ag-root"));

  document.addEventListener("keydown", (event) => {
    const open = document.querySelector(".panel.is-full");
    if (event.key === "Escape" && open) return full(open);
    if (vigie.isTyping(event)) return undefined;
    const panel = document.activeElement.closest(".panel") || open || pointed;
    const act = { t: toggleTwin, f: full }[event.key.toLowerCase()];
    if (panel && act && panel.querySelector(".panel-actions")) act(panel);
    return undefined;
  });

  // A new answer brings new marks: open twins follow.
  vigie.refreshTwins = () => {
    for (const panel of panels()) {
      const place = panel.querySelector(".panel-twin");
      if (place && !place.hidden) place.replaceChildren(twin(panel));
    }
  };
})();
