"""hotset reads: `python -m bench.ours.reading clean|dirty|published INPUT OUTPUT`, or `… clean --serve`."""

import sys
from pathlib import Path

from bench.peers.spark_reading import write_facts
from bench.serve import main
from bench.ten_columns import COLUMNS
from hotset import Dataset, open_run
from hotset.session.spark import Session, Wishes, open_session

FILE = sys.argv.pop(1)
READINGS = Dataset(COLUMNS, format="csv")


def start() -> Session:
    return open_session(Wishes("bench"))


def work(_session: Session, source: str, target: str) -> None:
    path = Path(source, FILE if FILE == "published" else f"{FILE}.csv")
    with open_run("reading", report=f"{target}.report.json", max_bad="2%") as run:
        write_facts(run.read(READINGS, str(path)), "dirty" if FILE == "dirty" else "clean", target)


if __name__ == "__main__":
    main(start, work, Session.close)
