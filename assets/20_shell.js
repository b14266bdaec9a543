// The frame's own behaviour: collapsing, menus, theme and language, leaving, and a session that has ended.
(function () {
  const page = document.documentElement;
  const base = () => document.body.dataset.basePath || "/";

  // What was chosen before is in force before the frame is drawn.
  try {
    if (localStorage.getItem("vigie-nav") === "collapsed") page.dataset.nav = "collapsed";
  } catch {
    // A browser that keeps nothing starts with the words.
  }

  function collapse(button) {
    const isCollapsed = page.dataset.nav !== "collapsed";
    if (isCollapsed) page.dataset.nav = "collapsed";
    else delete page.dataset.nav;
    button.setAttribute("aria-expanded", String(!isCollapsed));
    try {
      localStorage.setItem("vigie-nav", isCollapsed ? "collapsed" : "open");
    } catch {
      // The choice holds for this page.
    }
    window.dispatchEvent(new Event("resize"));
  }

  function send(method, path, body) {
    return fetch(base() + path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body || {}),
    });
  }

  function markTheme() {
    for (const item of document.querySelectorAll("[data-theme]")) {
      item.setAttribute("aria-checked", String(item.dataset.theme === page.dataset.themeChoice));
    }
  }

  function chooseTheme(theme) {
    window.vigie.chooseTheme(theme);
    markTheme();
    send("PUT", "preferences", { theme });
  }

  function closeMenus(but) {
    for (const menu of document.querySelectorAll(".menu-of[open]")) {
      if (menu !== but) menu.open = false;
    }
  }

  document.addEventListener("click", async (event) => {
    const target = event.target.closest(
      "[data-collapse],[data-theme],[data-language],[data-sign-out],[data-dismiss],[data-opens]",
    );
    const inMenu = event.target.closest(".menu-of");
    if (!target) return closeMenus(inMenu);
    if ("collapse" in target.dataset) collapse(target);
    if ("theme" in target.dataset) chooseTheme(target.dataset.theme);
    if ("dismiss" in target.dataset) dismiss(target);
    if ("opens" in target.dataset) {
      const menu = document.getElementById(target.dataset.opens);
      menu.open = !menu.open;
      return undefined;
    }
    if ("language" in target.dataset) {
      await send("PUT", "preferences", { language: target.dataset.language });
      location.reload();
    }
    if ("signOut" in target.dataset) {
      await send("POST", "logout");
      location.assign(base() + "login");
    }
    return closeMenus("theme" in target.dataset ? inMenu : null);
  });

  document.addEventListener("toggle", markTheme, true);

  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector(".menu-of[open]");
    if (!menu) return;
    const items = [...menu.querySelectorAll(".menu-item")].filter((item) => item.offsetParent);
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (step && items.length) {
      event.preventDefault();
      items[(at + step + items.length) % items.length].focus();
    }
  });

  function dismiss(button) {
    const place = button.closest(".toasts");
    if (place.id === "notice") place.hidden = true;
    else window.dash_clientside.set_props(place.id, { children: [] });
  }

  // What a failed request says is shown as it was said; silence has a sentence of its own.
  async function said(answer) {
    try {
      return await answer.clone().json();
    } catch {
      return {};
    }
  }

  function tell({ message, detail }) {
    const place = document.getElementById("notice");
    place.querySelector(".toast-title").textContent = message || place.dataset.silent;
    place.querySelector(".toast-detail").textContent = detail || "";
    place.hidden = false;
  }

  // A newer question of the same part of a page takes the older one back: nobody waits for its answer. The
  // older one ends, without an answer, after the newer: until then the page is at work.
  const running = new Map();
  const unanswered = () => new Response(null, { status: 204 });

  // Where a part of a page says what it asks, its being at work is shown, and that no answer came. Dash's own
  // way to do so writes down again where components stood before the page changed.
  function show(output, isAtWork, isAnswered) {
    const part = output.replace(/^\.+/, "").split(".")[0];
    const place = document.querySelector(`[data-asks="${CSS.escape(part)}"]`);
    if (!place) return;
    place.classList.toggle(place.dataset.atWork || "is-busy", isAtWork);
    if (isAtWork) return;
    if (isAnswered) place.dataset.answered = "";
    place.classList.toggle("is-stale", !isAnswered);
    place.classList.toggle("is-unanswered", !isAnswered && !("answered" in place.dataset));
  }

  function asked([, options]) {
    const [, output] = /"output":"([^"]+)"/.exec((options && options.body) || "") || [];
    if (!output) return null;
    const before = running.get(output);
    const now = { control: new AbortController(), newer: null, isCancelled: false };
    now.ended = new Promise((resolve) => {
      now.end = (isAnswered) => {
        resolve();
        if (running.get(output) !== now) return;
        running.delete(output);
        show(output, false, isAnswered);
      };
    });
    running.set(output, now);
    show(output, true);
    if (before) {
      before.newer = now;
      before.control.abort();
    }
    return now;
  }

  async function withoutAnswer(question) {
    if (question.newer) await question.newer.ended;
    question.end(false);
    return unanswered();
  }

  // Whoever does not want to wait any longer keeps what stands there.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-stop]")) return;
    for (const question of running.values()) {
      question.isCancelled = true;
      question.control.abort();
    }
  });

  // A session that has ended sends the browser to the login, with the way back.
  const ask = window.fetch;
  window.fetch = async function (...request) {
    const address = String(request[0] && request[0].url ? request[0].url : request[0]);
    const isOurs = new URL(address, location.href).origin === location.origin;
    const question = isOurs && address.includes("_dash-update-component") ? asked(request) : null;
    if (question) request[1] = { ...request[1], signal: question.control.signal };
    let answer;
    try {
      answer = await ask.apply(this, request);
      if (question) question.end(answer.ok);
    } catch (error) {
      if (question && (question.newer || question.isCancelled)) return withoutAnswer(question);
      if (question) question.end(false);
      if (isOurs && error.name !== "AbortError") tell({});
      throw error;
    }
    if (isOurs && answer.status === 401) {
      location.assign(`${base()}login?next=${encodeURIComponent(location.pathname + location.search)}`);
      return new Promise(() => {});
    }
    const elsewhere = isOurs && answer.headers.get("X-Vigie-Go");
    if (elsewhere) {
      location.assign(elsewhere);
      return new Promise(() => {});
    }
    if (isOurs && answer.status >= 400) tell(await said(answer));
    else if (isOurs) document.getElementById("notice").hidden = true;
    return answer;
  };

  // Where one has arrived: the link in the navigation, the name in the bar and in the window.
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.vigie = Object.assign(clientside.vigie || {}, {
    arrived(pathname) {
      let name = "";
      for (const link of document.querySelectorAll(".side-list a.side-link")) {
        const isHere = new URL(link.href).pathname === pathname;
        if (isHere) {
          link.setAttribute("aria-current", "page");
          name = link.textContent;
        } else {
          link.removeAttribute("aria-current");
        }
      }
      document.getElementById("here").textContent = name;
      document.title = name ? `${name} · Vigie` : "Vigie";
      return pathname;
    },
  });
})();
