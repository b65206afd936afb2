"""``lumbarwatch --help`` starts at once: command modules load what is heavy inside their functions."""

import subprocess
import sys

HEAVY = """numpy scipy vqf pyarrow pydantic sqlalchemy bleak bumble streamlit matplotlib mcap uvicorn
starlette httpx reportlab""".split()


def test_the_command_line_loads_nothing_heavy():
    code = f"import sys, lumbarwatch.cli.main; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
