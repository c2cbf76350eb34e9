"""Every job reads and writes paths of this machine, also where Hadoop's default is another file system."""

import dataclasses
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hotset import Dataset, Duration, Run
from hotset.data.manifest import load_manifest

pytestmark = pytest.mark.thorough

TABLE = "k,v,w\na,1,x\nb,2,y\na,3,z\n"
READINGS = "device_id,timestamp,value\n" + "".join(f"1,2024-01-01 00:{m:02}:00,{m}.5\n" for m in range(30))

JOBS: dict[str, tuple[str, dict[str, Any], int]] = {
    "wordcount": ("wordcount", {"input": ("text",)}, 4),
    "wordcount by frame": ("wordcount", {"input": ("text",), "method": "dataframe", "format": "parquet"}, 4),
    "wordcount by rdd": ("wordcount", {"input": ("text",), "method": "rdd", "strict": True}, 4),
    "group": ("group", {"input": ("table",), "by": ("k",), "agg": ("v:sum",)}, 2),
    "group with where": ("group", {"input": ("table",), "by": ("k",), "agg": ("v:sum",), "where": "v > 1"}, 2),
    "group by frame": ("group", {"input": ("table",), "by": ("k",), "agg": ("v:sum",), "method": "dataframe"}, 2),
    "group of parquet": ("group", {"input": ("parquet",), "by": ("k",), "agg": ("*:count",), "format": "json"}, 2),
    **{
        f"join by {method}": ("join", {"left": ("table",), "right": ("table",), "on": ("k",), "method": method}, 5)
        for method in ("expression", "dataframe")
    },
    "sensor-report": ("sensor_report", {"input": ("readings",), "anomalies": "other", "gap": Duration("1 minute")}, 1),
    "sensor-report by frame": ("sensor_report", {"input": ("readings",), "method": "dataframe"}, 1),
    "compact": ("compact", {"input": ("table",), "sort_by": ("v",)}, 3),
    "array-mean": ("array_mean", {"shape": "100x100", "chunks": "50x50"}, 1),
    "parallel-map": ("parallel_map", {"input": ("text",), "function": "builtins:str.upper"}, 2),
}


@pytest.fixture
def elsewhere(run: Run) -> Iterator[None]:
    """Paths without a scheme belong to an HDFS that nobody runs."""
    context: Any = run.spark.sparkContext
    configuration = context._jsc.hadoopConfiguration()
    before = configuration.get("fs.defaultFS")
    configuration.set("fs.defaultFS", "hdfs://127.0.0.1:9")
    yield
    configuration.set("fs.defaultFS", before)


@pytest.fixture
def inputs(tmp_path: Path) -> Callable[[Any], Any]:
    """A function that puts the paths of files that are there in the place of their names."""
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    directory = tmp_path / "in #1 %20,+한"
    directory.mkdir()
    files = {name: directory / f"{name}.{suffix}" for name, suffix in
             {"text": "txt", "table": "csv", "readings": "csv", "parquet": "parquet"}.items()}  # fmt: skip
    files["text"].write_text("a b\nc d a\n")
    files["table"].write_text(TABLE)
    files["readings"].write_text(READINGS)
    parquet.write_table(csv.read_csv(files["table"]), files["parquet"])
    return lambda value: (str(files[value[0]]),) if isinstance(value, tuple) and value[0] in files else value


@pytest.mark.parametrize(("module", "given", "rows"), JOBS.values(), ids=JOBS)
@pytest.mark.usefixtures("elsewhere")
def test_a_job_reads_and_writes_here(
    module: str, given: dict[str, Any], rows: int, run: Run, inputs: Callable[[Any], Any], tmp_path: Path
) -> None:
    job = import_module(f"hotset.jobs.{module}.job")
    values = {name: inputs(value) for name, value in given.items()}
    values |= {name: str(tmp_path / value) for name, value in values.items() if value == "other"}

    job.main(run, job.Params(**values, output=str(tmp_path / "out #%25")))

    manifest = load_manifest(tmp_path / "out #%25")
    assert manifest
    assert manifest.rows >= 1 if module == "array_mean" else manifest.rows == rows


@pytest.mark.usefixtures("elsewhere")
def test_what_is_kept_and_what_was_published_lies_here(run: Run, tmp_path: Path) -> None:
    rows = Dataset("n bigint, part string", format="parquet", partition_by=("part",))
    frame = run.spark.createDataFrame([(1, "a=1"), (2, "b")], "n bigint, part string")
    kept = run.keep("rows", frame, "PARQUET")

    run.publish(rows, kept, str(tmp_path / "out"))

    assert sorted(run.published(rows, str(tmp_path / "out")).collect()) == [(1, "a=1"), (2, "b")]
    assert dataclasses.asdict(run.report.publishes[0])["rows"] == 2
