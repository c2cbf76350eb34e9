"""Physical plans as the log has them: a tree of operators with the ids of their metrics."""

from collections.abc import Iterator

import msgspec


class PlanMetric(msgspec.Struct, gc=False, frozen=True):
    name: str
    id: int = msgspec.field(name="accumulatorId")


class PlanNode(msgspec.Struct, frozen=True, eq=False):
    """One operator. Two are the same only if they are one object."""

    name: str = msgspec.field(name="nodeName")
    text: str = msgspec.field(name="simpleString")
    children: tuple["PlanNode", ...] = ()
    metrics: tuple[PlanMetric, ...] = ()

    def walk(self) -> Iterator["PlanNode"]:
        """Itself and everything below it, parents first. Not recursive: plans of a thousand operators exist."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def bottom_up(self) -> Iterator["PlanNode"]:
        """Children before their parents."""
        return reversed(list(self.walk()))
