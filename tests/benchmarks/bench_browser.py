"""From a click on a bar to every panel of the Cohorts page redrawn, in Chromium, on EQX-301.

The clock starts with the pointer going down and stops with the last change that any figure of
the page makes to itself, seen from inside the page.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

from playwright.sync_api import Page, sync_playwright

from dashboard.jobs.demo import build_demo
from queries.workspace import open_workspace
from tests.benchmarks.measure import Comparison, Timing, available_threads, report, use_threads
from tests.browser.chromium import find_chromium
from tests.browser.conftest import QUIET, running_server
from tests.browser.pointing import click_bar, panel

CHANGES = 40
WARM_UPS = 4
_QUIET_MS = 1500
_WATCH = """() => {
    window.pressed = window.drawn = 0;
    addEventListener('pointerdown', () => { window.pressed = performance.now(); }, true);
    const seen = records => {
        const inside = one => one.target.parentElement?.closest('.js-plotly-plot');
        if (records.some(inside)) window.drawn = performance.now();
    };
    new MutationObserver(seen).observe(document.body, {
        subtree: true, childList: true, attributes: true, characterData: true,
    });
}"""


def main() -> None:
    """Print the figures."""
    use_threads()
    chromium = find_chromium()
    if chromium is None:
        print("No Chromium is installed; the browser is not measured.")
        return
    with TemporaryDirectory() as folder:
        home = Path(folder, "home")
        with open_workspace(home) as workspace:
            build_demo(workspace)
        with running_server(home, Path(folder, "server.log")) as server, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=[*QUIET, "--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.goto(f"{server.url}/cohorts")
            seconds = changes(page)
            browser.close()
    timing = Timing(way="Chromium", seconds=tuple(seconds))
    case = "a click, until every panel of the demo study is redrawn"
    report("browser", Comparison(case=case, timings=(timing,), threads=available_threads()))


def changes(page: Page) -> list[float]:
    """Seconds from click to redrawn, of changes that add and remove criteria in turn."""
    panel(page, "Sex")
    page.wait_for_timeout(2 * _QUIET_MS)
    page.evaluate(_WATCH)
    taken = []
    for turn in range(WARM_UPS + CHANGES):
        # On, other, off, other off: Sex and region come and go.
        click_bar(page, *[("Sex", 1), ("Geographic region", 0)][turn % 2])
        page.wait_for_timeout(_QUIET_MS)
        pressed, drawn = page.evaluate("() => [window.pressed, window.drawn]")
        if not pressed < drawn:
            raise RuntimeError("a click on a bar changed nothing.")
        taken.append((drawn - pressed) / 1000)
    return taken[WARM_UPS:]


if __name__ == "__main__":
    main()
