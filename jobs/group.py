"""Aggregate columns by keys: `spark-submit jobs/group.py --help`, or `python jobs/group.py --help`."""

import sys

try:
    from hotset import main
except ImportError as missing:
    sys.exit(f"{sys.executable}: {missing}; `make setup`, then use .venv/bin/python (or set PYSPARK_PYTHON to it)")

main("group")
