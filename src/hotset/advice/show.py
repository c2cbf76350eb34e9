"""Advice on the terminal: one paragraph for each verdict, the gain first; then what stands behind it."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from hotset.advice.naming import cut
from hotset.advice.verdicts import Advice, Evidence, Kind, Span, Verdict
from hotset.report.terminal import counted, printable, size

COLOURS: dict[Kind, str] = {
    "KEEP": "bold green", "REMOVE": "bold red", "CHANGE": "bold yellow", "LIKELY": "bold cyan", "TRY": "bold cyan",
    "FINE": "green", "NOTHING": "bold",
}  # fmt: skip
SHOWN = 6  # uses of one verdict
SMALL_S = 10


def show(advice: Advice, console: Console) -> None:
    for program in advice.programs:
        name = f"{cut(printable(program.application or 'no name'))}  {printable(program.id)}"
        name += f"  Spark {printable(program.spark or 'unknown')}"
        took = f"{seconds(program.seconds)} s, {seconds(program.task_seconds)} task seconds"
        console.print(Text(f"{name}  {took}", style="dim"), soft_wrap=True)
    for verdict in advice.verdicts:
        console.print()
        console.print(_headline(verdict), soft_wrap=True)
        for line in _lines(verdict):
            console.print(Text(f"  {printable(line)}"), soft_wrap=True)
    if advice.notes:
        console.print()
    for note in advice.notes:
        console.print(f"[yellow]note:[/] {escape(printable(note))}", soft_wrap=True, highlight=False)


def _headline(verdict: Verdict) -> Text:
    subject = f" {cut(printable(verdict.subject))}" if verdict.subject else ""
    level = {"KEEP": " at ", "CHANGE": " to ", "LIKELY": " at ", "TRY": " at ", "FINE": ", "}.get(verdict.kind, "")
    where = f"{level}{verdict.level}" if level and verdict.level else ""
    if verdict.kind == "TRY" and verdict.exists:
        where = f" without its cache ({verdict.level})"
    return Text.assemble((verdict.kind, COLOURS[verdict.kind]), subject, where)


def _lines(verdict: Verdict) -> Iterator[str]:
    yield verdict.reason
    if verdict.kind == "NOTHING":
        return
    yield f"by the clock {effect(verdict.saving_seconds)}; by the tasks' time {effect(verdict.saving_task_seconds)}"
    parts = [f"{size(verdict.bytes)} ({verdict.bytes_by})" if verdict.bytes else "size unknown"]
    if verdict.build_seconds is not None:
        parts.append(f"built in {seconds(verdict.build_seconds)} task seconds")
    if verdict.read_seconds is not None:
        parts.append(f"read in {seconds(verdict.read_seconds)}, the stages' whole time")
    if verdict.evictions:
        parts.append(counted(verdict.evictions, "eviction"))
    yield "; ".join(parts)
    yield f"confidence {verdict.confidence}: {verdict.why}"
    yield from (_use(use) for use in verdict.evidence[:SHOWN])
    if len(verdict.evidence) > SHOWN:
        yield f"… and {counted(len(verdict.evidence) - SHOWN, 'use')} more"


def _use(use: Evidence) -> str:
    stages = ", ".join(str(stage) for stage in use.stages[:SHOWN])
    more = ", …" if len(use.stages) > SHOWN else ""
    shared = ", with other work" if use.shared else ""
    return f"- {use.how:8} {seconds(use.task_seconds):>6} task s  {use.where}  (stages {stages}{more}{shared})"


def effect(found: Span) -> str:
    """What having the cache does: it saves or costs so much, or the bounds leave both open."""
    low, high = seconds(abs(found.low)), seconds(abs(found.high))
    if found.low >= 0:
        return f"it saves {low if low == high else f'{low} to {high}'} s"
    if found.high <= 0:
        return f"it costs {low if low == high else f'{high} to {low}'} s"
    return f"it may save up to {high} s and may cost up to {low} s"


def seconds(value: float) -> str:
    """Two digits after the point below ten seconds, one above; no -0."""
    text = f"{value:,.2f}" if abs(value) < SMALL_S else f"{value:,.1f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text
