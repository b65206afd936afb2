"""Choosing from a list of the page's, whose options vanish when the page is drawn again meanwhile."""

import time

from playwright.sync_api import TimeoutError as NothingYet

LOOK_MS = 5_000


def choose(page, label, option, *, within_s=90.0):
    """Open the list and take the first option of that name; again if the list closed by itself."""
    until = time.monotonic() + within_s
    box = page.get_by_role("combobox", name=label, exact=True)
    while True:
        try:
            box.click(timeout=LOOK_MS)
            box.fill(option, timeout=LOOK_MS)
            page.get_by_role("option", name=option).first.click(timeout=LOOK_MS)
        except NothingYet:
            if time.monotonic() > until:
                raise
            page.keyboard.press("Escape")
        else:
            return
