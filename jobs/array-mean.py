"""Figures of a large array: `spark-submit jobs/array-mean.py --help`, or `python jobs/array-mean.py --help`."""

import sys

try:
    from hotset import main
except ImportError as missing:
    sys.exit(f"{sys.executable}: {missing}; `make setup`, then use .venv/bin/python (or set PYSPARK_PYTHON to it)")

main("array-mean")
