import gzip
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from hotset.data.listing import list_inputs
from hotset.data.tally import LastReport
from hotset.data.text import rdd_of_lines, read_lines

CASES = {
    "line feeds": (b"a\nb\n", ["a", "b"]),
    "carriage returns": (b"a\rb\r\nc", ["a", "b", "c"]),
    "empty lines": (b"\n\na\n", ["", "", "a"]),
    "nothing": (b"", []),
    "byte-order mark": (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", ["a", "\ufeffb"]),
    "other line separators are text": ("a\u2028b\x85c\x0bd".encode(), ["a\u2028b\x85c\x0bd"]),
    "ill-formed pieces": (b"\xe2\x82|\xed\xa0\x80|\xff", ["\ufffd|\ufffd\ufffd\ufffd|\ufffd"]),
    "NUL": (b"a\0b", ["a\0b"]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("suffix", [".txt", ".txt.gz"])
def test_frame_and_rdd_give_the_same_lines(spark: SparkSession, tmp_path: Path, case: str, suffix: str) -> None:
    content, expected = CASES[case]
    file = tmp_path / f"in{suffix}"
    file.write_bytes(gzip.compress(content, mtime=0) if suffix == ".txt.gz" else content)
    listing = list_inputs([str(file)])

    frame, _ = read_lines(spark, listing)
    rdd, _ = rdd_of_lines(spark, listing)

    assert ([row.value for row in frame.collect()], rdd.collect()) == (expected, expected)


@pytest.mark.thorough
def test_a_file_cut_into_many_partitions_loses_and_doubles_no_line(spark: SparkSession, tmp_path: Path) -> None:
    lines = [f"{number} {'x' * (number % 300)}" for number in range(20_000)]
    (tmp_path / "in.txt").write_bytes(b"".join(line.encode() + b"\r\n" for line in lines))
    spark.conf.set("spark.sql.files.maxPartitionBytes", "10007")

    try:
        frame, _ = read_lines(spark, list_inputs([str(tmp_path)]))
        read = [row.value for row in frame.collect()]
        partitions = frame.rdd.getNumPartitions()
    finally:
        spark.conf.unset("spark.sql.files.maxPartitionBytes")

    assert partitions > 100
    assert sorted(read) == sorted(lines)


def test_counts_of_a_task_that_ran_twice_count_once() -> None:
    last = LastReport()

    total = last.zero({})
    for report in ({0: (10, 1)}, {1: (5, 0)}, {0: (10, 1)}):
        total = last.addInPlace(total, report)

    assert total == {0: (10, 1), 1: (5, 0)}


def test_nothing_is_counted_before_an_action_has_run(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a\n")

    _, counter = rdd_of_lines(spark, list_inputs([str(tmp_path)]))

    assert counter.counted() is None
