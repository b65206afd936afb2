"""What the pages process insists on before it serves anything."""

import ast
import re
import tomllib

import pytest

from lumbarwatch.cli.page_process import (
    REQUIRED,
    SettingsRefused,
    assert_settings,
    dashboards_folder,
    headers,
)


def test_the_settings_beside_the_script_are_the_required_ones():
    written = tomllib.loads((dashboards_folder() / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    flat = {
        f"{section}.{name}": value for section, entries in written.items() for name, value in entries.items()
    }
    assert {name: flat.get(name) for name in REQUIRED} == dict(REQUIRED)


def test_another_setting_is_refused_by_name():
    changed = dict(REQUIRED) | {"runner.postScriptGC": True}
    with pytest.raises(SettingsRefused, match=r"runner\.postScriptGC"):
        assert_settings(changed.get)
    assert_settings(dict(REQUIRED).get)


def test_a_page_may_talk_to_itself_and_the_feed_only():
    found = dict(headers(8600))
    policy = found[b"content-security-policy"].decode()
    hosts = set(re.findall(r"\w+://[^ ;]+", policy))
    assert hosts == {"ws://127.0.0.1:8600"}
    assert "frame-ancestors 'none'" in policy
    assert found[b"x-content-type-options"] == b"nosniff"


def test_pages_never_import_bluetooth_or_the_hubs_inside():
    forbidden = ("bleak", "bumble", "lumbarwatch.sensors", "lumbarwatch.simulate")
    allowed = ("lumbarwatch.hub.client", "lumbarwatch.hub.messages")
    for path in dashboards_folder().rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                assert not name.startswith(forbidden), path
                assert not name.startswith("lumbarwatch.hub") or name in allowed, path
