"""The rounds: every program once a round, one after the other, each time kept as soon as it is taken."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

from bench.perform import Task, Warm, Whole
from bench.place import Place
from bench.quiet import wait_for_quiet
from bench.results import Section, Timing
from bench.sizes import SIZES
from bench.whole import FailedError
from bench.work import Mode, Work


def measure(work: Work, section: Section, place: Place, keep: Callable[[Timing], None]) -> None:
    """Adds to `section` the times that it lacks, and tells `keep` after each.

    Mode after mode, so that no program that stays up takes memory from one that is timed as a whole.
    """
    for label, size in section.sizes.items():
        for mode in section.modes:
            wanted = [timing for timing in _turns(work, section, mode, label) if not section.has(timing)]
            if wanted:
                with closing(_performer(work, section, place, mode, size)) as performer:
                    for timing in wanted:
                        section.times.append(_measured(timing, performer, work, place))
                        keep(section.times[-1])


def _turns(work: Work, section: Section, mode: Mode, size: str) -> Iterator[Timing]:
    """What is to be timed, in order, without its time."""
    able = [program for program in work.programs if program.name in section.programs]
    names = [program.name for program in able if mode == "whole" or program.warm]
    for number in range(section.rounds if names else 0):
        # each round begins with another program, so that none is always the one after the slowest
        first = number % len(names)
        for name in names[first:] + names[:first]:
            yield Timing(name, mode, size, number + 1)


def _performer(work: Work, section: Section, place: Place, mode: Mode, size: int) -> Whole | Warm:
    task = Task.of(work, place, size, section.seed)
    if mode == "whole":
        return Whole(task)
    return Warm(Task.of(work, place, min(SIZES[section.unit].small, size), section.seed), task)


def _measured(timing: Timing, performer: Whole | Warm, work: Work, place: Place) -> Timing:
    """The timing with its time, or with what went wrong."""
    program = next(program for program in work.programs if program.name == timing.program)
    quiet = wait_for_quiet(place.patience_s)
    timing = replace(timing, load_before=quiet.load, busy_cores_before=quiet.busy_cores, waited_s=quiet.waited_s)
    try:
        seconds, peak_pss_bytes = performer.perform(program)
    except FailedError as error:
        return replace(timing, failed=str(error))
    return replace(timing, seconds=round(seconds, 4), peak_pss_bytes=peak_pss_bytes)
