"""One answer, many times: `python -m faults.answers group node --tables 300 --seed 7 RESULT.json`."""

import json
import random
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

import cyclopts

from faults.answers import groups, joins
from faults.answers.ways import WAYS
from hotset import HotsetError, open_run
from hotset.jobs.group import job as group
from hotset.jobs.join import job as join

Job = Literal["group", "join"]
MOST_GROUPED, MOST_JOINED = 60, 20  # rows of a table


def main(
    job: Job,
    way: Literal["local", "node", "cluster"],
    result: Path,
    *,
    tables: Annotated[int, cyclopts.Parameter(help="how many are drawn")] = 300,
    seed: Annotated[int, cyclopts.Parameter(help="of the first; the others have those behind it")] = 7,
) -> None:
    """Random tables through the job; `result` says which of them came out in another way than in plain Python."""
    scratch = Path(tempfile.mkdtemp(prefix="answers-"))
    wrong: dict[int, str] = {}
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        if way != "local":  # one session for all
            stack.enter_context(open_run("answers", report=scratch / "answers.json"))
        for number in range(seed, seed + tables):
            directory = scratch / str(number)
            directory.mkdir()
            if problem := _try(job, way, number, directory):
                wrong[number] = problem
            shutil.rmtree(directory)
    result.write_text(json.dumps({"tables": tables, "wrong": wrong}, ensure_ascii=False))


def _try(job: Job, way: str, seed: int, directory: Path) -> str:
    """What is wrong with the answer to one table; an error is."""
    try:
        return _group(way, seed, directory) if job == "group" else _join(way, seed, directory)
    except HotsetError as why:
        return f"{type(why).__name__}: {why}"


def _group(way: str, seed: int, directory: Path) -> str:
    chance = random.Random(seed)
    rows = groups.random_rows(chance.randrange(MOST_GROUPED), seed)
    by, form = chance.choice(groups.BY), chance.choice([*groups.WRITE])
    groups.WRITE[form](directory / "in", rows)
    of_run, of_job = WAYS[way]
    paths = {"input": (str(directory / "in"),), "output": str(directory / "out")}
    columns = groups.DDL if form == "csv" else ""
    with open_run("group", report=directory / "report.json", on_empty="ok", **of_run) as run:
        group.main(run, groups.params(by, groups.ALL, **paths, columns=columns, **of_job))
    problem = groups.difference(rows, by, groups.ALL, groups.read_answer(directory / "out"))
    return problem and f"{form} by {by}: {problem}"


def _join(way: str, seed: int, directory: Path) -> str:
    chance = random.Random(seed)
    left, right = joins.random_sides(seed, chance.randrange(MOST_JOINED), chance.randrange(MOST_JOINED))
    how = chance.choice(joins.HOWS)
    on = chance.choice(joins.FULL if how == "full" else joins.ON)
    joins.write(directory, left, right)
    of_run, of_job = WAYS[way]
    with open_run("join", report=directory / "report.json", on_empty="ok", **of_run) as run:
        join.main(run, joins.params(directory, directory / "out", on, how, max_rows=10_000, **of_job))
    found, expected = joins.published(directory / "out"), joins.expected(left, right, on, how)
    return "" if found == expected else f"{how} on {on}: {found - expected} instead of {expected - found}"


if __name__ == "__main__":
    cyclopts.run(main)
