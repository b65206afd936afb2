"""pyarrow, which ships no types: named here once, loaded when first needed by a file format."""

import importlib
from typing import Any

pa: Any = importlib.import_module("pyarrow")
compute: Any = importlib.import_module("pyarrow.compute")
csv: Any = importlib.import_module("pyarrow.csv")
parquet: Any = importlib.import_module("pyarrow.parquet")
