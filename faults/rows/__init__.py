"""The faults. Each module has a tuple ROWS; the order here is the order of the table."""

from faults.row import Row
from faults.rows import answers, disks, flips, inputs, kills, outcomes, paths, publishing, reading, writers, zones

MODULES = (paths, outcomes, kills, publishing, writers, disks, inputs, flips, reading, zones, answers)


def all_rows() -> tuple[Row, ...]:
    """Every row, by its number."""
    return tuple(sorted((row for module in MODULES for row in module.ROWS), key=_number))


def _number(row: Row) -> tuple[int, str]:
    """`43b` comes after `43`."""
    return int(row.key.rstrip("b")), row.key
