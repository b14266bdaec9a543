// Marks of charts: a click filters by one, Alt-click without it, a brush sets a range; and their rows.
(() => {
  "use strict";
  const vigie = window.vigie;
  const { address } = vigie;
  const BEFORE = "vigie-range-before";
  const marks = new Map();

  // What stands behind each chart of an answer, by the id of its graph.
  vigie.setMarks = (id, given) => (given ? marks.set(id, { ...given, id }) : marks.delete(id));
  vigie.marksOf = (id) => marks.get(id);

  function told(figure) {
    return (figure.data || []).filter((trace) => Array.isArray(trace.text));
  }

  // Which row of the marks a drawn point is.
  function rowOf(node, point) {
    const known = marks.get(graphOf(node).id);
    if (!known) return null;
    const { data } = node.vigieFigure;
    const at = told({ data: data.slice(0, point.curveNumber + 1) }).length - 1;
    const group = known.groups[known.groups.length > 1 ? Math.max(at, 0) : 0] || [];
    if (Array.isArray(point.pointNumber)) return group[point.pointNumber[0] * 24 + point.pointNumber[1]];
    if (known.key === "range") {
      const x = String(point.x).slice(0, 16);
      return group[told(node.vigieFigure)[0].x.findIndex((each) => String(each).slice(0, 16) === x)];
    }
    return group[Math.min(point.pointNumber, group.length - 1)];
  }

  function graphOf(node) {
    return node.closest(".panel-graph");
  }

  function keep(range) {
    try {
      sessionStorage.setItem(BEFORE, range || "");
    } catch {
      // Going back is still the browser's own step.
    }
  }

  function narrow(key, value) {
    if (key === "range") keep(address.query().get("range"));
    address.set(key, value);
  }

  // What opens no rows is never silent: its panel says why and what does, again at each click.
  function explain(id) {
    const why = document.getElementById(id).closest(".panel").querySelector(".panel-closed");
    if (!why) return;
    why.classList.remove("is-told");
    // Reading a size in between lets the same animation run anew.
    why.classList.toggle("is-told", why.offsetWidth > 0);
    vigie.say("");
    setTimeout(() => vigie.say(why.textContent), 50);
  }

  function openRows(known, row) {
    if (known.is_closed) explain(known.id);
    else vigie.go(rowsOf(known, row));
  }

  function filterBy(known, row, isExcluding) {
    if (!row) return;
    if (known.only_opens) openRows(known, row);
    else if (known.key === "range" || known.key === "amount") narrow(known.key, row[0]);
    else address.toggle(known.key, row[0], isExcluding);
  }

  // The address of a mark's rows: the page's filter, the mark's value, what else it stands for, and what it said.
  function rowsOf(known, row) {
    const to = address.query();
    if (row) {
      to.delete(known.key);
      to.delete(`${known.key}!`);
      to.append(known.key, row[0]);
    }
    const extra = new URLSearchParams(row ? known.drills[row[3]] : known.drill || "");
    for (const key of new Set(extra.keys())) to.delete(key);
    for (const [key, value] of extra) to.append(key, value);
    to.delete("by");
    const [count, sum] = row ? [row[1], row[2]] : known.whole || [null, null];
    const then = count === null ? "" : `#then=${count}${sum === null ? "" : `,${sum}`}`;
    const text = address.written(to);
    return `transactions${text ? `?${text}` : ""}${then}`;
  }

  vigie.openRows = openRows;
  vigie.filterBy = filterBy;

  function brushed(node, event) {
    const known = marks.get(graphOf(node).id);
    if (!known || known.only_opens || !event || !event.range || !event.range.x) return;
    // Where marks are stacked, any one of a step tells its range.
    const group = known.groups[0].map((_, at) => known.groups.map((each) => each[at]).find(Boolean));
    const x = told(node.vigieFigure)[0].x;
    const [low, high] = event.range.x.map((end) => (known.key === "range" ? Date.parse(`${end}Z`.replace(" ", "T")) : Number(end)));
    const place = (value) => (known.key === "range" ? Date.parse(`${value}Z`.replace(" ", "T")) : Number(value));
    const among = group.filter((row, at) => {
      const middle = known.key === "range" ? place(x[at]) : (place(x[at]) + place(x[at + 1] ?? x[at])) / 2;
      return row && middle >= low && middle <= high;
    });
    Plotly.relayout(node, { selections: [] });
    if (!among.length) return;
    const [first, last] = [among[0][0].split("..")[0], among[among.length - 1][0].split("..")[1]];
    narrow(known.key, `${first}..${last}`);
  }

  function back(node) {
    const known = marks.get(graphOf(node).id);
    if (!known || known.only_opens || (known.key !== "range" && known.key !== "amount")) return;
    if (known.key === "amount") address.set("amount", null);
    else address.set("range", sessionStorage.getItem(BEFORE) || null);
  }

  vigie.watch = (node) => {
    if (node.vigieWatched || !node.on || !graphOf(node)) return;
    node.vigieWatched = true;
    let waiting = null;
    node.on("plotly_click", (event) => {
      const known = marks.get(graphOf(node).id);
      const row = event.points && event.points.length ? rowOf(node, event.points[0]) : null;
      if (!known || !row) return explain(graphOf(node).id);
      const isExcluding = Boolean(event.event && event.event.altKey);
      if (event.event && (event.event.ctrlKey || event.event.metaKey)) {
        return openRows(known, row);
      }
      // A second click soon after means "back", not "this one".
      clearTimeout(waiting);
      const isAxis = !known.only_opens && (known.key === "range" || known.key === "amount");
      waiting = setTimeout(() => filterBy(known, row, isExcluding), isAxis ? 250 : 0);
      return undefined;
    });
    node.on("plotly_selected", (event) => brushed(node, event));
    // Plotly covers the page while a button is down: the second press is all that is seen of a double click.
    node.addEventListener(
      "mousedown",
      (event) => {
        if (event.detail !== 2) return;
        clearTimeout(waiting);
        back(node);
      },
      true,
    );
  };
})();
