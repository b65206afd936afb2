"""What holds for all tests: where CI has installed chromium and compilers, their tests may not be skipped."""

import os

import pytest

NEEDED = ("browser", "compiler")
"""Marks of tests that skip where a machine lacks a tool."""


def _all_tools_must_be_here():
    in_ci = os.environ.get("CI", "").lower() in {"1", "true"}
    return in_ci or os.environ.get("LUMBARWATCH_REQUIRE_BROWSER") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    marked = any(item.get_closest_marker(name) for name in NEEDED)
    if report.skipped and marked and not hasattr(report, "wasxfail") and _all_tools_must_be_here():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where it must run: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    folders = set(collector.path.parts) & {"browser", "firmware_notes"}
    if report.outcome == "skipped" and folders and _all_tools_must_be_here():
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped where it must run: {report.longrepr}"
    return report


def pytest_collection_modifyitems(items):
    """Fast tests first: what drives a browser, takes long or has a process of its own comes last."""
    items.sort(key=lambda item: bool(item.get_closest_marker("browser") or item.get_closest_marker("slow")))
