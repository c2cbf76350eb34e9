"""What runs left is deleted, and nothing that is not known to be ours."""

from pathlib import Path

import pytest
from small_version import RUN, claim, make_version, text_of

from hotset.data.claim import MARKER_NAME, make_marked
from hotset.data.clean import clean
from hotset.errors import OutputError

CLEANER = "20260102T030405-000000cc"


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A version, the one before it, a report, and what a killed run and a person left."""
    make_version(tmp_path / "out", "old")
    taken = claim(tmp_path / "out")
    with taken.staged() as version:
        make_version(version, "new")
        taken.put_in_place(version)
    taken.release()
    records = tmp_path / ".out.hotset"
    make_marked(records / f"{RUN}.staging")
    (records / f"{RUN}.staging/part").write_text("12345")
    (records / f"{RUN}.json").write_text("123")
    (records / "notes.json").write_text("mine")
    (records / "mine.staging").mkdir()
    (records / "mine.staging/thesis").touch()
    return tmp_path / "out"


def test_staging_and_the_previous_version_go_with_their_bytes(out: Path) -> None:
    previous = out.parent / ".out.hotset/previous"
    size = sum(path.stat().st_size for path in previous.iterdir())

    removed = clean(out, CLEANER)

    told = {one.path.name: one.bytes for one in removed}
    staging = 5 + len("hotset made this directory, and may delete it.\n")
    assert told == {f"{RUN}.staging": staging, "previous": size}
    assert names(out.parent / ".out.hotset") == {MARKER_NAME, f"{RUN}.json", "notes.json", "mine.staging"}
    assert text_of(out) == "new\n"


def test_records_go_when_asked_for(out: Path) -> None:
    removed = clean(out, CLEANER, records=True)

    assert f"{RUN}.json" in {one.path.name for one in removed}
    assert names(out.parent / ".out.hotset") == {MARKER_NAME, "notes.json", "mine.staging"}


def test_nothing_is_deleted_while_a_run_is_at_work(out: Path) -> None:
    taken = claim(out, "20260102T030405-0000000b")
    before = names(out.parent / ".out.hotset")

    with pytest.raises(OutputError, match="is being made by run 20260102T030405-0000000b"):
        clean(out, CLEANER)

    assert names(out.parent / ".out.hotset") == before
    taken.release()


def test_a_directory_without_our_mark_is_left_alone(out: Path) -> None:
    (out.parent / ".out.hotset" / MARKER_NAME).unlink()

    with pytest.raises(OutputError, match="does not bear hotset's mark"):
        clean(out, CLEANER)

    assert (out.parent / ".out.hotset/previous").exists()


def test_where_nothing_was_left_nothing_is_removed(tmp_path: Path) -> None:
    assert clean(tmp_path / "out", CLEANER) == []
    assert list(tmp_path.iterdir()) == []
