"""Scala's collections, as Python walks through them: every step is a call through the gateway."""

from collections.abc import Iterator
from typing import Any


def each(sequence: Any) -> Iterator[Any]:
    items = sequence.iterator()
    while items.hasNext():
        yield items.next()


def newest_first(sequence: Any) -> Iterator[Any]:
    """Backwards, so that whoever walks can stop at what is known."""
    for position in range(sequence.size() - 1, -1, -1):
        yield sequence.apply(position)
