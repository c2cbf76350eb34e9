"""A job by plain Python or by Spark's own script: `python jobs/run.py NAME …`, `spark-submit jobs/run.py NAME …`."""

import sys

try:
    from hotset import main
except ImportError as missing:
    sys.exit(f"{sys.executable}: {missing}; `make setup`, then use .venv/bin/python (or set PYSPARK_PYTHON to it)")

name, *arguments = sys.argv[1:] or [""]
main(name, arguments)
