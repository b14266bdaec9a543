// Puts a theme's template and colours to charts that arrive as plain figures, and redraws them when it changes.
(() => {
  "use strict";
  const TOKEN = /^var\(--([\w-]+)\)$/;
  const drawn = new Map();

  const theme = () => (document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light");

  function coloured(value, colours) {
    if (typeof value === "string") {
      const token = TOKEN.exec(value);
      return token ? colours[token[1]] : value;
    }
    if (Array.isArray(value)) return value.map((inner) => coloured(inner, colours));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner, colours)]));
    }
    return value;
  }

  function themed(figure) {
    if (!figure) return { data: [], layout: { xaxis: { visible: false }, yaxis: { visible: false } } };
    const { colours, template } = window.vigie.themes[theme()];
    const { data, layout } = coloured(figure, colours);
    return { data, layout: { autosize: true, dragmode: false, ...layout, template } };
  }

  // The address that names what is shown stands in the bar; no request follows from that.
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
    return ids.map((id) => {
      const figure = answer.figures[id.split("-")[1]];
      drawn.set(id, figure);
      return themed(figure);
    });
  }

  new MutationObserver(() => {
    for (const [id, figure] of drawn) {
      if (document.getElementById(id)) window.dash_clientside.set_props(id, { figure: themed(figure) });
    }
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { draw });
})();
