// Looking by itself is nobody's doing: it never keeps a session alive, and it notices one that has ended.
(() => {
  "use strict";
  const LOOK_EVERY_MS = 30_000;
  const TICK = /"changedPropIds":\["[\w-]+-tick\.n_intervals"\]/;
  const before = window.fetch;

  window.fetch = function (address, options) {
    const body = options && typeof options.body === "string" ? options.body : "";
    if (!TICK.test(body)) return before.call(this, address, options);
    const headers = new Headers(options.headers);
    headers.set("X-Vigie-Background", "1");
    return before.call(this, address, { ...options, headers });
  };

  // A page that is left open shows the login once its session is over; the answer 401 leads there.
  async function look() {
    if (document.visibilityState !== "visible") return;
    const address = `${document.body.dataset.basePath || "/"}_session`;
    await window.fetch(address, { headers: { "X-Vigie-Background": "1" } }).catch(() => null);
  }

  window.setInterval(look, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", look);
})();
