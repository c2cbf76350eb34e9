"""What follows from event logs: which caches pay, which do not, and what is computed again and again without one.

`advise(path)` gives intervals from one log, `advise(path, other)` figures from two of the same program, without and
with its caches. Knows no Spark. May import `hotset.eventlog`, the manifests of `hotset.data`, the words of
`hotset.report`, `hotset.memory.levels`, `hotset.memory.placed` and `hotset.errors`.
"""

from hotset.advice.advising import advise
from hotset.advice.verdicts import Advice, Evidence, Kind, Span, Verdict

__all__ = ["Advice", "Evidence", "Kind", "Span", "Verdict", "advise"]
