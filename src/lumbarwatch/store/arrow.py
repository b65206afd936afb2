"""pyarrow, which ships no types: named here once for the store."""

import importlib
from typing import Any

pa: Any = importlib.import_module("pyarrow")
pq: Any = importlib.import_module("pyarrow.parquet")
