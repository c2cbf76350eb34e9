"""Rows as lines of text, the way `RDD.saveAsTextFile` shows tuples: `('word', 3)`."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.types import StringType

from hotset.data.columns import by_name

# Characters that Python shows as they are inside quotes, in every version of Unicode that matters: ASCII but ' and \,
# letters of Latin, Greek, Cyrillic, kana, CJK and Hangul, and the typographer's dashes, quotes and dots.
PLAIN = (
    r"\A[ -&(-\[\]-~\xa1-\xac\xae-\u017f\u0391-\u03a1\u03a3-\u03c9\u0400-\u045f"
    r"\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fd5\uac00-\ud7a3]*\z"
)
WHOLE_NUMBERS = ("tinyint", "smallint", "int", "bigint")


def line_of(frame: DataFrame) -> Column:
    """The line that a row becomes: one string column as it is, several as a tuple is shown."""
    if [kind for _, kind in frame.dtypes] == ["string"]:
        return by_name(frame.columns[0])
    # A second look at what is kept costs little, and mostly saves the start of Python workers.
    if _is_at_hand(frame) and _is_plain(frame):
        cells = F.concat_ws(", ", *(_shown(name, kind) for name, kind in frame.dtypes))
        return F.concat(F.lit("("), cells, F.lit(")"))
    shown = arrow_udf(_show_tuples, StringType())  # type: ignore[call-overload]
    return shown(*map(by_name, frame.columns))  # type: ignore[no-any-return]


def _is_at_hand(frame: DataFrame) -> bool:
    """Whether the frame is made from nothing but what is kept."""
    leaves = frame._jdf.queryExecution().withCachedData().collectLeaves()
    return all(leaves.apply(i).nodeName() == "InMemoryRelation" for i in range(leaves.size()))


def _is_plain(frame: DataFrame) -> bool:
    """Whether Catalyst alone can write the rows as Python would."""
    if len(frame.columns) < 2 or not all(kind == "string" or kind in WHOLE_NUMBERS for _, kind in frame.dtypes):
        return False
    strings = [by_name(name) for name, kind in frame.dtypes if kind == "string"]
    odd = [~string.rlike(PLAIN) for string in strings]
    return not any(frame.filter(one).take(1) for one in odd)


def _shown(name: str, kind: str) -> Column:
    column = by_name(name)
    text = F.concat(F.lit("'"), column, F.lit("'")) if kind == "string" else column.cast("string")
    return F.coalesce(text, F.lit("None"))


def show_rows(columns: Iterable[pa.Array]) -> Iterator[str]:
    """columns -> the line of each row"""
    return map(str, zip(*(column.to_pylist() for column in columns), strict=True))


def _show_tuples(*columns: pa.Array) -> pa.Array:
    return pa.array(show_rows(columns), pa.string())
