"""Times what analysts wait for: fifty at once over HTTP, and one in Chromium, at a million rows.

Fifty sessions change the Overview's filters with a pause between, as people do, for a minute. Then a browser
opens the page with an empty cache, and clicks on a mark of each chart that filters by one: from the click to
the last panel drawn anew.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SLOW_QUERY_MS", "600000")

from playwright.sync_api import Page, sync_playwright  # noqa: E402 - the project's folder is found first
from sqlalchemy import text  # noqa: E402

from benchmarks._http import Browser, Served, served  # noqa: E402
from benchmarks._world import world_of  # noqa: E402
from dashboard.web.signed_in import COOKIE  # noqa: E402
from database.connection import read_only  # noqa: E402

ANALYSTS, CHANGE_P95_MS, CLICK_MS = 50, 150, 400
CHROMIUM: Final = "/usr/bin/chromium"
_RANGES = ("7d", "30d", "30d", "90d", "all")
_FILTERS = ("category=grocery", "category=travel", "channel=online", "channel=pos", "payment=credit_card")
_WATCH: Final = """() => {
  window.drawn = 0; window.clicked = 0;
  document.addEventListener("mousedown", () => { window.clicked = performance.now(); }, true);
  for (const graph of document.querySelectorAll(".js-plotly-plot"))
    graph.on("plotly_afterplot", () => { window.drawn = performance.now(); });
}"""
_IDLE: Final = """() => {
  const state = window.store && window.store.getState();
  if (!state || state.appLifecycle !== "HYDRATED" || state.isLoading) return false;
  return ["requested", "prioritized", "blocked", "executing", "watched", "executed"].every(
    (name) => !state.callbacks[name].length);
}"""
_POINT: Final = "#{graph} .bars .point"
CLICKED: Final = ("category", "channel", "country", "payment")


def main() -> int:
    """Print each figure with its target; the status is 1 where one is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("VIGIE_HOME", ".vigie")) / "bench")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=3, help="seconds between two changes, on average")
    options = parser.parse_args()
    with world_of(options.rows, options.folder.absolute()):
        with read_only("all") as session:
            banks = list(session.scalars(text("select code from banks order by bank_id")))
        _say(f"{options.rows:,} rows; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        with served(banks) as site:
            kept = [_fifty(site, options.seconds, options.pause), *_in_chromium(site)]
    return 0 if all(kept) else 1


def _fifty(site: Served, seconds: float, pause: float) -> bool:
    browsers = [site.browser(f"analyst-{number}") for number in range(ANALYSTS)]
    for query in ("range=7d", "range=30d", "range=90d", "range=all"):
        for _ in range(8):  # each web process maps its segments once
            browsers[0].change(f"?{query}")
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(ANALYSTS) as pool:
        work = pool.map(
            partial(_analyst, until=until, pause=pause, banks=site.banks), browsers, range(ANALYSTS)
        )
        taken = sorted(each for one in work for each in one)
    p95 = taken[int(0.95 * len(taken))]
    return _say(
        f"{ANALYSTS} analysts, a change every {pause:g} s each: {len(taken)} changes, p50"
        f" {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms, longest {taken[-1]:.0f} ms, no error"
        f" (p95 at most {CHANGE_P95_MS})",
        is_kept=p95 <= CHANGE_P95_MS,
    )


def _analyst(browser: Browser, seed: int, *, until: float, pause: float, banks: Sequence[str]) -> list[float]:
    """Change filters until the time is up; return what each change took; an error ends all."""
    rng, taken = random.Random(seed), []
    time.sleep(rng.uniform(0, pause))
    while time.monotonic() < until:
        parts = [f"range={rng.choice(_RANGES)}", f"bank={rng.choice([*banks, 'all'])}"]
        parts += rng.sample(_FILTERS, k=rng.choice([0, 0, 1, 2]))
        began = time.perf_counter()
        browser.change(f"?{'&'.join(parts)}")
        taken.append((time.perf_counter() - began) * 1_000)
        time.sleep(min(rng.expovariate(1 / pause), 4 * pause))
    return taken


def _in_chromium(site: Served) -> list[bool]:
    address = f"http://127.0.0.1:{site.port}"
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": COOKIE, "value": site.sign_in(), "url": address}])
        page = context.new_page()
        _first_load(page, f"{address}/?range=30d&bank=all")
        kept = _clicks(page, address)
        chromium.close()
    return kept


def _first_load(page: Page, address: str) -> None:
    sizes: list[tuple[int, str]] = []
    page.on(
        "requestfinished",
        lambda request: sizes.append(
            (request.sizes()["responseBodySize"] + request.sizes()["responseHeadersSize"], request.url)
        ),
    )
    for title in ("first load, nothing cached", "second load"):
        sizes.clear()
        page.goto(address)
        page.wait_for_selector(".panel-graph .main-svg")
        page.wait_for_function(_IDLE)
        drawn = page.evaluate("performance.now()")
        page.wait_for_timeout(300)
        largest = ", ".join(
            f"{url.rpartition('/')[2].split('?')[0][:40]} {size:,}" for size, url in sorted(sizes)[-4:]
        )
        _say(
            f"{title}: {sum(size for size, _ in sizes):,} bytes in {len(sizes)} requests, last panel after"
            f" {drawn:.0f} ms; largest: {largest}"
        )


def _clicks(page: Page, address: str) -> list[bool]:
    """Click on a mark of each chart that filters by one, again and again; one data request each."""
    taken: dict[str, list[float]] = {}
    requests: list[str] = []
    page.on(
        "request", lambda request: requests.append(request.url) if "_dash-update" in request.url else None
    )
    for _ in range(5):
        for slug in CLICKED:
            page.goto(f"{address}/?range=30d&bank=all")
            page.wait_for_selector(".panel-graph .main-svg")
            page.wait_for_function(_IDLE)
            page.wait_for_timeout(400)
            page.evaluate(_WATCH)
            requests.clear()
            mark = page.locator(_POINT.replace("{graph}", f"overview-{slug}-graph")).first
            if not mark.count():
                continue
            mark.click(force=True)
            page.wait_for_function(f"() => window.drawn > window.clicked && ({_IDLE})()")
            page.wait_for_timeout(300)
            taken.setdefault(slug, []).append(page.evaluate("window.drawn - window.clicked"))
            if len(requests) != 1:
                raise SystemExit(f"a click on {slug} made {len(requests)} data requests")
    return [
        _say(
            f"click on a mark of {slug} → last panel drawn: median {statistics.median(each):.0f} ms, longest"
            f" {max(each):.0f} ms of {len(each)}, one data request each (at most {CLICK_MS})",
            is_kept=statistics.median(each) <= CLICK_MS,
        )
        for slug, each in taken.items()
    ] or [_say("no mark was found to click on", is_kept=False)]


def _say(line: str, *, is_kept: bool = True) -> bool:
    sys.stdout.write(f"{line}{'' if is_kept else '  MISSED'}\n")
    sys.stdout.flush()
    return is_kept


if __name__ == "__main__":
    sys.exit(main())
