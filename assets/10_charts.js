// Draws every chart in the theme in force: its template, and the theme's value for each colour that a
// figure writes as `var(--token)`. A change of theme redraws the charts without asking the server.
(function () {
  const vigie = window.vigie;
  const drawn = new Set();
  const COLOUR = /^var\(--([a-z0-9-]+)\)$/;

  function theme() {
    return vigie.themes[document.documentElement.dataset.bsTheme] || vigie.themes.light;
  }

  function coloured(value, colours) {
    if (typeof value === "string") {
      const token = COLOUR.exec(value);
      return token ? colours[token[1]] || value : value;
    }
    if (Array.isArray(value)) {
      return typeof value[0] === "number" ? value : value.map((inner) => coloured(inner, colours));
    }
    if (value && Object.getPrototypeOf(value) === Object.prototype) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner, colours)]));
    }
    return value;
  }

  function inTheme(figure) {
    const { template, colours } = theme();
    const layout = Object.assign({}, coloured(figure.layout || {}, colours), { template });
    return Object.assign({}, figure, { data: coloured(figure.data || [], colours), layout });
  }

  function themed(draw) {
    return function (place, data, layout, config) {
      const figure = Array.isArray(data) ? { data, layout, config } : data || {};
      const node = typeof place === "string" ? document.getElementById(place) : place;
      node.vigieFigure = figure;
      drawn.add(node);
      return draw(node, inTheme(figure));
    };
  }

  function redraw() {
    for (const node of drawn) {
      if (node.isConnected) {
        Plotly.react(node, node.vigieFigure);
      } else {
        drawn.delete(node);
      }
    }
  }

  Plotly.newPlot = themed(Plotly.newPlot);
  Plotly.react = themed(Plotly.react);
  vigie.colour = (token) => theme().colours[token];
  vigie.chartParts = () => theme().parts;
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
