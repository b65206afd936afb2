"""The project's own source as syntax trees."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "lumbarwatch"
DASHBOARDS = ROOT / "dashboards"


def files(*folders):
    """Python files below some folders, by path relative to the repository."""
    found = {
        path.relative_to(ROOT).as_posix(): path for folder in folders for path in Path(folder).rglob("*.py")
    }
    return dict(sorted(found.items()))


@cache
def tree(path):
    """Syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path):
    """Every module that a file names in an import, with ``from a import b`` as both ``a`` and ``a.b``."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def aliases(path):
    """What the file's names stand for: ``np`` -> ``numpy``."""
    known = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.split(".")[0]
                known[alias.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return known


def names_used(path):
    """Every dotted name in a file, spelled out: ``np.random.rand`` -> ``numpy.random.rand``, and its line."""
    known = aliases(path)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute | ast.Name):
            dotted = _dotted(node)
            if dotted:
                head, *rest = dotted
                yield node.lineno, ".".join([known.get(head, head), *rest])


def _dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else None
