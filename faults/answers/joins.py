"""Random tables for `join`, with all that makes meeting hard."""

import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from faults.answers.group_oracle import Row
from faults.answers.join_oracle import Oracle, Told, told
from hotset import How
from hotset.jobs.join.job import Params

NAN, INF = float("nan"), float("inf")
# é in two spellings, and a Hangul syllable beside its letters: they look alike, and do not meet
TEXTS = [None, "", " ", "a", "A", "é", "e\u0301", "한", "\u1112\u1161\u11ab", "NaN", "\0", "a\n"]
REALS = [None, NAN, -NAN, 0.0, -0.0, 1.0, 0.3, 0.1 + 0.2, INF, -INF, 5e-324, 2.0**53, -(2.0**63)]
WHOLES = [None, 0, 1, -1, 2**31 - 1]
LARGE = [*WHOLES, 2**53, 2**53 + 1, -(2**63), 2**63 - 1]
DECIMALS = [None, Decimal("0.00"), Decimal("1.00"), Decimal("1.50"), Decimal("-1.00")]
FINE = [None, Decimal(0), Decimal(1), Decimal("1.5"), Decimal("1.50000000000000000000001"), Decimal(-1)]
DAYS = [None, date(1, 1, 1), date(1970, 1, 1), date(9999, 12, 31)]
TIMES = [None, datetime(1, 1, 1), datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(2024, 2, 29, 12)]
LEFT = pa.schema(
    [
        ("text", pa.string()), ("real", pa.float64()), ("narrow", pa.int32()), ("large", pa.int64()),
        ("price", pa.decimal128(10, 2)), ("day", pa.date32()), ("time", pa.timestamp("us")), ("flag", pa.bool_()),
        ("a", pa.float64()),
    ]
)  # fmt: skip
# keys of other types, in another order; `a` is on both sides and no key
RIGHT = pa.schema(
    [
        ("large", pa.int64()), ("text", pa.string()), ("a", pa.string()), ("real", pa.float64()),
        ("single", pa.float32()), ("tiny", pa.int8()), ("fine", pa.decimal128(38, 30)), ("day", pa.date32()),
        ("time", pa.timestamp("us")), ("flag", pa.bool_()),
    ]
)  # fmt: skip
CHOICES: dict[str, list[Any]] = {
    **{"text": TEXTS, "real": REALS, "narrow": WHOLES, "large": LARGE, "price": DECIMALS, "day": DAYS, "time": TIMES},
    **{"flag": [None, True, False], "single": [None, NAN, 0.0, -0.0, 1.0, 0.5], "tiny": [None, 0, 1, -1, 127]},
    "fine": FINE,
}
LEFT_CHOICES, RIGHT_CHOICES = CHOICES | {"a": [None, 1.5, NAN]}, CHOICES | {"a": [None, "x"]}
ON: list[dict[str, str]] = [
    *({name: name} for name in ("text", "real", "large", "day", "time", "flag")),
    *({"narrow": "large"}, {"large": "tiny"}, {"large": "real"}, {"real": "large"}, {"real": "single"}),
    *({"price": "fine"}, {"price": "large"}, {"large": "fine"}, {"narrow": "single"}),
    *({"text": "text", "real": "real"}, {"narrow": "tiny", "price": "fine", "flag": "flag"}),
]
# of these no type holds the keys of both sides
FULL = [on for on in ON if on not in ({"large": "real"}, {"real": "large"}, {"large": "fine"}, {"narrow": "single"})]
HOWS: tuple[How, ...] = get_args(How)


def random_sides(seed: int, left: int, right: int) -> tuple[list[Row], list[Row]]:
    """So many rows of LEFT, and of RIGHT."""
    chance = random.Random(seed)
    return (
        [{name: chance.choice(LEFT_CHOICES[name]) for name in LEFT.names} for _ in range(left)],
        [{name: chance.choice(RIGHT_CHOICES[name]) for name in RIGHT.names} for _ in range(right)],
    )


def params(directory: Path, output: Path, on: dict[str, str], how: How, **others: Any) -> Params:
    """The join of what `write` has left in the directory."""
    keys = tuple(one if one == other else f"{one}={other}" for one, other in on.items())
    left, right = ((str(directory / name),) for name in ("left", "right"))
    return Params(left, right, str(output), keys, how, **others)


def write(directory: Path, left: list[Row], right: list[Row]) -> None:
    """Each side in two files, of small row groups."""
    for name, rows, schema in (("left", left, LEFT), ("right", right, RIGHT)):
        (directory / name).mkdir()
        half = len(rows) // 2
        for place, part in enumerate((rows[:half], rows[half:])):
            table = pa.Table.from_pylist(part, schema)
            pq.write_table(table, directory / name / f"{place}.parquet", row_group_size=4)


def expected(left: list[Row], right: list[Row], on: dict[str, str], how: How) -> Told:
    """What has to come out."""
    return Oracle(left, right, LEFT.names, RIGHT.names, on).joined(how)


def published(directory: Path) -> Told:
    """What has come out."""
    return told(row.values() for file in directory.glob("part-*") for row in pq.read_table(file).to_pylist())
