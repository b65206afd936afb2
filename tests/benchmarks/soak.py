"""Hub, pages and browser over half an hour of sessions: nothing may grow.

``PYTHONPATH=tests uv run python -m benchmarks.soak [--minutes 30] [--speed 1]``; needs Debian's chromium. Two
simulated athletes train session after session; an athlete's and a coach's page are open. Each part is looked
at every five seconds; the first third is its warm-up, the medians of the second and last third are compared.
The hub holds a running session's angles in memory (about 0.6 MB a minute and athlete) and gives them back at
its end, so that a run should last several sessions (4 minutes each at speed 1). The exit code is 1 when a
part grew by more than 10 % and its least amount. CI runs a short form (``tests/browser/test_soak.py``).
"""

import argparse
import os
import statistics
import time

from benchmarks.processes import children, command, rss_mb, running_both
from browser.conftest import CHROMIUM, FLAGS
from lumbarwatch.cli.plans import DemoPlan

EVERY_S = 5.0
SHARE = 0.10
LEAST_MB = {
    "hub": 10.0,
    "pages": 10.0,
    "heap, athlete's page": 5.0,
    "heap, coach's page": 5.0,
    "browser": 20.0,
}


def _heap_mb(session):
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "JSHeapUsedSize") / 1e6


def _browser_mb(own):
    """Memory of all browser processes below this one; shared pages count in each."""
    found = 0.0
    for pid in children(own):
        try:
            if "chrom" in command(pid):
                found += rss_mb(pid)
        except OSError:
            continue  # it has just ended
    return found


def _opened(browser, url, ready):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(url)
    page.locator(ready).first.wait_for(timeout=90_000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return page, session


def measure(minutes, speed):
    """Figures of each part (MB) over time."""
    from playwright.sync_api import sync_playwright

    seen = {name: [] for name in LEAST_MB}
    plan = DemoPlan(athletes=2)
    with running_both(plan, speed) as (hub_pid, page_pid, url), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        athlete, athletes_heap = _opened(browser, url, ".lw[data-live=true]")
        _, coachs_heap = _opened(browser, f"{url}/coach", ".wall .tile")
        end_s = time.monotonic() + 60.0 * minutes
        while time.monotonic() < end_s:
            athlete.wait_for_timeout(EVERY_S * 1_000)
            seen["hub"].append(rss_mb(hub_pid))
            seen["pages"].append(rss_mb(page_pid))
            seen["browser"].append(_browser_mb(os.getpid()))
            seen["heap, athlete's page"].append(_heap_mb(athletes_heap))
            seen["heap, coach's page"].append(_heap_mb(coachs_heap))
        browser.close()
    return seen


def grown(values, least_mb):
    """Medians of the second and the last third, and whether that is growth."""
    third = max(1, len(values) // 3)
    before, after = (statistics.median(part) for part in (values[third : 2 * third], values[-third:]))
    return before, after, after - before > max(least_mb, SHARE * before)


def main():
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--speed", type=float, default=1.0)
    asked = parser.parse_args()
    seen = measure(asked.minutes, asked.speed)
    bad = False
    for name, values in seen.items():
        before, after, grew = grown(values, LEAST_MB[name])
        bad |= grew
        said = "GREW" if grew else "steady"
        print(f"{name}: first {values[0]:.1f}, second third {before:.1f}, last third {after:.1f} MB: {said}")
    return int(bad)


if __name__ == "__main__":
    raise SystemExit(main())
