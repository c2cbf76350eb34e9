"""All the bad inputs, each with the answer that was worked out by hand."""

from faults.reading.cases import cells, containers, headers, names, objects, policies, quotes, texts
from faults.reading.cases.case import Case

ROOMS = (cells, texts, quotes, headers, objects, policies, containers, names)


def corpus() -> tuple[Case, ...]:
    """Every case, in the order of its room."""
    return tuple(case for room in ROOMS for case in room.cases())
