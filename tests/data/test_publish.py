import hashlib
import json
import os
import stat
import threading
from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

from hotset import Dataset, InputError, OutputError, Run, SchemaError
from hotset.data.rename import rename_new

NUMBERS = Dataset("n bigint")


def leftovers(directory: Path) -> list[str]:
    """What a run left beside its output."""
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*.staging*"))


def test_publish_leaves_a_whole_version_with_a_manifest_that_describes_it(run: Run, tmp_path: Path) -> None:
    frame = run.spark.range(10).select(F.col("id").alias("n"))

    run.publish(NUMBERS, frame, str(tmp_path / "new" / "out"))

    out = tmp_path / "new" / "out"
    manifest = json.loads((out / "_MANIFEST.json").read_text())
    files = {file["path"]: file["sha256"] for file in manifest["files"]}
    assert files == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.glob("part-*")}
    assert (manifest["rows"], manifest["format"], manifest["columns"]) == (10, "parquet", "n bigint")
    assert manifest["history"][0]["run_id"] == run.report.run_id
    assert leftovers(tmp_path) == []


def test_publish_gives_data_the_mode_of_the_directory_it_lies_in(run: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    before = os.umask(0o077)

    try:
        run.publish(NUMBERS, run.spark.range(3).toDF("n"), str(tmp_path / "out"))
    finally:
        os.umask(before)

    modes = {path.name[:4]: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o750
    assert modes["part"] == modes["_MAN"] == 0o640


@pytest.mark.parametrize("there", ["directory", "empty directory", "file", "broken link"])
def test_publish_refuses_whatever_exists_and_leaves_it_alone(run: Run, tmp_path: Path, there: str) -> None:
    out = tmp_path / "out"
    if there == "file":
        out.write_text("mine")
    elif there == "broken link":
        out.symlink_to(tmp_path / "nowhere")
    else:
        out.mkdir()
        (out / "mine").write_text("mine") if there == "directory" else None

    with pytest.raises(OutputError, match="exists"):
        run.publish(NUMBERS, run.spark.range(3).toDF("n"), str(out))

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not out.is_dir() or {path.name for path in out.iterdir()} <= {"mine"}


def test_publish_refuses_columns_that_are_not_the_datasets(run: Run, tmp_path: Path) -> None:
    frame = run.spark.range(3).select(F.col("id").cast("int").alias("m"))

    with pytest.raises(SchemaError, match="declared n bigint, got m int"):
        run.publish(NUMBERS, frame, str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()


def test_a_job_that_fails_while_writing_publishes_nothing(run: Run, tmp_path: Path) -> None:
    failing = run.spark.range(100).select(F.assert_true(F.col("id") < 99).isNull().cast("bigint").alias("n"))

    with pytest.raises(PySparkException):
        run.publish(NUMBERS, failing, str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()
    assert leftovers(tmp_path) == []


def test_an_input_that_changes_while_it_is_read_stops_the_publishing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a\n")
    lines = run.read(Dataset("value string", format="text"), str(tmp_path / "in.txt"))
    (tmp_path / "in.txt").write_text("a\nb\n")

    with pytest.raises(InputError, match=r"in\.txt changed while it was read"):
        run.publish(Dataset("value string"), lines, str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()


def test_publish_refuses_to_write_into_its_own_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a\n")
    lines = run.read(Dataset("value string", format="text"), str(tmp_path))

    with pytest.raises(OutputError, match="lies inside the input"):
        run.publish(Dataset("value string"), lines, str(tmp_path / "out"))


def test_an_rdd_of_tuples_is_published_like_a_frame(run: Run, tmp_path: Path) -> None:
    pairs = run.spark.sparkContext.parallelize([("b", 1), ("a", None)], 1)

    run.publish(Dataset("word string, n bigint", format="text"), pairs, str(tmp_path / "out"))

    assert next((tmp_path / "out").glob("part-*")).read_text() == "('b', 1)\n('a', None)\n"


def test_of_many_that_take_one_name_at_once_one_wins_and_nothing_mixes(tmp_path: Path) -> None:
    wins, losses = [], []
    for number in range(20):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "who").write_text(str(number))

    def take(number: int) -> None:
        try:
            rename_new(tmp_path / f"{number}", tmp_path / "out")
            wins.append(number)
        except OutputError:
            losses.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(wins) == 1
    assert len(losses) == 19
    assert (tmp_path / "out" / "who").read_text() == str(wins[0])
