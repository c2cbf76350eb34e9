"""How many rows a join will make, before it makes them: by the counts of the keys on both sides."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw

from hotset import DataError, How, Meeting, Run, functions_of

DEFAULT_TIMES = 10  # the rows of both sides
WORST = 3  # keys that are named
SKEWED = 4  # a key with this part of a side's rows
Frame = nw.LazyFrame[Any]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Pairs:
    """The rows of both sides, those that meet, the pairs of them, and the worst keys: (key, left rows, right rows)."""

    rows: tuple[int, int]
    met: tuple[int, int]
    pairs: int
    worst: tuple[tuple[str, int, int], ...]

    def coming(self, how: How) -> int:
        """How many rows will come out."""
        alone = [rows - met for rows, met in zip(self.rows, self.met, strict=True)]
        return self.pairs + (alone[0] if how in ("left", "full") else 0) + (alone[1] if how in ("right", "full") else 0)


def check_rows(run: Run, meeting: Meeting, how: How, max_rows: int | None, smaller: int, joined: Frame) -> None:
    """Raises DataError, with the worst keys, where the join would make more rows than are allowed.

    By default these are ten times the rows of both sides, which cannot be more as long as no key of one side has more
    than ten: the smaller one, 0 for the left, is looked at first. What a person allows is always counted.
    """
    if how in ("semi", "anti"):
        return
    counts = (meeting.left, meeting.right)[smaller].counts()
    if max_rows is None and _most_of_a_key(run, counts, joined) <= DEFAULT_TIMES:
        return
    pairs = count_pairs(run, meeting, joined)
    _warn_of_skew(run, pairs)
    allowed, coming = max_rows or DEFAULT_TIMES * sum(pairs.rows), pairs.coming(how)
    if coming > allowed:
        worst = "; ".join(f"{key}: {left:,} x {right:,} rows" for key, left, right in pairs.worst)
        raise DataError(
            f"the join would make {coming:,} rows, allowed are {allowed:,}; its worst keys are {worst}. "
            "Join on more columns, drop duplicates, or allow more by --max-rows"
        )


def count_pairs(run: Run, meeting: Meeting, joined: Frame) -> Pairs:
    """What of the two sides will meet."""
    met = _met_keys(meeting)
    functions = functions_of(met)
    sums = {name: functions.sum(name).alias(name) for name in ("left", "right", "pairs")}
    total = _figures(run, functions.group_by().agg(*sums.values()), joined)
    worst = run.take(met.sort(*met.columns[::-1], descending=True), WORST, before=joined)
    *keys, left, right, _pairs = (column.to_pylist() for column in worst.columns)
    shown = [", ".join(map(repr, key)) for key in zip(*keys, strict=True)]
    rows = tuple(_length(run, side.rows, joined) for side in (meeting.left, meeting.right))
    return Pairs(
        (rows[0], rows[1]),
        (total["left"] or 0, total["right"] or 0),
        int(total["pairs"] or 0),
        tuple(zip(shown, left, right, strict=True)),
    )


def _met_keys(meeting: Meeting) -> Frame:
    """keys of both sides -> met(key_0, key_1, …, left, right, pairs)"""
    left, right = meeting.left.counts(), meeting.right.counts()
    keys = left.columns[:-1]
    met = functions_of(left).meet(right, {name: name for name in keys}).join(names=[*keys, "left", "right"])
    functions = functions_of(met)
    # as doubles: of a billion rows on either side the pairs are too many for a whole number
    pairs = functions.cast("left", nw.Float64) * functions.cast("right", nw.Float64)
    return functions.with_columns(pairs.alias("pairs"))


def _most_of_a_key(run: Run, counts: Frame, joined: Frame) -> int:
    functions = functions_of(counts)
    return _figures(run, functions.group_by().agg(functions.max("rows").alias("most")), joined)["most"] or 0


def _length(run: Run, rows: Frame, joined: Frame) -> int:
    functions = functions_of(rows)
    return int(_figures(run, functions.group_by().agg(functions.length().alias("rows")), joined)["rows"])


def _figures(run: Run, frame: Frame, joined: Frame) -> Figures:
    row: Figures = run.take(frame, 1, before=joined).to_pylist()[0]
    return row


def _warn_of_skew(run: Run, pairs: Pairs) -> None:
    for key, *found in pairs.worst[:1]:
        for side, rows, of in zip(("left", "right"), found, pairs.rows, strict=True):
            if rows > 1 and rows * SKEWED > of:
                run.warn(f"key {key} has {rows:,} of the {of:,} {side} rows: on many machines one task works for long")
