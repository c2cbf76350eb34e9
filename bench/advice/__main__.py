"""The accuracy bench's command line: `make bench-advice`, or `python -m bench.advice --only narrow,wide --rounds 6`."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import cyclopts

from bench.advice.measure import measured
from bench.advice.measured import Results
from bench.advice.page import PAGE, RESULTS, draw, totals, update
from bench.advice.tables import Tables
from bench.advice.workloads import WORKLOADS
from bench.machine import machine, source_digest, versions
from bench.place import chosen_java
from bench.work import ROOT

Help = cyclopts.Parameter
SCRATCH = ROOT / "out" / "bench-advice"


def main(
    *,
    only: Annotated[str, Help(help="only these workloads, with commas between them")] = "",
    rounds: Annotated[int, Help(help="of every option; the lab chooses from half of them")] = 6,
    scale: Annotated[float, Help(help="of the tables: 1 is about a second's work")] = 1.0,
    quick: Annotated[bool, Help(help="see that it works: two small workloads, kept nowhere", negative="")] = False,
    scratch: Annotated[Path, Help(help="where tables, times and logs are kept; the same call goes on")] = SCRATCH,
) -> None:
    """Measure every way to keep what each workload keeps, and see whether the lab and the advice chose well."""
    if quick:
        only, rounds, scale = only or "csv-twice,objects-twice", 2, 0.02
    chosen = only.split(",") if only else list(WORKLOADS)
    place = scratch.absolute() / (f"scale-{scale:g}-source-{source_digest()}" if quick else f"scale-{scale:g}")
    results = _empty(scale, rounds)
    before = None if quick else Results.load(RESULTS)
    results.workloads |= before.workloads if before else {}
    Tables(scratch.absolute() / "tables", scale).make_all()
    for position, name in enumerate(chosen):
        start = time.monotonic()
        workload = WORKLOADS[name]
        found = measured(workload, scratch.absolute() / "tables", scale, rounds, place / name, lambda _o, _r: None)
        results.workloads[name] = found
        spent = time.monotonic() - start
        sys.stdout.write(f"{position + 1}/{len(chosen)} {name}: {spent:.0f} s, the lab takes {found.lab}\n")
        sys.stdout.flush()
        if not quick:
            results.save(RESULTS)
    sys.stdout.write("\n".join(totals(results)) + "\n")
    if not quick:
        draw(results)
        update(PAGE, results)


def _empty(scale: float, rounds: int) -> Results:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Results(now, scale, rounds, machine(), versions(chosen_java(None)), source_digest())


if __name__ == "__main__":
    cyclopts.run(main)
