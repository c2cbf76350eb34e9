import csv
import json
import random
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow.parquet as pq
import pytest
from chispa import assert_df_equality
from oracle import count, words_of
from pyspark import RDD
from pyspark.sql import SparkSession
from random_texts import write_texts

from hotset import DataError, Run, UsageError, open_run
from hotset.jobs.wordcount import job as wordcount
from hotset.jobs.wordcount.job import Params
from hotset.row_counts import RowCounts

VARIANTS: list[dict[str, Any]] = [
    {"split": "space"},
    {"split": "whitespace"},
    {"split": "words"},
    {"split": "space", "lower": True},
    {"split": "whitespace", "normalize": "NFC"},
    {"split": "words", "lower": True, "normalize": "NFKC"},
    {"split": "space", "normalize": "NFD", "min_count": 2},
    {"split": "whitespace", "lower": True, "min_count": 3},
    {"split": "words", "lower": True},
    {"split": "words", "normalize": "NFKD", "lower": True, "min_count": 2},
]
METHODS = list(wordcount.METHODS)


def counted(run: Run, method: str, **params: Any) -> list[tuple[str, int]]:
    """What a method counts, in its order."""
    counts = wordcount.METHODS[method](run, Params(output="unused", **params))  # type: ignore[index]
    return ranked(run, counts)


def ranked(run: Run, counts: wordcount.Counts, rows: int = 1) -> list[tuple[str, int]]:
    found = wordcount.rank(counts, rows)
    if isinstance(found, RDD):
        return [(word, n) for word, n in found.collect()]
    return [(row["word"], row["n"]) for row in run.take(found, 10**6).to_pylist()]


@pytest.mark.thorough
@pytest.mark.parametrize("batch", range(len(VARIANTS)))
def test_every_method_counts_600_random_texts_as_plain_python_does(run: Run, tmp_path: Path, batch: int) -> None:
    variant = VARIANTS[batch]
    files = write_texts(tmp_path, number=60, seed=batch)

    answers = {method: counted(run, method, input=(str(tmp_path),), **variant) for method in METHODS}

    form = variant.get("normalize", "none")
    expected = count(files, variant["split"], variant.get("lower", False), form, variant.get("min_count", 1))
    assert answers == dict.fromkeys(METHODS, expected)


@pytest.mark.thorough
@pytest.mark.parametrize("method", METHODS)
def test_200_small_files_are_read_and_hidden_ones_are_named(run: Run, tmp_path: Path, method: str) -> None:
    for number in range(200):
        (tmp_path / f"{number}.txt").write_text(f"word{number % 7} same\n")
    for hidden in ("_temporary.txt", ".swp.txt", "half._COPYING_"):
        (tmp_path / hidden).write_text("never")

    answer = counted(run, method, input=(str(tmp_path),))

    assert answer[0] == ("same", 200)
    assert sum(n for _, n in answer) == 400
    assert sorted(Path(path).name for path, _ in run.report.reads[-1].skipped) == [
        ".swp.txt",
        "_temporary.txt",
        "half._COPYING_",
    ]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["a b", "a,b", "{a}", "[a]", "a*b", "a?b", "a\\b", "a%20b", "한글", "a\nb", "a#b'"])
def test_any_name_that_hadoop_can_open_is_read(run: Run, tmp_path: Path, method: str, name: str) -> None:
    directory = tmp_path / name
    directory.mkdir()
    (directory / f"{name}.txt").write_text("x y x")

    answer = counted(run, method, input=(str(directory),))

    assert answer == [("x", 2), ("y", 1)]


@pytest.mark.parametrize("method", METHODS)
def test_reads_are_counted_lines_and_invalid_ones(run: Run, tmp_path: Path, method: str) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\ntwo \xff\n\xe2\x82 three\n\nfour")

    counted(run, method, input=(str(tmp_path),))
    run.settle()

    read = run.report.reads[-1]
    assert (read.files, read.bytes, read.counts) == (1, 24, RowCounts.all_good(5, invalid_utf8=2))


