"""A process that imports does not load pandas, and Arrow does its work without."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from dashboard.ingestion.lean import without_pandas
without_pandas()
import pyarrow
from dashboard.ingestion import run
print(pyarrow.array(["a", None]).to_pylist(), "pandas" in sys.modules)
"""


def test_arrow_reads_lists_and_pandas_stays_away() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['a', None] False"
