"""A component's parts become one module that needs nothing from elsewhere."""

import re

import pytest

from lumbarwatch.cli.page_process import dashboards_folder

_LINES = re.MULTILINE | re.DOTALL


@pytest.fixture(autouse=True)
def _pages_importable(monkeypatch):
    monkeypatch.syspath_prepend(dashboards_folder())


def test_parts_lose_imports_and_exports_but_the_default(tmp_path):
    from components.bundle import bundle

    (tmp_path / "a.js").write_text("export const A = 1;\nexport function f() {}\n", encoding="utf-8")
    (tmp_path / "b.js").write_text(
        'import {\n  A,\n} from "./a.js";\nexport default function () { return A; }\n', encoding="utf-8"
    )
    text = bundle([tmp_path / "a.js", tmp_path / "b.js"])
    assert "import" not in text
    assert text.count("export") == 1
    assert "export default function () { return A; }" in text


@pytest.mark.parametrize("name", ["live_view", "wall"])
def test_parts_import_only_from_parts_before_them(name):
    import importlib

    parts = importlib.import_module(f"components.{name}").PARTS
    seen = set()
    for part in parts:
        wanted = re.findall(r'^import .*?from "(.*?)"', part.read_text(encoding="utf-8"), _LINES)
        assert {(part.parent / path).resolve() for path in wanted} <= seen
        seen.add(part.resolve())


@pytest.mark.parametrize("name", ["live_view", "wall"])
def test_nothing_comes_from_outside(name):
    import importlib

    for part in importlib.import_module(f"components.{name}").PARTS:
        assert not re.search(r"https?://|//cdn|@import", part.read_text(encoding="utf-8")), part
