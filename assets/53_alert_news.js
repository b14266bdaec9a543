// The count of open alerts in the navigation: past the page's own requests, so that it neither shows nor hides
// their failures.
(() => {
  "use strict";
  const { made, newest } = window.vigie.alerts;
  const base = () => document.body.dataset.basePath || "/";
  const EVERY = 2000;

  function ask() {
    const asked = new XMLHttpRequest();
    asked.open("GET", `${base()}_news?known=${newest() || 0}`);
    asked.setRequestHeader("X-Vigie-Background", "1");
    asked.timeout = 10000;
    asked.onload = () => {
      if (asked.status === 401) {
        window.location.assign(`${base()}login?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
      } else if (asked.status === 200) {
        told(JSON.parse(asked.responseText));
      }
    };
    asked.onloadend = wait;
    asked.send();
  }

  function link() {
    return document.querySelector('.side-link[href$="/alerts"]');
  }

  function told(news) {
    const entry = link();
    if (!entry) return;
    entry.dataset.name = entry.dataset.name || entry.title;
    entry.title = news.shown ? news.told : entry.dataset.name;
    for (const [name, text] of [["count", news.shown], ["said", news.said]]) {
      if (text) entry.dataset[name] = text;
      else delete entry.dataset[name];
    }
    const arrived = document.getElementById("alerts-arrived");
    if (!arrived || newest() === null) return;
    const isNew = news.newest > newest() && news.arrived;
    arrived.hidden = !isNew;
    if (isNew) arrived.replaceChildren(made("span", "", news.arrived), made("strong", "", arrived.dataset.show));
  }

  let waiting = null;

  function wait() {
    window.clearTimeout(waiting);
    waiting = document.visibilityState === "visible" ? window.setTimeout(look, EVERY) : null;
  }

  function look() {
    window.clearTimeout(waiting);
    waiting = null;
    if (document.visibilityState !== "visible") return;
    if (link()) ask();
    else waiting = window.setTimeout(look, EVERY);
  }

  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? look() : wait()));

  window.vigie.alerts.look = look;
  look();
})();
