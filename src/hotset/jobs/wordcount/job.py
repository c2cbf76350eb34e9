"""Count the words of text files.

lines  --split-->  words  --count-->  counts(word, n)  --fold-->  counts  --drop the rare-->  counts
       --rank-->  counts, most frequent first, ties by word

Method `columnar` counts block by block in Arrow, and the engine of the run adds up the counts: DuckDB or Catalyst.
`dataframe` splits, explodes and groups in Catalyst. `rdd` is the classic in-memory program, step for step: lines, drop
the empty ones, flatMap(split), map((word, 1)), reduceByKey(add); `rdd-combined` counts within each partition first. All
give one answer: lines end at \\n, \\r\\n or \\r; '' is no word, the one difference from the classic program, which
counts the nothing between two spaces; words are split first, then lower-cased and normalized, once for each distinct
word.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import add
from typing import Annotated, Any, Literal

import narwhals as nw
import pyarrow as pa
from pyspark import RDD
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.types import StringType

from hotset import Dataset, Inputs, Kernel, Output, Run, Shows, UsageError, functions_of
from hotset.jobs.wordcount.kernel import Separators, count_block

LINES = Dataset("value string", format="text")
COUNTS = Dataset("word string, n bigint")

Split = Literal["space", "whitespace", "words"]
Form = Literal["none", "NFC", "NFD", "NFKC", "NFKD"]
Method = Literal["columnar", "dataframe", "rdd", "rdd-combined"]
Rows = nw.LazyFrame[Any]
Counts = Rows | RDD[tuple[str, int]]

# Sorting in several pieces takes two passes more, one of them to find where the pieces end.
ROWS_IN_ONE_PIECE = 1_000_000

# As regular expressions that Java and Python read alike: code points are listed, since the classes of the two
# (\\s, \\p{P}) differ, and move with the Unicode version of the runtime.
WHITE_SPACE = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # str.isspace
APOSTROPHES = "'’"  # inside a word they belong to it: don't
PUNCTUATION = (
    r"!-&(-/:-@\[-^`{-~"  # ASCII but ' and _
    r"\xa1-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7"  # Latin-1 but ª ² ³ µ ¹ º ¼ ½ ¾
    r"\u200b-\u2018\u201a-\u206f\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f"  # General and CJK Punctuation, but ’
    r"\ufeff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff3e\uff40\uff5b-\uff65"  # full and half width forms
)
SEPARATORS: dict[Split, str] = {
    "space": " ",
    "whitespace": f"[{WHITE_SPACE}]+",
    "words": f"[{WHITE_SPACE}{PUNCTUATION}]+",
}


@dataclass(frozen=True)
class Params:
    input: Annotated[Inputs, "files, directories or globs of UTF-8 text"]
    output: Annotated[Output, "directory to create"]
    split: Annotated[Split, "where words end: at each space, at white space, or at punctuation too"] = "space"
    lower: Annotated[bool, "fold to lower case"] = False
    normalize: Annotated[Form, "Unicode normalization form of the words"] = "none"
    min_count: Annotated[int, "drop words seen fewer times than this"] = 1
    top: Annotated[int, Shows, "how many of the most frequent words to show"] = 20
    format: Annotated[Literal["text", "csv", "json", "parquet"], "of the output; text as saveAsTextFile writes it"] = (
        "text"
    )
    strict: Annotated[bool, "refuse invalid UTF-8 instead of counting it"] = False
    method: Annotated[Method, "how the words are counted; the answer is the same"] = "columnar"

    def __post_init__(self) -> None:
        for name, least, most in (("min_count", 1, 2**63 - 1), ("top", 0, 2**31 - 1)):
            if not least <= getattr(self, name) <= most:
                raise UsageError(f"--{name.replace('_', '-')} is from {least} to {most}, got {getattr(self, name)}")


def fold_word(word: str, split: Split, lower: bool, form: Form) -> str:
    """The spelling under which a word is counted."""
    if split == "words":
        word = word.strip(APOSTROPHES)
    if lower:
        word = word.lower()
    return word if form == "none" else unicodedata.normalize(form, word)


def folding(params: Params) -> Callable[[str], str] | None:
    """How the words are spelled; None where they are counted as they stand."""
    if params.split != "words" and not params.lower and params.normalize == "none":
        return None
    return partial(fold_word, split=params.split, lower=params.lower, form=params.normalize)


# method dataframe


def split_words(lines: DataFrame, split: Split) -> DataFrame:
    """lines(value) -> words(word): a row for each piece between separators, '' among them."""
    return lines.select(F.explode(F.split("value", SEPARATORS[split])).alias("word"))


def count_words(words: DataFrame) -> DataFrame:
    """words(word) -> counts(word, n): one row for each distinct word."""
    return words.groupBy("word").agg(F.count(F.lit(1)).alias("n"))


def fold_words(counts: DataFrame, fold: Callable[[str], str]) -> DataFrame:
    """counts(word, n) -> counts(word, n): spellings that fold to one word are added up."""

    def fold_all(words: pa.Array) -> pa.Array:
        return pa.array([fold(word) for word in words.to_pylist()], pa.string())

    folded = arrow_udf(fold_all, StringType())("word").alias("word")  # type: ignore[call-overload]
    return counts.select(folded, "n").groupBy("word").agg(F.sum("n").alias("n"))


def drop_rare(counts: DataFrame, min_count: int) -> DataFrame:
    """counts(word, n) -> counts(word, n): n >= min_count; '' is no word."""
    return counts.filter((F.col("word") != "") & (F.col("n") >= min_count))


def dataframe_counts(run: Run, params: Params) -> Rows:
    lines = run.read(LINES, params.input, strict=params.strict)
    counts, fold = lines.transform(split_words, params.split).transform(count_words), folding(params)
    return nw.from_native(drop_rare(fold_words(counts, fold) if fold else counts, params.min_count))


# method columnar


def columnar_counts(run: Run, params: Params) -> Rows:
    separators = Separators.of(SEPARATORS[params.split])
    kernel = Kernel("word string, n bigint", partial(count_block, separators=separators, fold=folding(params)))
    blocks = run.scan(LINES, params.input, kernel, strict=params.strict)
    rows = functions_of(blocks)
    counts = rows.group_by("word").agg(rows.sum("n").alias("n"))
    return counts.filter(nw.col("word") != "", nw.col("n") >= params.min_count)


# method rdd


def splitter(split: Split) -> Callable[[str], list[str]]:
    """line -> pieces between separators, '' among them."""
    if split == "space":
        return lambda line: line.split(" ")
    if split == "whitespace":
        return str.split
    return re.compile(SEPARATORS[split]).split


def count_rdd(lines: RDD[str], split: Callable[[str], list[str]]) -> RDD[tuple[str, int]]:
    """lines -> (word, n): the classic program."""
    return lines.filter(bool).flatMap(split).map(lambda word: (word, 1)).reduceByKey(add)


def count_combined(lines: RDD[str], split: Callable[[str], list[str]]) -> RDD[tuple[str, int]]:
    """lines -> (word, n): each partition is counted by itself before anything is shuffled."""

    def count_partition(part: Iterable[str]) -> Iterable[tuple[str, int]]:
        return Counter(chain.from_iterable(map(split, part))).items()

    return lines.mapPartitions(count_partition).reduceByKey(add)


def fold_rdd(counts: RDD[tuple[str, int]], fold: Callable[[str], str]) -> RDD[tuple[str, int]]:
    """(word, n) -> (word, n): spellings that fold to one word are added up."""
    return counts.map(lambda count: (fold(count[0]), count[1])).reduceByKey(add)


def drop_rare_rdd(counts: RDD[tuple[str, int]], min_count: int) -> RDD[tuple[str, int]]:
    """(word, n) -> (word, n): n >= min_count; '' is no word."""
    return counts.filter(lambda count: count[0] != "" and count[1] >= min_count)


def rdd_counts(
    run: Run, params: Params, count: Callable[[RDD[str], Callable[[str], list[str]]], RDD[tuple[str, int]]]
) -> RDD[tuple[str, int]]:
    """Counted by `count`, and as the parameters want them."""
    counts = count(run.lines(params.input, strict=params.strict), splitter(params.split))
    fold = folding(params)
    return drop_rare_rdd(fold_rdd(counts, fold) if fold else counts, params.min_count)


# all methods


def rank(counts: Counts, rows: int) -> Counts:
    """counts -> counts, most frequent first, ties by word. `rows` says how many: few are sorted in one piece."""
    if isinstance(counts, RDD):
        return counts.sortBy(
            lambda count: (-count[1], count[0]), numPartitions=1 if rows <= ROWS_IN_ONE_PIECE else None
        )
    return counts.sort("n", "word", descending=[True, False], nulls_last=True)


def totals(run: Run, counts: Counts) -> tuple[int, int]:
    """counts -> (distinct words, words in all)."""
    if isinstance(counts, RDD):
        return counts.values().aggregate((0, 0), lambda sums, n: (sums[0] + 1, sums[1] + n), _add_pairs)
    rows = functions_of(counts)
    sums = rows.group_by().agg(rows.length().alias("distinct"), rows.sum("n").alias("words"))
    (row,) = run.take(sums, 1).to_pylist()
    return row["distinct"], row["words"] or 0


def _add_pairs(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


METHODS: dict[Method, Callable[[Run, Params], Counts]] = {
    "columnar": columnar_counts,
    "dataframe": dataframe_counts,
    "rdd": partial(rdd_counts, count=count_rdd),
    "rdd-combined": partial(rdd_counts, count=count_combined),
}


def needs_spark(params: Params) -> bool:
    """Whoever counts in Arrow asks its run for one."""
    return params.method != "columnar"


def main(run: Run, params: Params) -> None:
    with run.step("count words"):
        counts = run.keep("counts", METHODS[params.method](run, params))
        distinct, words = totals(run, counts)
    run.note(words=words, distinct=distinct)
    ranked = rank(counts, distinct)
    if params.top:
        run.show("Most frequent words", ranked, params.top, columns=("word", "n"))
    run.publish(COUNTS.stored_as(params.format), ranked, params.output)
