"""What GROUP BY means, in plain Python: one dict of lists, and the schoolbook's formulas."""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

Row = dict[str, Any]
Key = tuple[Hashable, ...]
NAN = ("not a number",)  # equal to itself, as no NaN is


def comparable(value: Any) -> Hashable:
    """Equal for values that are one key: any NaN and any other, 0.0 and -0.0."""
    if isinstance(value, float):
        return NAN if math.isnan(value) else value + 0.0
    return value  # type: ignore[no-any-return]


def grouped(rows: Iterable[Row], by: Sequence[str]) -> dict[Key, list[Row]]:
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(comparable(row[name]) for name in by), []).append(row)
    return groups


def aggregates(rows: Iterable[Row], by: Sequence[str], wanted: Sequence[str]) -> dict[Key, dict[str, Any]]:
    """key -> `column:kind` -> value; `*:count` are the rows."""
    found = {}
    for key, members in grouped(rows, by).items():
        found[key] = {one: _aggregate(members, *one.rsplit(":", 1)) for one in wanted}
    return found


def _aggregate(members: list[Row], column: str, kind: str) -> Any:
    if column == "*":
        return len(members)
    values = [row[column] for row in members if row[column] is not None]
    return KINDS[kind](values) if values or kind in ("count", "distinct") else None


def _ordered(values: Sequence[Any]) -> list[Any]:
    """NaN behind everything else."""
    return sorted(values, key=lambda value: (True, 0) if comparable(value) == NAN else (False, value))


def _sum(values: Sequence[Any]) -> Any:
    if all(isinstance(value, int) for value in values):
        return sum(values)
    return math.fsum(values) if all(map(math.isfinite, values)) else sum(values)


def _std(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    if not all(map(math.isfinite, values)):
        return math.nan
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _median(values: Sequence[float]) -> float:
    ordered = _ordered(values)
    below, above = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return float(below) if comparable(below) == comparable(above) else (below + above) / 2


KINDS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "count": len,
    "sum": _sum,
    "mean": lambda values: _sum(values) / len(values),
    "min": lambda values: _ordered(values)[0],
    "max": lambda values: _ordered(values)[-1],
    "std": _std,
    "median": _median,
    "distinct": lambda values: len({comparable(value) for value in values}),
}


def same(one: Any, other: Any, scale: float) -> bool:
    """To 1e-9 of themselves, or of the numbers that they are made of; everything else exactly."""
    if not isinstance(one, float) or not isinstance(other, float):
        return bool(one == other and type(one) is type(other))
    if not math.isfinite(one):
        return comparable(one) == comparable(other)
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=max(1e-9 * scale, 5e-324))  # half of that is nothing
