"""The campaign's command line: `make faults`, `make faults-baseline`, or `python -m faults --rows 3,7`."""

import shutil
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import cyclopts
from bench.machine import machine, source_digest, versions
from bench.place import chosen_java
from bench.work import ROOT

from faults.campaign import Campaign
from faults.disk import enter_own_namespace
from faults.page import PAGE, RESULTS, kept, rendered, update
from faults.results import Result, added_up, load, save
from faults.rows import all_rows
from faults.subjects import SUBJECTS
from faults.table import number

Help = cyclopts.Parameter
SCRATCH = ROOT / "out" / "faults"


def main(
    *,
    subject: Annotated[str, Help(help="what is broken: hotset, or plain for PySpark alone")] = "hotset",
    rows: Annotated[str, Help(help="only these, with commas between them; the others keep their results")] = "",
    seed: Annotated[int, Help(help="of every trial")] = 7,
    share: Annotated[float, Help(help="of the trials, to see quickly that it works; results are not kept")] = 1.0,
    again: Annotated[bool, Help(help="forget the trials that were made before", negative="")] = False,
    scratch: Annotated[Path, Help(help="where the trials take place and are written down")] = SCRATCH,
) -> None:
    """Break the suite in every way of the matrix, and see that it holds; goes on where it was stopped."""
    enter_own_namespace()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background has it ignored, programs too then
    chosen = [row for row in all_rows() if not rows or row.key in rows.split(",")]
    campaign = Campaign(SUBJECTS[subject], scratch.absolute() / f"share-{share:g}", seed, _say, share)
    if again:
        shutil.rmtree(campaign.scratch, ignore_errors=True)
    if share == 1:
        campaign.warm_up()
    result = _empty(campaign)
    for row in (row for row in chosen if campaign.wanted(row)):
        result.rows[row.key] = added_up(row, campaign.wanted(row), campaign.run([row]))
        if share == 1:
            _keep(result)
    sys.exit(_verdict(campaign, result))


def _empty(campaign: Campaign) -> Result:
    return Result(
        subject=campaign.subject.name,
        title=campaign.subject.title,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=campaign.seed,
        machine=machine(),
        versions=versions(chosen_java(None)),
        source=source_digest(),
    )


def _keep(result: Result) -> None:
    """After each row: a row that was not tried again keeps its older result."""
    path = RESULTS / f"{result.subject}.json"
    before = load(path)
    rows = {**(before.rows if before else {}), **result.rows}
    save(replace(result, rows={key: rows[key] for key in sorted(rows, key=number)}), path)
    update(PAGE, rendered(*kept()))


def _verdict(campaign: Campaign, result: Result) -> int:
    """0 if every fault bit, and hotset held; what plain Spark does is only written down."""
    broken = sum(row.failed for row in result.rows.values())
    trials = sum(row.bit for row in result.rows.values())
    lacking = [key for key, row in result.rows.items() if not row.complete]
    _say(f"{trials:,} faults, {broken:,} broke something; rows without all of theirs: {', '.join(lacking) or 'none'}")
    return 0 if not lacking and (not broken or campaign.subject.name == "plain") else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    cyclopts.run(main)
