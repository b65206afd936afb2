"""What import-linter cannot see: calls that make core impure, hidden imports, what the pages import."""

import re

import pytest

from architecture.source import DASHBOARDS, ROOT, SRC, files, imports, names_used

PURE = files(SRC / "core", SRC / "model", SRC / "wire")
ALL = files(SRC)
PAGES = files(DASHBOARDS)

FORBIDDEN_USE = re.compile(
    r"""(
      (datetime\.)?(datetime|date)\.(now|utcnow|today)   # a wall clock
    | numpy\.random(\..*)? | scipy\.stats\..*\.rvs
    | numpy\.(load|save|savez|savetxt|loadtxt|genfromtxt|fromfile|memmap)
    | open | print | input | eval | exec | compile | __import__ | breakpoint | globals
    | importlib(\..*)?
    | functools\.(cache|lru_cache)                       # a result kept between sessions
    )""",
    re.VERBOSE,
)
"""Names that core, model and wire may not use."""

ORDER_DEPENDENT = re.compile(r"numpy\.(dot|matmul|inner|vdot|tensordot)")
"""Sums whose last bit depends on the chunk's size: live would not equal batch (design 3)."""

PAGE_MAY_IMPORT = re.compile(
    r"lumbarwatch(\.(presenters|store|access|model|core|hub\.client|hub\.messages|jobs\.report)(\..*)?)?$|lumbarwatch\.__version__$"
)

HIDDEN_IMPORTS = {
    "src/lumbarwatch/exchange/arrow.py",  # pyarrow has no types
    "src/lumbarwatch/store/arrow.py",
}


@pytest.mark.parametrize("name", PURE)
def test_core_model_and_wire_use_no_clock_chance_file_or_hidden_state(name):
    used = [f"{name}:{line} {use}" for line, use in names_used(PURE[name]) if FORBIDDEN_USE.fullmatch(use)]
    assert not used


@pytest.mark.parametrize("name", [name for name in PURE if "/core/" in name])
def test_core_uses_no_sum_that_depends_on_the_chunk(name):
    used = [f"{name}:{line} {use}" for line, use in names_used(PURE[name]) if ORDER_DEPENDENT.fullmatch(use)]
    assert not used


@pytest.mark.parametrize("name", PURE)
def test_pure_code_keeps_no_mutable_globals(name):
    text = PURE[name].read_text(encoding="utf-8")
    assert not re.search(r"^\s+global\s", text, re.MULTILINE)
    assert not re.search(
        r"^[A-Za-z_]\w*(:[^=]+)?\s*=\s*(\[\]|\{\}|dict\(\)|list\(\)|set\(\))\s*$", text, re.MULTILINE
    )


def test_modules_are_imported_by_name_so_that_the_contracts_see_them():
    hiding = {
        name
        for name, path in ALL.items()
        for _, use in names_used(path)
        if use in {"importlib.import_module", "__import__"}
    }
    assert hiding <= HIDDEN_IMPORTS


@pytest.mark.parametrize("name", PAGES)
def test_pages_see_presenters_store_access_and_the_hubs_client_never_sensors(name):
    ours = {module for module in imports(PAGES[name]) if module.split(".")[0] == "lumbarwatch"}
    foreign = sorted(module for module in ours if not PAGE_MAY_IMPORT.fullmatch(module))
    foreign = [module for module in foreign if module != "lumbarwatch.hub"]
    assert not foreign
    assert not {module.split(".")[0] for module in imports(PAGES[name])} & {"bleak", "bumble", "mcap"}


def test_streamlit_is_named_by_the_pages_and_the_command_line_only():
    naming = {
        name for name, path in ALL.items() if any(m.split(".")[0] == "streamlit" for m in imports(path))
    }
    assert all(name.startswith("src/lumbarwatch/cli/") for name in naming)


def test_the_repository_pins_no_interpreter():
    assert not (ROOT / ".python-version").exists()
