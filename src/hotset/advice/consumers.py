"""What of a shared stage may have been the work of others: so much for a row, or endless where nobody knows."""

from collections.abc import Sequence

from hotset.advice import rates
from hotset.advice.operators import HEAVY, is_layer, is_python
from hotset.advice.repeats import Part
from hotset.eventlog import PlanNode, Stage

STARTING = 4  # tasks that compile their code before others find it compiled
NEAR = 4  # operators above the part that may calculate without counting: projections have no metrics


def consumers(part: Part, shared: Sequence[Stage], *, agrees: bool) -> float:
    """The most seconds that the other operators in the shared stages may have taken."""
    rows = part.rows
    if rows is None:
        return float("inf")
    ids = {id_ for stage in shared for id_ in stage.ids}
    inner = part.ids
    total = rates.START_S * sum(min(stage.tasks, STARTING) for stage in shared)
    for node in part.ran.nodes:
        mine = {metric.id for metric in node.metrics}
        if _works(node) and mine & ids and not mine & inner:
            total += rows * _row_seconds(node)
    theirs = () if agrees else part.chain
    near = [node for node in part.above[-NEAR:] if node not in part.chain or node in theirs]
    projections = [node for node in near if node.name == "Project"]
    return total + rows * sum(_row_seconds(node) for node in projections)


def _works(node: PlanNode) -> bool:
    return not is_layer(node) or "Exchange" in node.name or node.name == "Sort"


def _row_seconds(node: PlanNode) -> float:
    if is_python(node) or HEAVY.search(node.text):
        return float("inf")
    return next((seconds for name, seconds in rates.ROW_S.items() if name in node.name), float("inf"))
