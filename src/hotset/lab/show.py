"""An experiment on the terminal: the plan, and for each name a chart, the figures and the verdict in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.bar import Bar
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hotset.lab.asked import LabOptions
from hotset.lab.options import FRAMES_DEFAULT, Family, Option
from hotset.lab.records import Record, Records, Stored
from hotset.lab.statistics import Ratio, median, spread
from hotset.lab.verdict import FEWEST_ROUNDS, Verdict
from hotset.memory.levels import NONE
from hotset.report.terminal import printable

BAR_WIDTH = 16
FIGURES = ("build", "read", "reads", "CPU", "±", "GC", "memory", "disk", "evicted")
UNITS = "medians; build, a read, CPU and GC in seconds, memory and disk in MiB"
MIB = 1024**2


@dataclass(frozen=True)
class Plan:
    """What will be run, and what would take too long; `run_s` is what one run takes."""

    options: Sequence[Option]
    left_out: Sequence[Option]
    run_s: float


def say(console: Console, text: str) -> None:
    """One line, in which nothing is markup: names and paths are anybody's."""
    console.print(Text(printable(text)), soft_wrap=True)


def show_kept(console: Console, job: str, probe: Record) -> None:
    """What the job keeps."""
    for name, kept in probe.kept.items():
        say(console, f"{job} keeps {name}, a {kept.kind}, at {kept.level}")
    if len(probe.kept) > 1:
        say(console, "one name varies at a time; the others stay as the job has them, else at Spark's default")


def show_plan(console: Console, plan: Plan, options: LabOptions) -> None:
    """How many options there are, how long a round will take, and what there is no time for."""
    rounds = f"{options.rounds} rounds" if options.rounds else f"{FEWEST_ROUNDS} rounds or more"
    took = f"a run takes about {plan.run_s:.1f} s, a round {_time(plan.run_s * len(plan.options))}"
    say(console, f"{len(plan.options)} options in {rounds}; {took}; budget {options.budget}")
    if plan.left_out:
        names = ", ".join(option.key for option in plan.left_out)
        say(console, f"left out, since the time is not enough: {names}")


def show_family(console: Console, family: Family, verdict: Verdict, records: Records, confidence: float) -> None:
    """The options of one name, the fastest first, and what follows."""
    console.print()
    console.print(Text(f"{printable(family.name)}, {verdict.rounds} rounds", style="bold"))
    console.print(_chart(family, verdict, records, confidence))
    console.print(_figures(family, verdict, records))
    for label, why in (*explained(family, verdict), *failed(family, records)):
        console.print(Text.assemble((printable(label), "bold"), f": {printable(why)}"), soft_wrap=True)
    for line in in_words(verdict):
        say(console, line)


def short(label: str) -> str:
    """UNCOMPRESSED and ARROW are that level with a setting, and `explained` says so."""
    level, _, variant = label.partition(" ")
    return variant.upper() if level == FRAMES_DEFAULT and variant and " " not in variant else label


def explained(family: Family, verdict: Verdict) -> list[tuple[str, str]]:
    """(label, level and settings) of those that are more than a level."""
    with_settings = [(label, family.options[label]) for label in verdict.relative if family.options[label].conf]
    return [
        (
            short(label),
            f"{option.levels[family.name]} with {', '.join(f'{key}={value}' for key, value in option.conf.items())}",
        )
        for label, option in with_settings
    ]


def failed(family: Family, records: Records) -> list[tuple[str, str]]:
    """(label, reason) of those that could not be measured."""
    failures = records.failures()
    return [(label, failures[option.key]) for label, option in family.options.items() if option.key in failures]


def in_words(verdict: Verdict) -> list[str]:
    """The verdict as sentences."""
    unmeasured = [f"not measured: {', '.join(verdict.unmeasured)}"] if verdict.unmeasured else []
    if verdict.rounds < FEWEST_ROUNDS:
        told = f"too few rounds for a verdict, so nothing is recommended; fastest so far: {verdict.best}"
        return [*unmeasured, told]
    if not verdict.slower:
        return [*unmeasured, f"nothing is recommended: only {verdict.best} was measured, with nothing to compare it to"]
    return [*unmeasured, *_compared(verdict)]


