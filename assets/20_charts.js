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

  function draw(answer) {
    const ids = window.dash_clientside.callback_context.outputs_list.map((output) => output.id);
    if (!answer) return ids.map(() => window.dash_clientside.no_update);
    nameAddress(answer.query);
    const figures = JSON.parse(answer.figures);
    return ids.map((id) => {
      const { data, layout } = figures[id.split("-")[1]] || NOTHING;
      return { data, layout: { autosize: true, dragmode: false, ...layout } };
    });
  }

  // When a request has ended and what stands here answers another address, it failed: the content stays, dimmed.
  function judge(state, answer, search) {
    if (state.includes("is-busy")) return window.dash_clientside.no_update;
    return answer && answer.asked !== (search || "") ? "is-stale" : "";
  }

  window.vigie.nameAddress = nameAddress;
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { draw, judge });
})();
