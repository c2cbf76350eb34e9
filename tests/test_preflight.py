"""All that is known before Spark starts: the key of a run, what is already done, and what would fail later."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest

from hotset.data.claim import IfExists
from hotset.data.manifest import MANIFEST_NAME, InputRead, Maker, Manifest, PublishedFile, QuarantineFile
from hotset.errors import DataError, HotsetError, InputError, OutputError, ResourceError, UsageError
from hotset.job import Job
from hotset.params import CommandLine, Inputs, Options, Output
from hotset.preflight import Plan, new_run_id, plan_run
from hotset.session.settings import Ask
from hotset.units import Share

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


def plan(job: Job, params: Params | None = None, results: dict[str, Ask] = RESULTS, **options: Any) -> Plan:
    if "max_bad" in options:
        options["max_bad"] = Share(options["max_bad"])
    return plan_run(job, CommandLine(params or Params(), Options(**options)), results)


def publish(output: Path, *keys: str, files: tuple[str, ...] = (), inputs: tuple[InputRead, ...] = ()) -> None:
    """What runs with these keys would have left: empty `files`, the last of them a quarantine."""
    output.mkdir()
    for name in files:
        (output / name).touch()
    parts = tuple(PublishedFile(name, 0, "", 0) for name in files[:-1])
    bad = tuple(QuarantineFile(name, 0, "", 0) for name in files[-1:])
    makers = tuple(Maker("demo", "run-1", key, "2026-01-02T03:04:05+00:00", "0.1.0") for key in keys)
    (output / MANIFEST_NAME).write_text(
        Manifest("a int", "text", 0, parts, makers, inputs=inputs, quarantine=bad).as_json()
    )


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


def test_with_a_changed_helper_the_same_run_is_not_done(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    job.source.write_text("import helper_of_demo")
    (tmp_path / "helper_of_demo.py").write_text("FACTOR = 2")
    publish(tmp_path / "out", plan(job).run_key)

    done = plan(job).done
    (tmp_path / "helper_of_demo.py").write_text("FACTOR = 3")

    assert done is not None
    with pytest.raises(OutputError, match="the last time from other input, parameters or code"):
        plan(job)


def test_output_of_another_run_is_refused_with_its_maker(job: Job, tmp_path: Path) -> None:
    publish(tmp_path / "out", "another key")

    with pytest.raises(OutputError) as refused:
        plan(job)

    assert str(refused.value) == (
        f"the output {tmp_path}/out exists: made by demo at 2026-01-02T03:04:05+00:00, the last time from other "
        "input, parameters or code; give --if-exists replace, or choose another output"
    )


@pytest.mark.parametrize(
    ("params", "kind", "reason"),
    [
        (Params(input=("nowhere",)), InputError, "no such input, got 'nowhere'"),
        (Params(input=("in", "nowhere")), InputError, "no such input, got 'nowhere'"),
        (Params(output="in"), OutputError, "lies inside the input"),
        (Params(output="in/out"), OutputError, "lies inside the input"),
        (Params(output="."), OutputError, "is the working directory or above it"),
        (Params(output="/"), OutputError, "is the working directory or above it"),
        (Params(output="table:db.counts"), OutputError, "a table of a catalog cannot appear in one step"),
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
    ("output", "reason"),
    [
        (".", "is the working directory or above it"),
        ("..", "is the working directory or above it"),
        ("/", "is the working directory or above it"),
        ("file:///", "is the working directory or above it"),
        ("link-to-here", "is the working directory or above it"),
        ("~", "is the home directory or above it"),
        ("home/..", "is the working directory or above it"),
    ],
)
@pytest.mark.parametrize("if_exists", ["refuse", "replace"])
def test_places_that_are_more_than_an_output_are_refused(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, reason: str, if_exists: IfExists
) -> None:
    elsewhere = tmp_path.with_name(tmp_path.name + "-in")
    elsewhere.mkdir()
    (elsewhere / "a.txt").touch()
    (tmp_path / "home").mkdir()
    (tmp_path / "link-to-here").symlink_to(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    with pytest.raises(OutputError) as refused:
        plan(job, Params((str(elsewhere),), output), if_exists=if_exists)

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "output", ["in", "in/", "./in", "in/../in", "link", "file:{here}/in", "file://{here}/in", "{here}/in"]
)
@pytest.mark.parametrize("if_exists", ["replace", "append"])
def test_output_that_is_the_input_is_refused_however_it_is_spelt(
    job: Job, tmp_path: Path, output: str, if_exists: IfExists
) -> None:
    (tmp_path / "link").symlink_to("in")

    with pytest.raises(OutputError, match="lies inside the input"):
        plan(job, Params(output=output.format(here=tmp_path)), if_exists=if_exists)

    assert (tmp_path / "in/a.txt").read_text() == "a"


@pytest.mark.parametrize(
    ("if_exists", "history", "again", "done"),
    [
        ("refuse", ["ours"], False, True),
        ("replace", ["ours"], False, True),
        ("append", ["ours", "other"], False, True),
        ("replace-partitions", ["ours", "other"], False, True),
        ("append", ["ours"], True, False),
        ("append", ["other"], False, False),
        ("replace", ["other"], False, False),
        ("replace", ["ours", "other"], False, False),
    ],
)
def test_already_done_comes_before_what_is_done_with_a_version(
    job: Job, tmp_path: Path, if_exists: IfExists, history: list[str], again: bool, done: bool
) -> None:
    key = plan(job).run_key
    publish(tmp_path / "out", *(key if name == "ours" else "another key" for name in history))

    planned = plan(job, if_exists=if_exists, again=again)

    assert (planned.done is not None) is done
    assert planned.expected[tmp_path / "out"].manifest_sha256


@pytest.mark.parametrize("change", ["gone", "another size", "quarantine gone"])
def test_a_version_whose_files_are_gone_is_not_done(job: Job, tmp_path: Path, change: str) -> None:
    publish(tmp_path / "out", plan(job).run_key, files=("part-0", "_q.json"))
    assert plan(job).done

    if change == "another size":
        (tmp_path / "out/part-0").write_text("more")
    else:
        (tmp_path / "out" / ("part-0" if change == "gone" else "_q.json")).unlink()

    assert plan(job, if_exists="replace").done is None
    told = r"out is not whole: (part-0|_q\.json) is missing, or has another size .* with --if-exists replace"
    for if_exists in ("refuse", "append"):
        with pytest.raises(OutputError, match=told):
            plan(job, if_exists=if_exists)


def test_what_was_put_up_with_then_has_to_be_now(job: Job, tmp_path: Path) -> None:
    key, listing = plan(job).run_key, plan(job).listings[("in",)]
    read = InputRead(("in",), listing.fingerprint(), 1, 1, 100, 2)
    publish(tmp_path / "out", key, inputs=(read, InputRead(("another",), "another", 1, 1, 9, 9)))

    assert plan(job, max_bad="2").done
    assert plan(job, max_bad="2%").done
    with pytest.raises(
        DataError, match=r"2 of 100 rows of in were bad when .*out was made, allowed are 1; mend them, or"
    ):
        plan(job, max_bad="1")


def test_an_input_without_records_is_not_done_where_it_may_not_be(job: Job, tmp_path: Path) -> None:
    key, listing = plan(job).run_key, plan(job).listings[("in",)]
    publish(tmp_path / "out", key, inputs=(InputRead(("in",), listing.fingerprint(), 1, 1, 0, 0),))

    assert plan(job, on_empty="ok").done
    with pytest.raises(InputError, match="no record in in"):
        plan(job)


def test_again_does_not_replace_what_is_to_be_refused(job: Job, tmp_path: Path) -> None:
    publish(tmp_path / "out", plan(job).run_key)

    with pytest.raises(OutputError, match="exists: made by demo"):
        plan(job, again=True)


@pytest.mark.parametrize("there", ["file", "directory"])
def test_what_we_did_not_make_is_not_replaced(job: Job, tmp_path: Path, there: str) -> None:
    (tmp_path / "out").mkdir() if there == "directory" else (tmp_path / "out").touch()

    with pytest.raises(OutputError):
        plan(job, if_exists="replace")

    assert (tmp_path / "out").exists()


def test_a_disk_without_room_for_a_share_of_the_input_is_refused(job: Job, tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    with (tmp_path / "in/sparse").open("wb") as file:
        file.truncate(20 * free + 2**36)  # a hole takes no room

    with pytest.raises(ResourceError, match=rf"the disk is too full for {tmp_path}/out, got [0-9]+ bytes free"):
        plan(job)

    assert not (tmp_path / "out").exists()


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


@pytest.mark.parametrize(("report", "made"), [("p", "p"), ("link", "p"), ("q.json", "q.log")])
def test_a_report_or_its_log_in_the_place_of_a_pipe_is_refused_and_the_pipe_stays(
    job: Job, tmp_path: Path, report: str, made: str
) -> None:
    os.mkfifo(tmp_path / made)
    (tmp_path / "link").symlink_to("p")

    with pytest.raises(UsageError, match=r"--report takes .*, got '.*', which is a named pipe; choose another place"):
        plan(job, report=Path(report))

    assert (tmp_path / made).is_fifo()


def test_a_report_by_a_link_into_the_output_or_to_an_input_is_refused_and_one_in_a_circle_is_told_by_writing(
    job: Job, tmp_path: Path
) -> None:
    (tmp_path / "inside").symlink_to("out/r.json")
    (tmp_path / "input").symlink_to("in/a.txt")
    (tmp_path / "circle").symlink_to("circle")

    with pytest.raises(OutputError, match="lies inside the output"):
        plan(job, report=Path("inside"))
    with pytest.raises(OutputError, match="is the input"):
        plan(job, report=Path("input"))
    assert plan(job, report=Path("circle")).done is None


@pytest.mark.parametrize("report", ["r.json", "new/place/r.json", "reports.d/r", "outer/r.json"])
def test_report_elsewhere_is_fine(job: Job, report: str) -> None:
    planned = plan(job, report=Path(report))

    assert planned.done is None


def test_run_ids_differ_and_sort_by_time() -> None:
    ids = [new_run_id() for _ in range(10)]

    assert len(set(ids)) == 10
    assert [run_id[:15] for run_id in ids] == sorted(run_id[:15] for run_id in ids)


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
