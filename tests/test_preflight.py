"""All that is known before Spark starts: the key of a run, what is already done, and what would fail later."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest

from hotset.data.manifest import MANIFEST_NAME, Maker, Manifest
from hotset.errors import HotsetError, InputError, OutputError, UsageError
from hotset.job import Job
from hotset.params import CommandLine, Inputs, Options, Output
from hotset.preflight import Plan, new_run_id, plan_run, state_dir
from hotset.session.settings import Ask

RESULTS = {"spark.sql.ansi.enabled": Ask("spark.sql.ansi.enabled", "true", "hotset")}


@dataclass(frozen=True)
class Params:
    input: Annotated[Inputs, "in"] = ("in",)
    output: Annotated[Output, "out"] = "out"
    min_count: int = 1


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job in a file, and `in/a.txt` in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("a")
    source = tmp_path / "job.py"
    source.write_text("pass")
    return Job("demo", Params, lambda *_: None, "Do.", source, ())


def plan(job: Job, params: Params | None = None, results: dict[str, Ask] = RESULTS, **options: Path) -> Plan:
    return plan_run(job, CommandLine(params or Params(), Options(**options)), results)  # type: ignore[arg-type]


def publish(output: Path, key: str) -> None:
    """What a run with this key would have left."""
    output.mkdir()
    maker = Maker("demo", "run-1", key, "2026-01-02T03:04:05+00:00", "0.1.0")
    (output / MANIFEST_NAME).write_text(Manifest("a int", "text", 0, (), (maker,)).as_json())


def test_plan_lists_inputs_and_resolves_outputs_and_makes_nothing(job: Job, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))

    planned = plan(job)

    assert [file.path for file in planned.listings[("in",)].files] == [tmp_path / "in/a.txt"]
    assert planned.destinations == (tmp_path / "out",)
    assert (planned.done, planned.records()) == (None, tmp_path / ".out.hotset")
    assert sorted(tmp_path.rglob("*")) == before


def test_run_key_does_not_depend_on_the_output_or_on_the_moment(job: Job) -> None:
    one, other = plan(job), plan(job, Params(output="elsewhere/out"))

    assert one.run_key == other.run_key
    assert one.run_id != other.run_id


@pytest.mark.parametrize("change", ["parameter", "input", "input's time", "code", "setting", "job's name"])
def test_run_key_changes_with_whatever_the_content_depends_on(job: Job, tmp_path: Path, change: str) -> None:
    before = plan(job).run_key
    params, results = Params(), RESULTS

    match change:
        case "parameter":
            params = Params(min_count=2)
        case "input":
            (tmp_path / "in/b.txt").touch()
        case "input's time":
            os.utime(tmp_path / "in/a.txt", ns=(0, 1))
        case "code":
            job.source.write_text("pass  # better")
        case "setting":
            results = {"spark.sql.ansi.enabled": Ask("spark.sql.ansi.enabled", "false", "--conf")}
        case "job's name":
            job = Job("other", job.params, job.main, job.doc, job.source, ())

    assert plan(job, params, results).run_key != before


def test_spelling_of_a_setting_does_not_change_the_key(job: Job) -> None:
    shouted = {"spark.sql.ansi.enabled": Ask("spark.sql.ansi.enabled", "TRUE", "me")}

    assert plan(job, results=shouted).run_key == plan(job).run_key


def test_output_of_the_same_run_is_already_done(job: Job, tmp_path: Path) -> None:
    publish(tmp_path / "out", plan(job).run_key)

    done = plan(job).done

    assert done is not None
    assert done.run_id == "run-1"


def test_output_of_another_run_is_refused_with_its_maker(job: Job, tmp_path: Path) -> None:
    publish(tmp_path / "out", "another key")

    with pytest.raises(OutputError) as refused:
        plan(job)

    assert str(refused.value) == (
        f"the output {tmp_path}/out exists: made by demo at 2026-01-02T03:04:05+00:00 from other input, parameters or "
        "code; remove it, or choose another output"
    )


@pytest.mark.parametrize(
    ("params", "kind", "reason"),
    [
        (Params(input=("nowhere",)), InputError, "no such input, got 'nowhere'"),
        (Params(input=("in", "nowhere")), InputError, "no such input, got 'nowhere'"),
        (Params(output="in"), OutputError, "lies inside the input"),
        (Params(output="in/out"), OutputError, "lies inside the input"),
        (Params(output="."), OutputError, "lies inside the output"),
        (Params(output="/"), OutputError, "lies inside the output /;"),
        (Params(output="job.py"), OutputError, "exists; remove it"),
        (Params(output="job.py/out"), OutputError, "job.py is not a directory"),
        (Params(output="s3://b/k"), OutputError, "only paths of this machine"),
    ],
)
def test_what_would_stop_the_run_later_stops_it_now(
    job: Job, params: Params, kind: type[HotsetError], reason: str
) -> None:
    with pytest.raises(kind) as refused:
        plan(job, params)

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("report", "kind", "reason"),
    [
        ("", UsageError, "--report takes the name of a file"),
        ("in", UsageError, "--report takes the name of a file"),
        ("x" * 300, UsageError, "--report takes the name of a file"),
        ("r.log", UsageError, "may not end in .log"),
        ("out/r.json", OutputError, "lies inside the output"),
        ("in/a.txt", OutputError, "is the input"),
        ("in/../in/a.txt", OutputError, "is the input"),
        ("in/b.json", OutputError, "is the input"),
    ],
)
def test_report_that_could_not_be_written_or_would_overwrite_an_input_is_refused(
    job: Job, tmp_path: Path, report: str, kind: type[HotsetError], reason: str
) -> None:
    (tmp_path / "in/b.log").touch()

    with pytest.raises(kind) as refused:
        plan(job, report=Path(report))

    assert reason in str(refused.value)


@pytest.mark.parametrize("report", ["r.json", "new/place/r.json", "reports.d/r", "outer/r.json"])
def test_report_elsewhere_is_fine(job: Job, report: str) -> None:
    planned = plan(job, report=Path(report))

    assert planned.done is None


def test_run_ids_differ_and_sort_by_time() -> None:
    ids = [new_run_id() for _ in range(10)]

    assert len(set(ids)) == 10
    assert [run_id[:15] for run_id in ids] == sorted(run_id[:15] for run_id in ids)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"XDG_STATE_HOME": "/s"}, "/s/hotset"),
        ({"XDG_STATE_HOME": ""}, "/h/.local/state/hotset"),
        ({}, "/h/.local/state/hotset"),
    ],
)
def test_records_without_an_output_lie_with_the_users_own(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    monkeypatch.setenv("HOME", "/h")

    assert state_dir(environment) == Path(expected)


def test_job_without_paths_keeps_its_records_with_the_users_own(
    job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @dataclass(frozen=True)
    class Nothing:
        number: int = 1

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    bare: Callable[..., None] = job.main
    planned = plan_run(Job("bare", Nothing, bare, "Do.", job.source, ()), CommandLine(Nothing(), Options()), RESULTS)

    assert planned.records() == tmp_path / "hotset"
