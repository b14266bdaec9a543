// The Data page: a file goes up piece by piece, and buttons ask for what the tables offer.
(() => {
  "use strict";

  const TRIES = 5;
  const MB = 1024 * 1024;
  const at = (id) => document.getElementById(id);
  const base = () => document.body.dataset.basePath || "/";
  const put = (id, data) => window.dash_clientside.set_props(id, { data });
  let upload = null;
  let sure = null;

  function say(name, values) {
    const words = JSON.parse(at("data-page").dataset.words);
    return words[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  function size(bytes) {
    const [number, unit] = bytes < MB ? [bytes / 1024, "kB"] : [bytes / MB, "MB"];
    const digits = number < 10 ? 1 : 0;
    const written = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return `${number.toLocaleString(document.documentElement.lang, written)}\u00a0${unit}`;
  }

  function acted() {
    put("data-acted", Date.now());
  }

  async function ask(method, path, body) {
    const answer = await fetch(base() + path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return answer.ok && answer.status !== 204 ? answer.json() : null;
  }

  function tell(text) {
    at("data-progress").textContent = text;
  }

  function show(state) {
    const line = at("data-upload");
    line.hidden = state === null;
    line.dataset.state = state || "";
    at("data-page").classList.toggle("is-bringing", state !== null);
  }

  function progress(stored) {
    const seconds = (performance.now() - upload.since) / 1000;
    const rate = (stored - upload.from) / Math.max(seconds, 0.001);
    const left = Math.ceil((upload.file.size - stored) / Math.max(rate, 1));
    at("data-bar").value = stored / upload.file.size;
    tell(
      say("going", {
        stored: size(stored),
        size: size(upload.file.size),
        rate: size(rate),
        left: left < 90 ? say("seconds", { count: left }) : say("minutes", { count: Math.round(left / 60) }),
      }),
    );
  }

  async function send(own) {
    own.from = own.stored;
    own.since = performance.now();
    own.isPaused = false;
    show("going");
    let tries = 0;
    while (own.stored < own.file.size && own === upload && !own.isPaused) {
      const piece = own.file.slice(own.stored, own.stored + own.piece);
      try {
        const answer = await fetch(`${base()}uploads/${own.id}?offset=${own.stored}`, {
          method: "PUT",
          headers: { "Content-Type": "application/octet-stream" },
          body: piece,
        });
        if (answer.ok) {
          own.stored = (await answer.json()).stored;
          tries = 0;
          if (own === upload) progress(own.stored);
          continue;
        }
        if (answer.status !== 409 && answer.status < 500) return stop(own, "broken");
      } catch {
        // The line is down: it is tried again below.
      }
      tries += 1;
      if (tries > TRIES) return stop(own, "broken");
      await new Promise((wait) => setTimeout(wait, 500 * 2 ** tries));
      const known = await ask("GET", `uploads/${own.id}`).catch(() => null);
      if (known) own.stored = known.stored;
    }
    if (own !== upload) return undefined;
    if (own.isPaused) return stop(own, "paused");
    show("done");
    at("data-bar").value = 1;
    tell(say("done", { size: size(own.file.size) }));
    put("data-uploaded", { upload: own.id, form: {} });
    return undefined;
  }

  function stop(own, state) {
    if (own !== upload) return;
    show(state === "paused" ? "paused" : "broken");
    tell(say(state, { stored: size(own.stored), size: size(own.file.size) }));
  }

  async function begin(file) {
    clear();
    const asked = { name: file.name, size: file.size, modified: Math.round(file.lastModified) };
    const known = await ask("POST", "uploads", asked).catch(() => null);
    if (!known) return;
    upload = { id: known.upload, file, stored: known.stored, piece: known.piece };
    at("data-file").textContent = file.name;
    tell(say("resumed", { stored: size(known.stored), size: size(file.size) }));
    await send(upload);
  }

  function clear() {
    upload = null;
    show(null);
    put("data-uploaded", null);
    put("data-check", null);
  }

  function choose() {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".csv,.gz,.zip,.parquet,.txt,.tsv";
    input.onchange = () => input.files.length && begin(input.files[0]);
    input.click();
  }

  // What a form says: `map.amount` is the column of the field amount; an empty choice is none.
  function read(form) {
    const read = { map: {} };
    for (const [name, value] of new FormData(form)) {
      if (!value) continue;
      if (name.startsWith("map.")) read.map[name.slice(4)] = value;
      else read[name] = value;
    }
    // What the layout proposes is not the reader's word until something is changed.
    if (!form.dataset.mapped) delete read.map;
    return read;
  }

  function changed(event) {
    const form = at("data-form");
    if (!form || !form.contains(event.target)) return;
    if (event.target.name.startsWith("map.")) form.dataset.mapped = "yes";
    // Other kinds of rows have other fields.
    if (event.target.name === "kind") delete form.dataset.mapped;
    put("data-check", null);
    put("data-uploaded", { upload: form.dataset.upload, form: read(form) });
  }

  async function go(path, then) {
    const form = at("data-form");
    const known = await ask("POST", path, { upload: form.dataset.upload, form: read(form) });
    if (!known) return;
    then(known.job);
    acted();
  }

  async function question(told, act) {
    if (!told) return;
    sure = { name: told.name, act };
    at("data-question-title").textContent = told.title;
    at("data-question-typed").textContent = told.typed;
    at("data-question-action").textContent = told.action;
    const items = told.sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    });
    at("data-question-list").replaceChildren(...items);
    window.dash_clientside.set_props("data-question-name", { value: "" });
    unlock("");
    at("data-question").showModal();
  }

  function unlock(typed) {
    at("data-question").querySelector("[data-sure]").disabled = !sure || typed.trim() !== sure.name;
  }

  async function answer() {
    const typed = at("data-question-name").value;
    const known = await ask("POST", sure.act, { name: typed });
    at("data-question").close();
    if (known) acted();
  }

  const ACTS = {
    choose,
    pause: () => upload && (upload.isPaused = true),
    goOn: () => upload && send(upload),
    async giveUp() {
      const form = at("data-form");
      const id = upload ? upload.id : form && form.dataset.upload;
      clear();
      if (id) await ask("DELETE", `uploads/${id}`);
    },
    check: () => go("data/checks", (job) => put("data-check", { job })),
    begin: () =>
      go("data/imports", (job) => {
        clear();
        at("data-said").textContent = say("begun", { job });
      }),
    cancel: (target) => ask("POST", `data/runs/${target.dataset.cancel}/cancel`, {}).then(acted),
    retry: (target) => ask("POST", `data/runs/${target.dataset.retry}/retry`, {}).then(acted),
    async undo(target) {
      const path = `data/datasets/${target.dataset.undo}`;
      await question(await ask("GET", `${path}/affected`), `${path}/undo`);
    },
    removeDemo: async () => question(await ask("GET", "data/demo"), "data/demo/remove"),
    keep: () => at("data-question").close(),
    sure: answer,
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("#data-page button");
    const name = target && !target.disabled && Object.keys(ACTS).find((each) => each in target.dataset);
    if (!name) return;
    event.preventDefault();
    ACTS[name](target);
  });
  document.addEventListener("change", changed);
  document.addEventListener("input", (event) => {
    if (event.target.id === "data-question-name") unlock(event.target.value);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "data-form") event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    if (event.target.id === "data-question-name") {
      event.preventDefault();
      at("data-question").querySelector("[data-sure]").click();
    }
  });

  for (const kind of ["dragover", "drop", "dragleave"]) {
    document.addEventListener(kind, (event) => {
      const drop = event.target.closest && event.target.closest("#data-page .data-bring");
      if (!drop) return;
      event.preventDefault();
      drop.classList.toggle("is-over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) begin(event.dataTransfer.files[0]);
    });
  }

  // Looking at the tables again and again is nobody's doing: it must not keep a session alive.
  const before = window.fetch;
  window.fetch = function (address, options) {
    const body = options && typeof options.body === "string" ? options.body : "";
    if (body.includes('"changedPropIds":["data-tick.n_intervals"]')) {
      const headers = new Headers(options.headers);
      headers.set("X-Vigie-Background", "1");
      return before.call(this, address, { ...options, headers });
    }
    return before.call(this, address, options);
  };

  window.addEventListener("beforeunload", (event) => {
    if (upload && upload.stored < upload.file.size && !upload.isPaused) event.preventDefault();
  });
})();
