"""Measures one workload: every option round by round, what the lab makes of half of the rounds, what advice says."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.advice.measured import Measured, Span, Times
from bench.advice.workload import Workload
from bench.work import ROOT
from hotset.advice import Advice, Verdict, advise
from hotset.lab.compare import Compared, compare
from hotset.lab.options import Option
from hotset.lab.records import Record, Records
from hotset.lab.verdict import judge

OFF_HEAP_BYTES = 512 * 1024**2
CONFIDENCE = 0.95
KEPT = "hot"
LITTLE_S = 0.2  # no advice means that no cache saves more than this, says hotset.advice
NONE, DEFAULT = "NONE", "MEMORY_AND_DISK_DESER"


def measured(
    workload: Workload, tables: Path, scale: float, rounds: int, scratch: Path, tell: Callable[[Option, int], None]
) -> Measured:
    """Goes on from what `scratch` has of it already."""
    scratch.mkdir(parents=True, exist_ok=True)
    order = ["--workload", workload.name, "--tables", str(tables), "--scale", f"{scale:g}"]
    conf = [part for key, value in workload.conf.items() for part in ("--conf", f"{key}={value}")]
    compared = compare(
        "bench.advice.job",
        [*order, *conf, "--output", str(scratch / "answer")],
        rounds,
        records=scratch / "records.jsonl",
        off_heap_bytes=OFF_HEAP_BYTES,
        tell=tell,
    )
    (family,) = (family for family in compared.families if family.name == KEPT)
    failures = compared.records.failures()
    verdict = judge(family, of_rounds(compared.records, odd=True), CONFIDENCE)
    assert verdict is not None, "rounds were run"
    return Measured(
        workload.half,
        workload.about,
        {label: _times(ran) for label, ran in _runs(compared).items() if ran},
        {label: failures[option.key] for label, option in family.options.items() if option.key in failures},
        verdict.take,
        "a winner" if verdict.has_winner else "no difference beyond noise" if verdict.decided else "not decided",
        advised(workload, tables, scale, scratch / "logs"),
    )


def _runs(compared: Compared) -> dict[str, list[Record]]:
    return compared.runs()[KEPT]


def of_rounds(records: Records, *, odd: bool) -> Records:
    """Half of the rounds: the lab chooses from the odd ones, and is judged by the even ones."""
    half = Records(records.file)
    half.all = [record for record in half.all if record.round % 2 == odd or record.round == 0]
    return half


def _times(ran: list[Record]) -> Times:
    last = ran[-1].kept.get(KEPT)
    seconds = {one.round: round(one.seconds, 4) for one in ran}
    tasks = {one.round: round(one.task_seconds or 0.0, 4) for one in ran}
    if last is None:
        return Times(seconds, tasks, gc_seconds=ran[-1].gc_seconds)
    return Times(
        seconds,
        tasks,
        last.build_seconds,
        last.reads,
        last.read_seconds,
        last.memory_bytes,
        last.disk_bytes,
        last.evicted,
        ran[-1].gc_seconds,
    )


def advised(workload: Workload, tables: Path, scale: float, logs: Path) -> dict[str, Span]:
    """What is advised from one log without the cache, from one with it, and from both."""
    without, with_it = logs / "without", logs / "with"
    if not (without.exists() and with_it.exists()):
        command = [sys.executable, "-m", "bench.advice.logs", workload.name, str(tables), f"{scale:g}", str(logs)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return {
        "without": of_advice(advise(without)),
        "with": of_advice(advise(with_it), KEPT),
        "pair": of_advice(advise(without, with_it), KEPT, difference=True),
    }


def of_advice(advice: Advice, subject: str | None = None, *, difference: bool = False) -> Span:
    """The verdict on this subject, or the one that promises most; none says that there is little to gain.

    `difference`: the advice is of two logs, where FINE says that there is none.
    """
    found = [one for one in advice.verdicts if one.kind != "NOTHING" and subject in (None, one.subject)]
    if not found:
        return Span("NOTHING", "NONE", (-1e9, LITTLE_S), (-1e9, LITTLE_S))
    best = max(found, key=lambda one: (one.kind in ("KEEP", "LIKELY"), one.saving_seconds.high))
    clock, tasks = best.saving_seconds, best.saving_task_seconds
    return Span(
        best.kind,
        _to_take(best, difference),
        (round(clock.low, 3), round(clock.high, 3)),
        (round(tasks.low, 3), round(tasks.high, 3)),
    )


def _to_take(verdict: Verdict, difference: bool) -> str:
    """The option that follows the advice; what is only worth a try, or makes no difference, is not kept."""
    taken = ("KEEP", "LIKELY", "CHANGE") if difference else ("KEEP", "LIKELY", "CHANGE", "FINE")
    return verdict.level if verdict.kind in taken and verdict.level else NONE
