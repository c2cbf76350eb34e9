"""Reads Spark's event logs: what ran, for how long, and what was cached. Of any Spark 3.5 to 4.x, ours or not.

Knows no Spark and starts no Java: a log is text, and nothing in it is ever run. May import `hotset.errors` and
libraries. `read_log(path)` is the way in.
"""

from hotset.eventlog.application import Application, Blocks, Execution, Job, Rdd, Stage
from hotset.eventlog.plan import PlanNode
from hotset.eventlog.reading import read_log

__all__ = ["Application", "Blocks", "Execution", "Job", "PlanNode", "Rdd", "Stage", "read_log"]
