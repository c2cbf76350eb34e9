"""Event logs have a place, which is there."""

from pathlib import Path

import pytest

from hotset.errors import OutputError
from hotset.session.events import event_log_asks, make_event_directory, on_this_machine
from hotset.session.settings import Ask

WANTED = Ask("spark.eventLog.enabled", "True", "--conf")


def place(value: str) -> Ask:
    return Ask("spark.eventLog.dir", value, "a test")


@pytest.mark.parametrize(
    ("asks", "is_ours"),
    [
        ([WANTED], True),
        ([WANTED, place("/x")], False),
        ([], False),
        ([Ask("spark.eventLog.enabled", "false", "--conf"), WANTED], False),
        ([place("/x")], False),
    ],
)
def test_logs_that_somebody_asks_for_without_a_place_get_a_private_one(
    asks: list[Ask], is_ours: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s 한%#"))

    ours = event_log_asks(asks)
    make_event_directory([*asks, *ours] if is_ours else [])

    assert [ask.key for ask in ours] == (["spark.eventLog.dir"] if is_ours else [])
    assert (tmp_path / "s 한%#/hotset/events").is_dir() is is_ours


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("/x/y", "/x/y"),
        ("x", "x"),
        ("file:/x/y", "/x/y"),
        ("file:///x/a%20b%23", "/x/a b#"),
        ("hdfs://h:1/x", None),
        ("hdfs:/x", None),
        ("s3a://b/x", None),
    ],
)
def test_a_place_is_taken_for_what_spark_takes_it_for(value: str, path: str | None) -> None:
    assert on_this_machine(value) == (Path(path) if path else None)


def test_a_directory_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    make_event_directory([WANTED, place(str(tmp_path / "a/b"))])

    assert (tmp_path / "a/b").stat().st_mode & 0o777 == 0o700


def test_one_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match=r"cannot make .*/file/x for Spark's event log: .*; give another place"):
        make_event_directory([WANTED, place(str(tmp_path / "file/x"))])
