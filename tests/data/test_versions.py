"""What becomes of a version that is there: refused, replaced, added to, replaced in part."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from small_version import claim, make_version, text_of

from hotset import DataError, Dataset, InputError, OutputError, Run, SchemaError, UsageError, open_run
from hotset.data.at_rest import SparkAtRest
from hotset.data.claim import IfExists
from hotset.data.manifest import Manifest, QuarantineFile, read_manifest
from hotset.data.publish import Terms, publish
from hotset.data.verify import verify

DAYS = Dataset("day string, n int", partition_by=("day",))
NUMBERS = Dataset("n bigint")


@contextmanager
def opened(tmp_path: Path, if_exists: IfExists) -> Iterator[Run]:
    with open_run("demo", report=tmp_path / "report.json", if_exists=if_exists) as run:
        yield run


def publish_days(
    tmp_path: Path,
    if_exists: IfExists,
    *rows: tuple[str | None, int | None],
    partitions: Any = None,
    dataset: Dataset = DAYS,
) -> None:
    with opened(tmp_path, if_exists) as run:
        frame = run.spark.createDataFrame(list(rows), DAYS.columns)
        run.publish(dataset, frame, str(tmp_path / "out"), partitions=partitions)


def publish_numbers(tmp_path: Path, if_exists: IfExists, count: int, dataset: Dataset = NUMBERS) -> None:
    with opened(tmp_path, if_exists) as run:
        run.publish(dataset, run.spark.range(count).toDF("n"), str(tmp_path / "out"))


def rows_of(run: Run, tmp_path: Path) -> list[tuple[Any, ...]]:
    """What plain Spark reads there."""
    frame = run.spark.read.schema("n int, day string").parquet(str(tmp_path / "out"))
    return sorted(((row.day, row.n) for row in frame.collect()), key=str)


def manifest_of(tmp_path: Path) -> Manifest:
    manifest = read_manifest(tmp_path / "out")
    assert manifest
    return manifest


@pytest.mark.usefixtures("spark")
def test_replace_leaves_the_new_rows_alone_and_the_old_version_as_the_previous(tmp_path: Path) -> None:
    publish_numbers(tmp_path, "refuse", 3)

    publish_numbers(tmp_path, "replace", 5)

    old = read_manifest(tmp_path / ".out.hotset/previous")
    assert old
    assert (manifest_of(tmp_path).rows, old.rows) == (5, 3)
    assert [maker.mode for maker in manifest_of(tmp_path).history] == ["replace"]
    assert verify(tmp_path / "out").damaged == verify(tmp_path / ".out.hotset/previous").damaged == ()


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("if_exists", ["replace", "append"])
def test_where_nothing_is_every_mode_makes_the_first_version(tmp_path: Path, if_exists: IfExists) -> None:
    publish_numbers(tmp_path, if_exists, 3)

    assert manifest_of(tmp_path).rows == 3


def test_append_adds_rows_without_writing_the_old_ones_again(run: Run, tmp_path: Path) -> None:
    publish_days(tmp_path, "refuse", ("mon", 1), ("tue", 2))
    before = {path.name: path.stat().st_ino for path in (tmp_path / "out").rglob("part-*")}

    publish_days(tmp_path, "append", ("tue", 3))

    after = {path.name: path.stat().st_ino for path in (tmp_path / "out").rglob("part-*")}
    assert rows_of(run, tmp_path) == [("mon", 1), ("tue", 2), ("tue", 3)]
    assert before.items() <= after.items()
    assert [maker.mode for maker in manifest_of(tmp_path).history] == ["refuse", "append"]
    assert verify(tmp_path / "out").damaged == ()


def test_two_publications_of_one_run_to_one_place_do_not_collide(run: Run, tmp_path: Path) -> None:
    with opened(tmp_path, "append") as appending:
        for number in (1, 2):
            frame = appending.spark.createDataFrame([("mon", number)], DAYS.columns).coalesce(1)
            appending.publish(DAYS, frame, str(tmp_path / "out"))

    assert rows_of(run, tmp_path) == [("mon", 1), ("mon", 2)]


def test_replace_partitions_replaces_those_in_the_new_rows_and_keeps_the_others(run: Run, tmp_path: Path) -> None:
    publish_days(tmp_path, "refuse", ("mon", 1), ("tue", 2), ("a/b c=1%", 3), (None, 4))

    publish_days(tmp_path, "replace-partitions", ("tue", 20), ("a/b c=1%", 30), (None, 40))

    assert rows_of(run, tmp_path) == [("a/b c=1%", 30), ("mon", 1), ("tue", 20), (None, 40)]
    assert [maker.superseded for maker in manifest_of(tmp_path).history] == [True, False]


def test_a_declared_partition_without_new_rows_disappears(run: Run, tmp_path: Path) -> None:
    publish_days(tmp_path, "refuse", ("mon", 1), ("tue", 2))

    publish_days(tmp_path, "replace-partitions", ("tue", 3), partitions=[{"day": "mon"}, {"day": "tue"}])

    assert rows_of(run, tmp_path) == [("tue", 3)]
    assert not list((tmp_path / "out").glob("day=mon*"))


@pytest.mark.usefixtures("spark")
def test_rows_outside_of_the_declared_partitions_are_refused(tmp_path: Path) -> None:
    publish_days(tmp_path, "refuse", ("mon", 1))

    with pytest.raises(DataError, match="outside the partitions that are declared, got 'day=tue'"):
        publish_days(tmp_path, "replace-partitions", ("tue", 3), partitions=[{"day": "mon"}])

    assert manifest_of(tmp_path).rows == 1


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(
    ("if_exists", "dataset", "partitions", "reason"),
    [
        ("replace-partitions", NUMBERS, None, "needs a dataset with partition_by"),
        ("append", NUMBERS, [{"n": 1}], "is no partition column"),
        ("refuse", DAYS.stored_as("text"), None, "lines of text have no partition columns"),
        ("append", DAYS, [{"day": "mon"}], "for replace-partitions, got if_exists=.append"),
    ],
)
def test_partitions_that_make_no_sense_are_refused(
    tmp_path: Path, if_exists: IfExists, dataset: Dataset, partitions: Any, reason: str
) -> None:
    with pytest.raises(UsageError, match=reason), opened(tmp_path, if_exists) as run:
        frame = run.spark.createDataFrame([], dataset.columns)
        run.publish(dataset, frame, str(tmp_path / "out"), partitions=partitions)

    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(
    ("dataset", "difference"),
    [
        (Dataset("n bigint", format="json"), "the format of .*: parquet there, got json"),
        (Dataset("n bigint, m int"), "the columns of .*: n:bigint there, got n:bigint, m:int"),
    ],
)
def test_append_of_another_shape_is_refused_with_the_difference(
    tmp_path: Path, dataset: Dataset, difference: str
) -> None:
    publish_numbers(tmp_path, "refuse", 3)

    with pytest.raises(SchemaError, match=difference), opened(tmp_path, "append") as run:
        run.publish(dataset, run.spark.createDataFrame([], dataset.columns), str(tmp_path / "out"))

    assert manifest_of(tmp_path).rows == 3


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("there", ["directory", "damaged manifest", "file", "link to a version"])
@pytest.mark.parametrize("if_exists", ["replace", "append"])
def test_what_is_no_version_of_ours_is_never_replaced(tmp_path: Path, if_exists: IfExists, there: str) -> None:
    out = tmp_path / "out"
    match there:
        case "directory":
            out.mkdir()
        case "file":
            out.write_text("mine")
        case "link to a version":
            make_version(tmp_path / "version", "a")
            out.symlink_to("version")
        case _:
            make_version(out, "a")
            (out / "_MANIFEST.json").write_bytes((out / "_MANIFEST.json").read_bytes().replace(b"demo", b"demp"))
    before = out.lstat()

    with pytest.raises(OutputError):
        publish_numbers(tmp_path, if_exists, 3)

    assert (out.lstat().st_ino, out.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.usefixtures("spark")
def test_an_old_file_that_is_gone_stops_the_append(tmp_path: Path) -> None:
    publish_numbers(tmp_path, "refuse", 3)
    next((tmp_path / "out").glob("part-*")).unlink()

    with pytest.raises(InputError, match="is not what its manifest says"):
        publish_numbers(tmp_path, "append", 3)


@pytest.mark.parametrize(("if_exists", "expected"), [("append", ["a", "b"]), ("replace", ["b"])])
def test_quarantine_is_published_with_the_rows_and_stays_with_them(
    run: Run, tmp_path: Path, if_exists: IfExists, expected: list[str]
) -> None:
    frame = run.spark.range(2).toDF("n")
    claimed = claim(tmp_path / "out", if_exists=if_exists)

    def seal(version: Path, name: str) -> tuple[tuple[QuarantineFile, ...], tuple[()]]:
        (version / "_quarantine").mkdir()
        (version / "_quarantine" / f"{name}.json").write_text("{}\n")
        digest = "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"  # of {} and a line end
        return (QuarantineFile(f"_quarantine/{name}.json", 3, digest, 1),), ()

    for name in ("a", "b"):
        named = partial(seal, name=name)
        terms = Terms(claimed, run._journal.maker(), named, lambda _: None, SparkAtRest(lambda: run.spark, {}))
        publish(lambda: run.spark, frame, NUMBERS, terms)
    claimed.release()

    assert sorted(path.stem for path in (tmp_path / "out/_quarantine").iterdir()) == expected
    assert [Path(file.path).stem for file in manifest_of(tmp_path).quarantine] == expected
    assert verify(tmp_path / "out").damaged == ()


@pytest.mark.parametrize("fails", ["seal", "last_check"])
def test_what_is_refused_at_the_last_moment_leaves_the_old_version(run: Run, tmp_path: Path, fails: str) -> None:
    make_version(tmp_path / "out", "old")
    claimed = claim(tmp_path / "out")

    def refuse(*_: Path) -> Any:
        raise DataError("the books do not balance")

    seal, last_check = (refuse, lambda _: None) if fails == "seal" else (lambda _: ((), ()), refuse)
    with pytest.raises(DataError):
        publish(
            lambda: run.spark,
            run.spark.range(2).toDF("n"),
            NUMBERS,
            Terms(claimed, run._journal.maker(), seal, last_check, SparkAtRest(lambda: run.spark, {})),
        )
    claimed.release()

    assert text_of(tmp_path / "out") == "old\n"
    assert not list((tmp_path / ".out.hotset").glob("*.staging"))


@pytest.mark.usefixtures("spark")
def test_a_check_sees_all_that_will_stand_there_and_may_refuse_it(tmp_path: Path) -> None:
    seen: list[int] = []

    def check(version: str) -> None:
        seen.append(verify(Path(version)).manifest.rows)
        if seen != [2]:
            raise DataError("two are enough")

    def publish_rows(rows: int) -> None:
        with opened(tmp_path, "replace") as run:
            run.publish(NUMBERS, run.spark.range(rows).toDF("n"), str(tmp_path / "out"), check=check)

    publish_rows(2)
    with pytest.raises(DataError, match="two are enough"):
        publish_rows(3)

    assert seen == [2, 3]
    assert manifest_of(tmp_path).rows == 2


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("file_format", ["parquet", "csv", "json", "text"])
def test_a_key_that_is_null_or_twice_is_refused_with_the_worst(tmp_path: Path, file_format: Any) -> None:
    dataset = Dataset("word string, n int", file_format, key=("word",))
    rows = [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2), (None, 1), ("c", 1)]

    with pytest.raises(DataError) as refused, opened(tmp_path, "refuse") as run:
        run.publish(dataset, run.spark.createDataFrame(rows, dataset.columns), str(tmp_path / "out"))

    assert str(refused.value) == (
        "the key (word) is null or not unique, got ('a') 3 times, ('b') 2 times, (None) 1 times; drop the duplicates"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("spark")
def test_append_checks_the_key_against_the_rows_that_are_there(tmp_path: Path) -> None:
    dataset = Dataset("n bigint", key=("n",))
    publish_numbers(tmp_path, "refuse", 3, dataset)

    there = rf"\(in part-\d+-{manifest_of(tmp_path).history[0].run_id}-[^ ]*, there before, and in new rows\)"
    with pytest.raises(DataError, match=rf"\(0\) 2 times {there}, \(1\) 2 times {there}, \(2\) 2 times {there}; drop"):
        publish_numbers(tmp_path, "append", 4, dataset)

    assert manifest_of(tmp_path).rows == 3


@pytest.mark.usefixtures("spark")
def test_append_of_rows_that_are_partitioned_otherwise_is_refused(tmp_path: Path) -> None:
    publish_days(tmp_path, "refuse", ("mon", 1))

    with pytest.raises(SchemaError, match=r"the partition_by of .*: \('day',\) there, got \(\)"):
        publish_days(tmp_path, "append", ("mon", 2), dataset=Dataset(DAYS.columns))


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("file_format", ["parquet", "csv", "json"])
def test_where_the_twins_of_a_key_are_is_told_with_their_partition(tmp_path: Path, file_format: Any) -> None:
    dataset = Dataset("day string, n int", file_format, partition_by=("day",), key=("n",))
    publish_days(tmp_path, "refuse", ("mon", 1), ("a/b c=1%", 2), dataset=dataset)

    with pytest.raises(DataError) as refused:
        publish_days(tmp_path, "append", ("tue", 2), ("tue", 3), ("mon", 3), ("wed", 4), dataset=dataset)

    run_id = manifest_of(tmp_path).history[0].run_id
    assert "(2) 2 times (in day=a%2Fb c%3D1%25/part-0" in str(refused.value)
    assert f"-{run_id}-" in str(refused.value)
    assert "(3) 2 times (all in new rows); drop" in str(refused.value)
    assert manifest_of(tmp_path).rows == 2


@pytest.mark.thorough
@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("file_format", ["parquet", "csv", "json", "orc"])
def test_a_key_of_a_partitioned_dataset_is_that_column_and_no_other(tmp_path: Path, file_format: Any) -> None:
    dataset = Dataset("day string, n int", file_format, partition_by=("day",), key=("n",))

    publish_days(tmp_path, "refuse", ("mon", 1), ("mon", 2), dataset=dataset)
    publish_days(tmp_path, "replace-partitions", ("mon", 3), ("mon", 4), dataset=dataset)

    with pytest.raises(DataError, match=r"\(3\) 2 times \(in day=mon/part-.* there before, and in new rows\)"):
        publish_days(tmp_path, "replace-partitions", ("tue", 3), dataset=dataset)


@pytest.mark.usefixtures("spark")
def test_rows_of_before_are_looked_at_when_a_column_becomes_not_null(tmp_path: Path) -> None:
    promising = Dataset("day string, n int not null", partition_by=("day",))
    publish_days(tmp_path, "refuse", ("mon", None), ("tue", 2))

    with pytest.raises(DataError, match="column 'n' is null, declared not null, in 1 of 3 rows"):
        publish_days(tmp_path, "append", ("tue", 3), dataset=promising)
    publish_days(tmp_path, "replace-partitions", ("mon", 1), dataset=promising)

    assert manifest_of(tmp_path).columns == promising.columns


@pytest.mark.usefixtures("spark")
def test_report_has_the_rows_and_the_sizes_of_what_was_written(tmp_path: Path) -> None:
    publish_numbers(tmp_path, "refuse", 3)
    before = set((tmp_path / "out").glob("part-*"))
    publish_numbers(tmp_path, "append", 2)

    published = json.loads((tmp_path / "report.json").read_text())["publishes"][0]
    sizes = [path.stat().st_size for path in set((tmp_path / "out").glob("part-*")) - before]
    assert (published["rows"], published["version_rows"]) == (2, 5)
    assert (published["files"], published["bytes"]) == (len(sizes), sum(sizes))
    assert (published["smallest_bytes"], published["largest_bytes"]) == (min(sizes), max(sizes))
