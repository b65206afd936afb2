"""The real demo, as a new user starts it, and Debian's chromium to look at it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=user-gesture-required",
)
READY_WITHIN_S = 120
"""Two processes import numpy, Streamlit and bumble; generous, because tests share the machine."""


@dataclass
class Demo:
    """A running demo."""

    process: subprocess.Popen
    data: Path
    url: str = ""
    said: list[str] = field(default_factory=list)
    listener: threading.Thread = field(default_factory=threading.Thread)

    def stop(self) -> int:
        """Press Ctrl-C and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self.listener.join(10)
        self.process.stdout.close()
        return code


DEMO = "from lumbarwatch.cli.main import main; main()"
GUIDED = """
import sys
from pathlib import Path
from lumbarwatch.cli import launch
from lumbarwatch.cli.plans import DemoPlan
if {restarts}:  # as `run` does; the demo itself ends with its hub
    part = launch.Part
    launch.Part = lambda *told, restart: part(*told, restart=True)
plan = DemoPlan(guided=True, {plan})
launch.demo(launch.Launch(port=0, data=Path(sys.argv[1]), browser=False), plan, speed={speed})
"""
"""``lumbarwatch demo --guided`` with what its options do not offer."""


def start_demo(data: Path, *options: str) -> Demo:
    """Run ``lumbarwatch demo`` in an empty folder and wait for its address."""
    return start(data, DEMO, "demo", "--no-browser", "--port", "0", "--data", str(data), *options)


def start_guided(data: Path, speed: float = 8.0, *, restarts: bool = False, **plan) -> Demo:
    """Run a demo whose athlete does what the page says; ``restarts``: a hub that dies is started again."""
    said = ", ".join(f"{name}={value!r}" for name, value in plan.items())
    return start(data, GUIDED.format(plan=said, speed=speed, restarts=restarts), str(data))


def start(data: Path, code: str, *arguments: str) -> Demo:
    """Run a demo and wait for its address."""
    data.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=data,
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
    )
    demo = Demo(process, data)
    ready = threading.Event()

    def listen():
        for line in process.stdout:
            demo.said.append(line.rstrip())
            if found := re.search(r"lumbarwatch: ready at (\S+)", line):
                demo.url = found.group(1)
                ready.set()
        ready.set()

    demo.listener = threading.Thread(target=listen, daemon=True)
    demo.listener.start()
    if not ready.wait(READY_WITHIN_S) or not demo.url:
        demo.stop()
        pytest.fail(f"the demo did not become ready: {demo.said}")
    return demo


@pytest.fixture
def demo_at(tmp_path):
    """Start demos that end with the test."""
    started = []

    def start(*options, data=None):
        started.append(start_demo(data or tmp_path / f"data{len(started)}", *options))
        return started[-1]

    yield start
    for demo in started:
        demo.stop()


@pytest.fixture
def guided_at(tmp_path):
    """Start demos whose athlete does what the page says; they end with the test."""
    started = []

    def start(data=None, **plan):
        started.append(start_guided(data or tmp_path / f"data{len(started)}", **plan))
        return started[-1]

    yield start
    for demo in started:
        demo.stop()


@pytest.fixture
def browser():
    """Debian's chromium."""
    if not CHROMIUM.exists() and shutil.which("chromium") is None:
        pytest.skip("chromium is not installed (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    path = CHROMIUM if CHROMIUM.exists() else shutil.which("chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(path), args=list(FLAGS))
        yield running
        running.close()
