"""The program is ended and started again at the same address: a page that stayed open comes back."""

import socket

import pytest

from browser.train_page import WIDE, TrainPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(500)]

LOST_MS = 60_000
BACK_MS = 120_000


def test_a_page_that_stayed_open_finds_the_next_start(demo_at, browser, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    first = demo_at("--port", port, data=tmp_path / "data")
    train = TrainPage(browser.new_page(viewport=WIDE), first.url)
    train.wait("connection", "open", timeout=BACK_MS)
    first.stop()
    train.wait("connection", "lost", "connecting", timeout=LOST_MS)
    second = demo_at("--port", port, data=tmp_path / "data")
    assert second.url == first.url
    train.wait("connection", "open", timeout=BACK_MS)
    train.wait("live", "true", timeout=BACK_MS)
