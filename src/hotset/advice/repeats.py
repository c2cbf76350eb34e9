"""What several queries computed again and again, without a cache: equal parts of their plans.

Each use has columns pruned and conditions pushed down as it wants them, so parts are equal when their operators,
files, keys and functions are, whatever the columns. Parts that calculate different things are told apart by what they
calculate: what shares nothing is not one frame.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from hotset.advice.operators import (
    NOTHING_TO_READ,
    agg_functions,
    columns,
    conditions,
    expressions,
    is_cache_scan,
    is_end,
    is_layer,
    is_partial,
    is_through,
    skeleton,
)
from hotset.advice.stages import FILES, ROWS, SHUFFLED, Ran, below, ids_of, outside_caches
from hotset.eventlog import PlanNode, Stage

AT_LEAST = 2


@dataclass(eq=False)
class Part:
    """One place in one query's plan where the data is computed. Equal keys: the same data, whatever the columns."""

    key: str
    parent: str  # key of the next operator above
    ran: Ran
    node: PlanNode
    chain: tuple[PlanNode, ...]  # projections and filters directly above what was read from outside
    above: tuple[PlanNode, ...]
    contents: frozenset[str]
    filters: frozenset[str]

    @cached_property
    def ids(self) -> frozenset[int]:
        return ids_of(below(self.node)) | ids_of(self.chain)

    @cached_property
    def stages(self) -> tuple[tuple[Stage, ...], tuple[Stage, ...]]:
        """(those that ran nothing else, those shared with other operators)."""
        inner = self.ids
        ran = self.ran.stages_of(inner)
        others = self.ran.own_ids - inner
        own = tuple(stage for stage in ran if others.isdisjoint(stage.ids))
        return own, tuple(stage for stage in ran if stage not in own)

    @cached_property
    def rows(self) -> int | None:
        """Of the nearest operator that counted them."""
        return next(
            (rows for node in (*self.chain, *below(self.node)) if (rows := self.ran.count(node, ROWS)) is not None),
            None,
        )

    def shuffled(self) -> int | None:
        """Bytes, where a shuffle follows directly."""
        for node in reversed(self.above):
            if "Exchange" in node.name:
                return self.ran.count(node, SHUFFLED)
            if not is_layer(node):
                return None
        return None

    def files(self) -> int | None:
        """Bytes of the files, where nothing but reading them is in it."""
        only = [node for node in below(self.node) if not (is_layer(node) or is_through(node))]
        return self.ran.count(only[0], FILES) if len(only) == 1 else None

    def width(self) -> int:
        return max(columns(node) for node in (*self.chain[:1], self.node))


@dataclass
class Repeat:
    """The same data, computed in several places."""

    key: str
    parts: list[Part] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether every use computes and filters alike, so that what is kept costs no more than a use did."""
        filters = {part.filters for part in self.parts}
        contents = [part.contents for part in self.parts]
        return len(filters) == 1 and (len(set(contents)) == 1 or bool(frozenset.intersection(*contents)))


def repeats(queries: Sequence[Ran]) -> list[Repeat]:
    """The largest repeated parts: one inside another counts only when it has uses of its own."""
    parts = [part for ran in queries if ran.stages for part in _parts(ran)]
    by_key: dict[str, list[Part]] = {}
    for part in parts:
        by_key.setdefault(part.key, []).append(part)
    found = [
        Repeat(key, cluster)
        for key, all_parts in by_key.items()
        for cluster in _clusters(all_parts)
        if len(cluster) >= AT_LEAST
    ]
    found = [repeat for repeat in found if repeat.agrees or not repeat.parts[0].node.name.startswith(NOTHING_TO_READ)]
    outer = {(repeat.key, len(repeat.parts)) for repeat in found if repeat.agrees}
    return [repeat for repeat in found if not _is_inside(repeat, outer)]


def _is_inside(repeat: Repeat, outer: set[tuple[str, int]]) -> bool:
    parents = {part.parent for part in repeat.parts}
    return len(parents) == 1 and (parents.pop(), len(repeat.parts)) in outer


def _parts(ran: Ran) -> Iterable[Part]:
    """Every operator of the query that is more than a layer or a pass, with a key that ignores columns."""
    sums: dict[int, Sum] = {}
    nodes = list(outside_caches(ran.execution.plan))
    for node, _ in reversed(nodes):
        below_it = () if is_cache_scan(node) else tuple(sums[id(child)] for child in node.children)
        sums[id(node)] = _sum(node, below_it)
    for node, above in nodes:
        if is_cache_scan(node) or is_end(node) or not _is_operator(node):
            continue
        parent = next((sums[id(one)].key for one in reversed(above) if _is_operator(one)), "")
        if parent == sums[id(node)].key:  # the second half of one aggregation
            continue
        chain = () if node.children else _chain(above)
        top = sums[id(chain[-1] if chain else node)]
        yield Part(sums[id(node)].key, parent, ran, node, chain, above, top.contents, top.filters)


def _is_operator(node: PlanNode) -> bool:
    return not (is_layer(node) or is_through(node) or is_partial(node))


def _chain(above: Sequence[PlanNode]) -> tuple[PlanNode, ...]:
    """Nearest first: what passes the rows on, as far as the next operator."""
    found: list[PlanNode] = []
    for node in reversed(above):
        if is_through(node):
            found.append(node)
        elif not is_layer(node) or "Exchange" in node.name:
            break
    return tuple(found)


@dataclass(frozen=True)
class Sum:
    """An operator with all below it: its key, its calculations and its conditions; `head` is what it is itself."""

    key: str
    head: str
    contents: frozenset[str]
    filters: frozenset[str]


def _sum(node: PlanNode, children: Sequence[Sum]) -> Sum:
    contents = frozenset().union(*(child.contents for child in children))
    filters = frozenset().union(*(child.filters for child in children))
    if is_through(node):
        contents |= expressions(node) if node.name == "Project" else frozenset()
        filters |= conditions(node) if node.name == "Filter" else frozenset()
    if is_layer(node) or is_through(node):
        only = children[0] if len(children) == 1 else None
        key = only.key if only else _digest(child.key for child in children)
        return Sum(key, only.head if only else "", contents, filters)
    head = skeleton(node)
    if "Aggregate" in node.name:  # other rows give another answer; elsewhere conditions may be those of a use
        head += "".join(sorted(contents)) if "_groupingexpression" in head else ""  # what it groups by stands there
        contents |= agg_functions(node)
        head += "".join(sorted(filters))
    if len(children) == 1 and children[0].head == head:
        return Sum(children[0].key, head, contents, filters)
    return Sum(_digest([head, *(child.key for child in children)]), head, contents, filters)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _clusters(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts that have a calculation in common, or of which one calculates nothing, belong together."""
    clusters: list[list[Part]] = []
    for part in parts:
        near = [one for one in clusters if any(_are_near(part, other) for other in one)]
        merged = [part for one in near for part in one]
        clusters = [one for one in clusters if one not in near] + [[*merged, part]]
    return clusters


def _are_near(one: Part, other: Part) -> bool:
    if "Aggregate" in one.node.name:
        return bool(one.contents & other.contents) or one.contents == other.contents
    return True
