"""Call a function for all: `spark-submit jobs/parallel-map.py --help`, or `python jobs/parallel-map.py --help`."""

import sys

try:
    from hotset import main
except ImportError as missing:
    sys.exit(f"{sys.executable}: {missing}; `make setup`, then use .venv/bin/python (or set PYSPARK_PYTHON to it)")

main("parallel-map")