@pytest.mark.parametrize("method", METHODS)
def test_strict_refuses_invalid_utf8_and_says_where(run: Run, tmp_path: Path, method: str) -> None:
    (tmp_path / "bad.txt").write_bytes(b"fine\nfine\r\nnot \xff so\n")

    counted(run, method, input=(str(tmp_path),), strict=True)
    with pytest.raises(DataError, match=r"bad\.txt:3: not \\xff so;"):
        run.balance()


def test_split_words_gives_a_row_for_each_piece(spark: SparkSession) -> None:
    lines = spark.createDataFrame([("a  b",), ("",)], "value string")

    words = wordcount.split_words(lines, "space")

    assert_df_equality(
        words, spark.createDataFrame([("a",), ("",), ("b",), ("",)], "word string"), ignore_nullable=True
    )


def test_count_words_gives_one_row_for_each_word(spark: SparkSession) -> None:
    words = spark.createDataFrame([("a",), ("b",), ("a",)], "word string")

    counts = wordcount.count_words(words)

    expected = spark.createDataFrame([("a", 2), ("b", 1)], "word string, n bigint")
    assert_df_equality(counts, expected, ignore_row_order=True, ignore_nullable=True)


def test_drop_rare_drops_rare_words_and_the_one_that_is_none(spark: SparkSession) -> None:
    counts = spark.createDataFrame([("b", 2), ("z", 9), ("", 99), ("rare", 1)], "word string, n bigint")

    kept = wordcount.drop_rare(counts, min_count=2)

    expected = spark.createDataFrame([("b", 2), ("z", 9)], "word string, n bigint")
    assert_df_equality(kept, expected, ignore_row_order=True)


@pytest.mark.parametrize("rows", [3, wordcount.ROWS_IN_ONE_PIECE + 1])
def test_rank_puts_the_most_frequent_first_and_breaks_ties_by_word(run: Run, rows: int) -> None:
    pairs = [("b", 2), ("a", 2), ("z", 9)]
    frame = nw.from_native(run.spark.createDataFrame(pairs, "word string, n bigint").repartition(3))

    found = [ranked(run, frame, rows), ranked(run, run.spark.sparkContext.parallelize(pairs, 3), rows)]

    assert found == [[("z", 9), ("a", 2), ("b", 2)]] * 2


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["local", "cluster"])
@pytest.mark.parametrize("variant", [VARIANTS[2], VARIANTS[5], VARIANTS[7]])
def test_other_engines_count_alike(tmp_path: Path, way: str, variant: dict[str, Any]) -> None:
    (tmp_path / "in").mkdir()
    files = write_texts(tmp_path / "in", number=20, seed=3)
    params = Params(input=(str(tmp_path / "in"),), output=str(tmp_path / "out"), **variant)

    engine, levels = ("local", {}) if way == "local" else ("spark", {"counts": "MEMORY_ONLY"})
    with open_run("wordcount", report=tmp_path / "r.json", engine=engine, levels=levels) as run:  # type: ignore[arg-type]
        wordcount.main(run, params)
        assert run.report.plan == way

    form = variant.get("normalize", "none")
    expected = count(files, variant["split"], variant.get("lower", False), form, variant.get("min_count", 1))
    lines = part_files(tmp_path / "out").split("\n")[:-1]
    assert lines == [str(pair) for pair in expected]


def test_fold_word_strips_apostrophes_only_where_words_end_at_punctuation() -> None:
    quoted = "'Tis’"

    folded = [wordcount.fold_word(quoted, split, lower=True, form="none") for split in ("space", "words")]

    assert folded == ["'tis’", "tis"]


def test_params_below_their_least_value_are_refused() -> None:
    paths: dict[str, Any] = {"input": ("x",), "output": "y"}

    with pytest.raises(UsageError, match="--min-count is from 1 to"):
        Params(**paths, min_count=0)
    with pytest.raises(UsageError, match="--top is from 0 to"):
        Params(**paths, top=-1)


