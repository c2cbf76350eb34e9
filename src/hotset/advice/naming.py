"""What to call a place of the program: our step, the description, else the line of Python."""

import re

from hotset.advice.operators import LOCATION, is_layer, is_through, plain, skeleton
from hotset.eventlog import Application, Execution, Job, PlanNode, Stage

LONG = 90
PYTHON_LINE = re.compile(r"\.py:\d+$")
NATIVE = " at NativeMethodAccessorImpl.java:0"  # where Spark knows no line of Python


def tagged(tags: tuple[str, ...], key: str) -> str:
    """The value of a tag `key:value`."""
    return next((tag[len(key) + 1 :] for tag in tags if tag.startswith(f"{key}:")), "")


def job_name(tags: tuple[str, ...]) -> str:
    return tagged(tags, "job")


def where(application: Application, stages: tuple[Stage, ...], execution: Execution | None = None) -> str:
    """`step use, collect at job.py:12, query 3`."""
    jobs = [application.jobs[stage.job] for stage in stages if stage.job in application.jobs]
    step = _step(jobs, execution) or (execution.description if execution else "")
    line = next((short(stage.name) for stage in reversed(stages) if PYTHON_LINE.search(stage.name)), "")
    if not (step or line) and stages:
        line = short(stages[-1].name)
    query = f"query {execution.id}" if execution else f"job {jobs[0].id}" if jobs else ""
    parts = [short(step).removesuffix(NATIVE), line, query]
    return cut(", ".join(part for part in dict.fromkeys(parts) if part))


def _step(jobs: list[Job], execution: Execution | None) -> str:
    tags = execution.tags if execution else ()
    step = tagged(tags, "step") or next((found for job in jobs if (found := tagged(job.tags, "step"))), "")
    if step:
        return f"step {step}"
    return next((job.description for job in jobs if job.description), "")


def short(place: str) -> str:
    """collect at /home/me/job.py:12 -> collect at job.py:12."""
    what, at, file = place.rpartition(" at ")
    return f"{what}{at}{file.rpartition('/')[2]}" if at else place


def cut(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"


def described(node: PlanNode) -> str:
    """A few words for a frame that nobody named: its operators from the top, and the file it comes from."""
    parts: list[str] = []
    for one in node.walk():
        if is_layer(one) or is_through(one):
            continue
        location = LOCATION.search(plain(one.text))
        word = skeleton(one)
        if location:
            word = f"{one.name.strip()} {location[1].rstrip('/').rpartition('/')[2]}"
        if not parts or parts[-1] != word:
            parts.append(word if len(word) < LONG // 2 else f"{word[: LONG // 2]}…")
    return cut(" of ".join(parts[:4]) or node.name)
