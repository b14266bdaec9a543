// Draws every chart in the theme in force: its template, and the theme's value for each colour that a
// figure writes as `var(--token)`, or `var(--token)/8` for 8 % of it. A change of theme redraws the charts without asking the server.
(function () {
  const vigie = window.vigie;
  const drawn = new Set();
  const COLOUR = /^var\(--([a-z0-9-]+)\)(?:\/(\d+))?$/;

  function theme() {
    return vigie.themes[document.documentElement.dataset.bsTheme] || vigie.themes.light;
  }

  // `var(--token)/8` is the token at 8 %.
  function seenThrough(colour, percent) {
    if (!percent) return colour;
    const channels = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${channels.join(",")},${percent / 100})`;
  }

  function coloured(value, colours) {
    if (typeof value === "string") {
      const token = COLOUR.exec(value);
      return token && colours[token[1]] ? seenThrough(colours[token[1]], token[2]) : value;
    }
    if (Array.isArray(value)) {
      // A colour scale pairs a number with a colour; rows of plain numbers are left as they are.
      const isNumbers = typeof value[0] === "number" && typeof value[value.length - 1] === "number";
      return isNumbers ? value : value.map((inner) => coloured(inner, colours));
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
      const drawing = draw(node, inTheme(figure));
      drawing.then(() => vigie.watch && vigie.watch(node));
      return drawing;
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
