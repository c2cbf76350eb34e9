"""One small version in each format, published by hotset, with a quarantine.

python -m faults.programs.every_format DIR
"""

import sys
from pathlib import Path

from pyspark.sql import functions as F

from faults.inputs import Ids
from hotset import Dataset, open_run
from hotset.data.dataset import Format

FORMATS: tuple[Format, ...] = ("csv", "json", "parquet", "text", "orc")
IDS = Dataset("id bigint not null, generation int not null, day string not null, at timestamp not null", format="csv")
LINES = Dataset("value string", format="text")


def main(directory: Path) -> None:
    source = Ids(generation=1, ids=600, bad_every=100).write(directory / "in")
    with open_run("every format", report=directory / "report.json", max_bad="100%") as run:
        ids = run.read(IDS, str(source))
        for name in FORMATS:
            if name == "text":
                run.publish(LINES, ids.select(F.concat_ws(" ", "id", "day").alias("value")), str(directory / name))
            else:
                run.publish(IDS.stored_as(name), ids, str(directory / name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
