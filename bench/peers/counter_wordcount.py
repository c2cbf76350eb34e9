"""Plain Python: one process, one line after the other."""

import csv
from collections import Counter
from pathlib import Path

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    counts: Counter[str] = Counter()
    with Path(source).open(encoding="utf-8") as lines:
        for line in lines:
            counts.update(line.rstrip("\n").split(" "))
    del counts[""]
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(counts.most_common())


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
