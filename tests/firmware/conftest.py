"""The portable code, compiled once."""

import ctypes
from pathlib import Path

import pytest

from firmware.portable import compiler, load, make


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler("cc")
    compiler("make")
    return tmp_path_factory.mktemp("firmware")


@pytest.fixture(scope="session")
def library(build: Path) -> ctypes.CDLL:
    make("shared", build)
    return load(build / "liblm1.so")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is built needs a compiler: skipped where a machine has none, never in CI."""
    for item in items:
        if {"build", "library"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.compiler)
