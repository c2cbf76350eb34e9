"""Advice into conf/levels.toml, for what our own jobs keep under a name."""

import datetime
from collections.abc import Sequence
from pathlib import Path

from hotset.advice.naming import cut
from hotset.advice.verdicts import Advice, Verdict
from hotset.memory.levels import NONE, Level
from hotset.memory.placed import Placement, write_placements

ACTED_ON = ("KEEP", "REMOVE", "CHANGE", "LIKELY")


def apply(advice: Advice, file: Path) -> tuple[list[Placement], list[str]]:
    """(what was written, what was refused and why). Raises UsageError, OutputError for the file."""
    wanted = [verdict for verdict in advice.verdicts if verdict.kind in ACTED_ON]
    refused = [f"{cut(verdict.subject)}: {why}" for verdict in wanted if (why := _why_not(verdict))]
    placements = [_placement(verdict, advice) for verdict in wanted if not _why_not(verdict)]
    if placements:
        write_placements(file, placements)
    return placements, refused


def _why_not(verdict: Verdict) -> str:
    if verdict.kind in ("CHANGE", "LIKELY") and not verdict.is_sure:
        return "its bounds leave a loss open; `hotset lab` decides"
    if not verdict.job:
        return "not from a job of `hotset run`; change its own program"
    if not verdict.named:
        return f"{verdict.job} does not keep it under a name; write run.keep(NAME, …) in the job"
    if verdict.end_unknown:
        return (
            "nothing read it, and a log does not show whether its run failed; give the run's output or report instead"
        )
    return ""


def _placement(verdict: Verdict, advice: Advice) -> Placement:
    level = Level(NONE) if verdict.kind == "REMOVE" else Level.parse(verdict.level)
    saved = verdict.saving_seconds
    middle = (saved.low + saved.high) / 2
    return Placement(
        verdict.job,
        verdict.subject,
        level,
        input_bytes=None,
        kept_bytes=verdict.bytes if verdict.bytes_by == "block updates" else None,
        memory_bytes=_storage(advice.programs[-1].memory_bytes),
        measured=datetime.datetime.now(datetime.UTC).date().isoformat(),
        by="hotset advise",
        saves_seconds=round(-middle if verdict.kind == "REMOVE" else middle, 3),
    )


def _storage(count: int) -> int | None:
    return count or None


def told(placements: Sequence[Placement], refused: Sequence[str], file: Path) -> list[str]:
    """Lines for the terminal."""
    lines = [f"wrote {file}: {one.job}.{one.name} = {one.level}" for one in placements]
    lines += [f"not written: {one}" for one in refused]
    return lines or ["nothing to write"]
