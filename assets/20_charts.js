// Hands the charts of one answer to their graphs, and names what is shown in the address.
(() => {
  "use strict";
  const NOTHING = { data: [], layout: { xaxis: { visible: false }, yaxis: { visible: false } } };

  // No request follows: the address only says in full what the page shows already, so that a copy of it
  // shows the same to anybody.
  function nameAddress(query) {
    const wanted = query ? `?${query}` : "";
    if (window.location.search !== wanted) {
      window.history.replaceState(window.history.state, "", `${window.location.pathname}${wanted}`);
    }
  }

  // A finger scrolls the page; a mouse draws a range.
  function brush(known) {
    const isAxis = known && !known.only_opens && (known.key === "range" || known.key === "amount");
    if (!isAxis || !window.matchMedia("(hover: hover)").matches) return { dragmode: false };
    const line = { color: "var(--accent)", width: 1, dash: "solid" };
    return { dragmode: "select", selectdirection: "h", newselection: { line }, activeselection: { fillcolor: "var(--accent)", opacity: 0.1 } };
  }

  // On a resize plotly asks the element for its height, not the figure.
  function standAsHighAs(id, height) {
    const graph = document.getElementById(id);
    if (graph) graph.style.height = height ? `${height}px` : "";
  }

  // A chart drawn at a new height is watched as if its panel had changed: it fits, and is not drawn twice.
  function leaveWhatFits() {
    const plots = window.Plotly && window.Plotly.Plots;
    if (!plots || plots.resize.isLeaving) return;
    const resize = plots.resize;
    plots.resize = (graph) => {
      const drawn = graph._fullLayout || {};
      const fits = Math.abs(drawn.width - graph.clientWidth) < 1 && Math.abs(drawn.height - graph.clientHeight) < 1;
      return fits ? Promise.resolve() : resize(graph);
    };
    plots.resize.isLeaving = true;
  }

  // What has no marks has no rows to show.
  function offerRows(id, isOffered) {
    const graph = document.getElementById(id);
    const button = graph && graph.closest(".panel").querySelector('[data-panel="rows"]');
    if (button) button.hidden = !isOffered;
  }

  function draw(answer) {
    const ids = window.dash_clientside.callback_context.outputs_list.map((output) => output.id);
    if (!answer) return ids.map(() => window.dash_clientside.no_update);
    nameAddress(answer.query);
    leaveWhatFits();
    const figures = JSON.parse(answer.figures);
    const marks = JSON.parse(answer.marks);
    setTimeout(window.vigie.refreshTwins, 300);
    return ids.map((id) => {
      const slug = id.split("-")[1];
      const { data, layout } = figures[slug] || NOTHING;
      window.vigie.setMarks(id, marks[slug]);
      offerRows(id, Boolean(marks[slug]));
      standAsHighAs(id, layout.height);
      return { data, layout: { autosize: true, ...brush(marks[slug]), ...layout } };
    });
  }

  window.vigie.nameAddress = nameAddress;
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { draw });
})();
