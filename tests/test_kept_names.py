"""Under which names a job keeps something, as far as its source tells."""

from pathlib import Path

import pytest

from hotset.errors import UsageError
from hotset.job import Job, find_job
from hotset.kept_names import check_kept_names, find_kept_names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("run.keep('counts', rows)", {"counts"}),
        ("run.keep(name='counts', data=rows)", {"counts"}),
        ("with run.keeping('a', rows) as a:\n    run.loop('b', every=3)", {"a", "b"}),
        ("def step(run):\n    run.keep('a', 1)\ndef main(run, params):\n    step(run)", {"a"}),
        ("def one(run): run.keep('a', 1)\nTABLE = {'x': one}\nTABLE[mode](run)", {"a"}),
        ("shelf.keep(name, 1)\nrun.keep('a', 1)", {"a"}),
        ("run.read(LINES, path)", set()),
        ("for name in names:\n    run.keep(name, rows)", None),
        ("run.keep(f'counts-{day}', rows)", None),
        ("run.keep()", None),
        ("from library import keep_all\nkeep_all(run, rows)", None),
        ("library.keep_all(rows, run=run)\nrun.keep('a', 1)", None),
        ("import library\nTABLE = {'x': library.f}\nTABLE['x'](run)", None),
        ("this is no Python", None),
    ],
)
def test_kept_names_are_read_from_the_source(tmp_path: Path, source: str, names: set[str] | None) -> None:
    (tmp_path / "job.py").write_text(source)

    assert find_kept_names([tmp_path / "job.py"]) == names


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("count", "wordcount keeps nothing as 'count', got --level for it; did you mean counts?"),
        ("Counts", "did you mean counts?"),
        ("coutns", "did you mean counts?"),
        ("rows", "wordcount keeps nothing as 'rows', got --level for it; it keeps counts"),
    ],
)
def test_a_name_that_the_job_never_keeps_by_is_refused(name: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_kept_names(find_job("wordcount"), ["counts", name])

    assert said in str(refused.value)


@pytest.mark.parametrize("job", ["compact", "wordcount", "group"])
def test_a_name_that_may_be_kept_by_is_taken(job: str) -> None:
    names = {"compact": "narrow", "wordcount": "counts", "group": "groups"}

    check_kept_names(find_job(job), [names[job]])


def test_a_helper_beside_the_job_counts(tmp_path: Path) -> None:
    (tmp_path / "kept_job.py").write_text("import kept_helper\ndef main(run, params):\n    run.keep('a', 1)\n")
    (tmp_path / "kept_helper.py").write_text("def f(run):\n    run.keep('b', 1)\n")
    sources = (tmp_path / "kept_job.py", tmp_path / "kept_helper.py")
    job = Job("kept_job", object, print, "", sources[0], sources)

    check_kept_names(job, ["a", "b"])
    with pytest.raises(UsageError, match="it keeps a, b"):
        check_kept_names(job, ["zzz"])