NASTY = (
    "it's \"q\" back\\slash tab\there nul\0 bell\a comma,word 나라 e\u0301 \u200b zero\u2028line 'x' \U0001f600 \ue000"
)


@pytest.mark.parametrize("method", METHODS)
def test_text_output_is_what_save_as_text_file_writes(run: Run, tmp_path: Path, method: str) -> None:
    (tmp_path / "in.txt").write_text(NASTY)
    classic = tmp_path / "classic"
    words = run.spark.sparkContext.parallelize([(word, 1) for word in NASTY.split(" ")], 1)
    words.sortBy(lambda pair: (-pair[1], pair[0])).saveAsTextFile(str(classic))

    wordcount.main(run, Params(input=(str(tmp_path / "in.txt"),), output=str(tmp_path / "out"), method=method))  # type: ignore[arg-type]

    assert part_files(tmp_path / "out") == part_files(classic)


@pytest.mark.thorough
@pytest.mark.parametrize("method", METHODS)
def test_every_format_holds_the_same_counts(run: Run, tmp_path: Path, method: str) -> None:
    (tmp_path / "in.txt").write_text((NASTY + " it's").replace("\0", ""))  # which CSV cannot hold
    expected = count([tmp_path / "in.txt"])

    for format_ in ("csv", "json", "parquet"):
        params = Params(
            input=(str(tmp_path / "in.txt"),),
            output=str(tmp_path / format_),
            format=format_,
            method=method,  # type: ignore[arg-type]
        )
        wordcount.main(run, params)
        run.release("counts")

    rows = list(csv.reader(part_files(tmp_path / "csv").split("\n")))
    assert [(word, int(n)) for word, n in (row for row in rows if row and row != ["word", "n"])] == expected
    records = map(json.loads, part_files(tmp_path / "json").rstrip("\n").split("\n"))
    assert [(record["word"], record["n"]) for record in records] == expected
    table = pq.read_table(tmp_path / "parquet").to_pylist()
    assert sorted(((row["word"], row["n"]) for row in table), key=lambda pair: (-pair[1], pair[0])) == expected


def test_a_pickle_given_as_text_is_counted_and_not_run(run: Run, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    hostile = b"cos\nsystem\n(S'touch " + str(marker).encode() + b"'\ntR."  # what pickle.loads would run
    (tmp_path / "in.txt").write_bytes(hostile)

    answers = [counted(run, method, input=(str(tmp_path / "in.txt"),)) for method in METHODS]

    assert all(("cos", 1) in answer for answer in answers)
    assert not marker.exists()


def test_the_oracle_and_the_job_agree_on_every_separator() -> None:
    line = "".join(chr(code) for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF and chr(code) not in "\r\n")
    shuffled = "".join(random.Random(1).sample([f"{char}w" for char in line], len(line)))

    pieces = [piece for piece in wordcount.splitter("words")(shuffled) if piece]

    assert pieces == words_of(shuffled, "words")


def part_files(directory: Path) -> str:
    """The parts, one after the other."""
    return "".join(file.read_bytes().decode() for file in sorted(directory.glob("part-*")))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("content", "least"), [("\n\n \n", 1), ("a b a", 1000)])
def test_an_answer_without_words_is_published_as_an_empty_one(
    run: Run, tmp_path: Path, method: str, content: str, least: int
) -> None:
    (tmp_path / "in.txt").write_text(content)
    out = tmp_path / "out"

    wordcount.main(run, Params(input=(str(tmp_path / "in.txt"),), output=str(out), min_count=least, method=method))  # type: ignore[arg-type]
    run.settle()

    assert (part_files(out), run.report.publishes[0].rows, run.report.notes) == ("", 0, {"words": 0, "distinct": 0})
    assert run.report.reads[0].counts == RowCounts.all_good(len(content.splitlines()))
