"""Store a table more narrowly: `spark-submit jobs/compact.py --help`, or `python jobs/compact.py --help`."""

import sys

try:
    from hotset import main
except ImportError as missing:
    sys.exit(f"{sys.executable}: {missing}; `make setup`, then use .venv/bin/python (or set PYSPARK_PYTHON to it)")

main("compact")
