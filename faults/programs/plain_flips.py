"""Small tables in every format by df.write, one bit turned at a time, read again by Spark.

    python -m faults.programs.plain_flips RESULT.json FLIPS SEED with|without

`with` the .crc files that Spark writes beside its own on a local disk, or `without` them, as after most copies.
"""

import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from faults.flips import flipped
from faults.subjects.plain import SETTINGS

SCHEMA = "id bigint, generation int, day string"
FORMATS = ("csv", "json", "parquet", "text", "orc")
OTHER = "no error, other rows"


def main(result: Path, flips: int, seed: str, sums: str) -> None:
    spark = session()
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=result.parent) as directory:
        places = {name: written(spark, name, Path(directory, name), sums == "with") for name in FORMATS}
        truth = {name: rows(read(spark, name, place)) for name, place in places.items()}
        found = []
        for _ in range(flips):
            name = rng.choice(FORMATS)
            files = sorted(path for path in places[name].iterdir() if path.name.startswith((".part", "part")))
            with flipped(rng.choice(files), rng) as where:
                told = told_of(spark, name, places[name], truth[name])
            found.append({"format": name, "where": where, "told": told, "silent": told == OTHER})
    result.write_text(json.dumps(found))
    spark.stop()


def session() -> SparkSession:
    builder = SparkSession.builder.appName("plain flips")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def written(spark: SparkSession, name: str, place: Path, with_sums: bool) -> Path:
    frame = spark.range(600).select("id", F.lit(1).alias("generation"), (F.col("id") % 24).cast("string").alias("day"))
    table = frame.select(F.concat_ws(" ", *frame.columns).alias("value")) if name == "text" else frame
    table.coalesce(2).write.format(name).save(str(place))
    if not with_sums:
        for file in place.glob(".*.crc"):
            file.unlink()
    return place


def read(spark: SparkSession, name: str, place: Path) -> DataFrame:
    return spark.read.format(name).schema("value string" if name == "text" else SCHEMA).load(str(place))


def rows(frame: DataFrame) -> list[Any]:
    return sorted(map(str, frame.collect()))


def told_of(spark: SparkSession, name: str, place: Path, truth: list[Any]) -> str:
    try:
        return "no error, same rows" if rows(read(spark, name, place)) == truth else OTHER
    except Exception:  # Spark's or py4j's: whatever it is, the person is told
        return "error"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
