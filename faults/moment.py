"""When a trial strikes: so many seconds after the start, or when a phase begins."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from faults.program import Program

LOOK_S = 0.002
LONGEST_DELAY_S = 0.15


@dataclass(frozen=True)
class Moment:
    """`delay_s` after the start, or after `phase` has begun."""

    delay_s: float
    phase: str = ""


def draw(rng: random.Random, number: int, phases: tuple[str, ...], whole_s: float) -> Moment:
    """Half of the moments are spread over the whole run; the others go round the phases."""
    if number % 2 == 0:
        return Moment(rng.uniform(0.05, 1.0) * whole_s)
    return Moment(rng.uniform(0, LONGEST_DELAY_S), phases[number // 2 % len(phases)])


def await_moment(program: Program, moment: Moment, phases: tuple[str, ...], phase: Callable[[], str]) -> bool:
    """Returns at the moment; False when the program has ended before."""
    wanted = phases.index(moment.phase) if moment.phase else None
    while wanted is not None and program.running and phases.index(phase()) < wanted:
        time.sleep(LOOK_S)
    until = time.monotonic() + moment.delay_s
    while program.running and time.monotonic() < until:
        time.sleep(min(LOOK_S, moment.delay_s))
    return program.running
