"""The figures as rows of cells, the same for the terminal and for the page."""

from bench.figures import Figures, Spread, by_speed, figures
from bench.results import Section

HEAD = ("program", "whole, s", "times as fast", "peak memory", "warm, s", "times as fast")
NONE = "–"


def main_rows(section: Section, size: str) -> list[tuple[str, ...]]:
    """One row for each program, fastest first."""
    return [_main_row(section, program, size) for program in by_speed(section, size)]


def main_head(section: Section) -> tuple[str, ...]:
    """The columns that the section has something for."""
    return HEAD if "warm" in section.modes else HEAD[:4] if section.baseline else (*HEAD[:2], HEAD[3])


def _main_row(section: Section, program: str, size: str) -> tuple[str, ...]:
    whole, warm = (figures(section, program, mode, size) for mode in ("whole", "warm"))
    speed = (ratio(whole),) if section.baseline else ()
    row = (section.programs[program], seconds(whole), *speed, memory(whole.peak_pss_bytes))
    return (*row, seconds(warm), ratio(warm)) if "warm" in section.modes else row


def growth_head(section: Section) -> tuple[str, ...]:
    """The columns, costs by what the sizes are given in."""
    one = section.unit.removesuffix("s")
    return "program", "mode", "input", "seconds", f"ns per {one}", "peak memory", f"bytes of memory per {one}"


def growth_rows(section: Section) -> list[tuple[str, ...]]:
    """One row for each program, mode and size that was timed."""
    return [
        (section.programs[program], mode, label, *_growth_cells(figures(section, program, mode, label), size))
        for program in section.programs
        for mode in section.modes
        for label, size in section.sizes.items()
        if any((t.program, t.mode, t.size) == (program, mode, label) for t in section.times)
    ]


def _growth_cells(found: Figures, size: int) -> tuple[str, ...]:
    if found.seconds is None:
        return "failed", NONE, NONE, NONE
    held = NONE if found.peak_pss_bytes is None else number(found.peak_pss_bytes / size)
    cost = number(found.seconds.median / size * 1e9)
    return seconds(found), cost, memory(found.peak_pss_bytes), held


def seconds(found: Figures) -> str:
    """Median and ends, or that it failed."""
    failed = f"failed {found.failures} times" if found.failures > 1 else "failed" if found.failures else ""
    if found.seconds is None:
        return failed or NONE
    return f"{spread(found.seconds)}{', ' * bool(failed)}{failed}"


def ratio(found: Figures) -> str:
    return spread(found.times_as_fast) if found.times_as_fast else NONE


def spread(values: Spread) -> str:
    """`2.71 (2.65–3.02)`; the ends are left out of a single one."""
    digits = digits_of(values.median)
    ends = f" ({values.least:.{digits}f}–{values.most:.{digits}f})" if values.count > 1 else ""
    return f"{values.median:.{digits}f}{ends}"


def digits_of(value: float) -> int:
    """Behind the point: 2.71, 27.1, 271."""
    return 2 if value < 10 else 1 if value < 100 else 0


def number(value: float) -> str:
    return f"{value:.{digits_of(value)}f}"


def memory(size_bytes: int | None) -> str:
    """`0.31 GB`, of 10⁹ bytes."""
    return NONE if size_bytes is None else f"{size_bytes / 1e9:.2f} GB"


def conditions(section: Section) -> str:
    """What the figures depend on, in a paragraph."""
    machine = section.machine
    asked = f"{' and '.join(section.sizes)} of {section.about} (seed {section.seed}), " if section.about else ""
    rounds = f"{section.rounds} round{'s' * (section.rounds > 1)}"
    busy = max((timing.busy_cores_before for timing in section.times), default=0.0)
    versions = ", ".join(f"{name} {version}" for name, version in section.versions.items())
    return (
        f"{asked}{rounds}, {section.date[:10]}. {machine['cores']} cores of {machine['processor']}, "
        f"{memory(machine['memory_bytes'])} of memory, {machine['system']}; others kept at most {busy:.1f} cores busy "
        f"just before a time was taken. {versions}."
    )


def remarks(section: Section) -> list[str]:
    """What failed, and what could not run; a line each."""
    failed = [
        f"failed: {section.programs[t.program]}, {t.mode}, {' '.join(filter(None, [t.size, f'round {t.round}']))}: "
        f"{t.failed.splitlines()[0].removesuffix('; its output ends with')}"
        for t in section.failures()
    ]
    return failed + [f"not run: {name}: {why}" for name, why in section.skipped.items()]