def _compared(verdict: Verdict) -> list[str]:
    others = [label for label in verdict.alike if label != verdict.best]
    words = []
    if verdict.has_winner:
        words.append(f"{verdict.best} wins: every other option{' measured' if verdict.unmeasured else ''} is slower")
    elif others:
        words.append(f"no difference beyond noise between {verdict.best} and {', '.join(others)}")
        if verdict.recommended and (verdict.take != verdict.best or NONE in verdict.alike):
            words.append("of those that do not differ the one with the least memory is taken")
    if verdict.recommended is None:
        words.append(f"not decided yet, {verdict.best} is ahead by estimate: {', '.join(verdict.open)}")
        return [*words, "nothing is recommended: more rounds may decide it, with a larger --budget or --rounds"]
    return [*words, f"recommended: {verdict.take}" + (", keep nothing" if verdict.take == NONE else "")]


def _chart(family: Family, verdict: Verdict, records: Records, confidence: float) -> Table:
    """One bar an option: its time relative to that of NONE in the same rounds, and its own seconds."""
    table = _table()
    table.add_column("")
    for column in (f"times NONE ({confidence:.0%})", "job s", "±", "rounds"):
        table.add_column(column, justify="right", no_wrap=True)
    longest = max(verdict.relative.values())
    for label, relative in verdict.relative.items():
        taken = label == verdict.recommended
        seconds = list(records.times(family.options[label].key).values())
        table.add_row(
            Text(printable(short(label)), style="bold" if taken else ""),
            Bar(longest, 0, relative, width=BAR_WIDTH, color="green" if taken else "blue"),
            interval(verdict.to_none.get(label)),
            _number(median(seconds)),
            _number(spread(seconds)),
            str(len(seconds)),
        )
    return table


def _figures(family: Family, verdict: Verdict, records: Records) -> Table:
    """The rest of what was measured: medians over the rounds."""
    table = _table()
    table.caption, table.caption_justify = UNITS, "left"
    for column in FIGURES:
        table.add_column(column, justify="right", no_wrap=True)
    for label in verdict.relative:
        table.add_row(Text(printable(short(label))), *figures(family.name, records.of(family.options[label].key)))
    return table


def _table() -> Table:
    """So narrow that the figures stand in one line on a terminal of 80 columns."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0, collapse_padding=True)
    table.add_column("option", no_wrap=True)
    return table


def figures(name: str, ran: Sequence[Record]) -> tuple[str, ...]:
    """FIGURES as texts: medians over the runs; ± is half the distance between the quartiles."""
    kept = [record.kept[name] for record in ran if name in record.kept]
    cpu = [record.task_cpu_seconds for record in ran if record.task_cpu_seconds is not None]
    collecting = [record.gc_seconds for record in ran if record.gc_seconds is not None]
    return (
        _number(_median(kept, lambda one: one.build_seconds)),
        _number(_median(kept, lambda one: one.read_seconds / one.reads if one.reads and one.read_seconds else None)),
        f"{_median(kept, lambda one: one.reads) or 0:.0f}",
        _number(median(cpu)),
        _number(spread(cpu)),
        _number(median(collecting)),
        _mib(_median(kept, lambda one: one.memory_bytes)),
        _mib(_median(kept, lambda one: one.disk_bytes)),
        f"{_median(kept, lambda one: one.evicted) or 0:.0f}",
    )


def interval(found: Ratio | None) -> str:
    """0.52 [0.48, 0.57]."""
    if found is None:
        return ""
    bounds = f" [{found.low:.2f}, {found.high:.2f}]" if found.rounds > 1 else ""
    return f"{found.value:.2f}{bounds}"


def _median(kept: Sequence[Stored], figure: Callable[[Stored], float | None]) -> float | None:
    values = [value for one in kept if (value := figure(one)) is not None]
    return median(values)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _mib(value: float | None) -> str:
    return f"{value / MIB:,.1f}" if value else "0"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
