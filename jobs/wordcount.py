"""Count words: `spark-submit jobs/wordcount.py --help`, or `python jobs/wordcount.py --help`."""

import sys

try:
    from hotset import main
except ImportError as missing:
    sys.exit(f"{sys.executable}: {missing}; `make setup`, then use .venv/bin/python (or set PYSPARK_PYTHON to it)")

main("wordcount")
