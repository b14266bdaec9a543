// The grid's bundle is a third of all that a first page would load, and one page has a grid: it comes with that page.
(() => {
  "use strict";
  let bundle = null;
  let Grid = null;

  function fetched() {
    bundle = bundle || new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.body.dataset.grid;
      script.addEventListener("load", () => {
        const { dash_ag_grid: whole } = window;
        // What stands in the page already is ours: another component in its place would be drawn anew.
        window.dash_ag_grid = Object.assign({}, whole, { AgGrid });
        done(whole);
      });
      script.addEventListener("error", () => {
        // The next page with a grid asks again.
        bundle = Grid = null;
        script.remove();
        failed(new Error("the grid's bundle did not arrive"));
      });
      document.head.append(script);
    });
    return bundle;
  }

  function AgGrid(props) {
    const { createElement, lazy, Suspense } = window.React;
    Grid = Grid || lazy(async () => ({ default: (await fetched()).AgGrid }));
    return createElement(Suspense, { fallback: null }, createElement(Grid, props));
  }
  AgGrid.dashRenderType = true;

  window.dash_ag_grid = { AgGrid, getApiAsync: async (id) => (await fetched()).getApiAsync(id) };
})();
