"""Random tables for `group`, with all that makes grouping hard, and what is wrong with an answer."""

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from faults.answers.group_oracle import Row, aggregates, comparable, same
from hotset.jobs.group.job import Params
from hotset.jobs.group.query import parse_query

NAN, INF = float("nan"), float("inf")
# in Unicode é and e with a combining accent look alike and are two keys; so are the Hangul syllable and its letters
TEXTS = [None, "", " ", "a", "A", "é", "e\u0301", "한", "\u1112\u1161\u11ab", "\0", "a\n", "\U0001f600", "NaN", "null"]
PRINTABLE = [text for text in TEXTS if text is None or text.isprintable()]  # a CSV has no place for the others
FLOATS = [None, NAN, -NAN, 0.0, -0.0, 1.0, 0.1 + 0.2, 0.3, INF, -INF, 5e-324, 1e100]
WHOLE = [None, 0, 1, -1, 2**31, -(2**62), 2**62 - 1]
BOOLEANS = [None, True, False]
SCHEMA = pa.schema(
    [("text", pa.string()), ("real", pa.float64()), ("whole", pa.int64()), ("flag", pa.bool_()), ("narrow", pa.int32())]
)
DDL = "text string, real double, whole bigint, flag boolean, narrow int"
ALL = (
    *("*:count", "text:count", "text:min", "text:max", "text:distinct", "flag:count", "flag:min", "flag:distinct"),
    *(f"real:{kind}" for kind in ("count", "sum", "mean", "min", "max", "std", "median", "distinct")),
    *(f"narrow:{kind}" for kind in ("count", "sum", "mean", "min", "max", "std", "median", "distinct")),
    *("whole:count", "whole:min", "whole:max", "whole:distinct"),
)
BY = [("text",), ("real",), ("whole",), ("flag",), ("text", "real"), ("flag", "whole", "narrow")]


def random_rows(number: int, seed: int) -> list[Row]:
    """So many rows of SCHEMA that a CSV has a place for."""
    chance = random.Random(seed)
    return [
        {
            "text": chance.choice(PRINTABLE),
            "real": chance.choice([*FLOATS, chance.gauss(0, 1000), float(chance.randrange(5))]),
            "whole": chance.choice(WHOLE),
            "flag": chance.choice(BOOLEANS),
            "narrow": chance.choice([None, chance.randrange(-(2**31), 2**31)]),
        }
        for _ in range(number)
    ]


def params(by: tuple[str, ...], agg: tuple[str, ...], **others: Any) -> Params:
    """A query; `input` and `output` are among the others."""
    values: dict[str, Any] = {"input": ("unused",), "output": "unused", "by": by, "agg": agg, "top": 0}
    return Params(**(values | others))


def difference(rows: list[Row], by: tuple[str, ...], agg: tuple[str, ...], answer: list[Row]) -> str:
    """What is wrong with an answer; '' where nothing is."""
    expected = aggregates(rows, by, agg)
    keys = [tuple(comparable(row[name]) for name in by) for row in answer]
    if len(set(keys)) < len(keys) or set(keys) != set(expected):
        return f"keys {keys} instead of {list(expected)}"
    for key, row in zip(keys, answer, strict=True):
        for one, value in expected[key].items():
            name = parse_query(by, (one,)).aggregates[0].name
            finite = [abs(row["real"]) for row in rows if row["real"] is not None and abs(row["real"]) < INF]
            if not same(value, row[name], scale=1e-6 * max(finite, default=0)):
                return f"{one} of {key} is {row[name]!r} instead of {value!r}"
    return ""


def write_parquet(directory: Path, rows: list[Row]) -> None:
    """Two files, of small row groups."""
    directory.mkdir()
    for number, part in enumerate((rows[::2], rows[1::2])):
        table = pa.Table.from_pylist(part, SCHEMA)
        pq.write_table(table, directory / f"{number}.parquet", row_group_size=max(1, len(part) // 3))


def write_csv(directory: Path, rows: list[Row]) -> None:
    """Two files. Texts are quoted, so that an empty one is not taken for none."""
    directory.mkdir()
    for number, part in enumerate((rows[::2], rows[1::2])):
        lines = [SCHEMA.names, *([_cell(row[name]) for name in SCHEMA.names] for row in part)]
        (directory / f"{number}.csv").write_text("".join(",".join(line) + "\n" for line in lines), "utf-8")


def read_answer(directory: Path) -> list[Row]:
    """The published rows."""
    rows: list[Row] = pa.concat_tables(pq.read_table(part) for part in directory.glob("part-*")).to_pylist()
    return rows


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else f'"{value}"' if isinstance(value, str) else repr(value)


WRITE = {"parquet": write_parquet, "csv": write_csv}
