"""The fixtures that other people's tests use, with the marker that gives `run` its options."""

from pathlib import Path
from typing import Any

import pytest

from hotset import DataError, Dataset, OutputError, Run
from hotset.testing import OPTIONS, marked_options

NUMBERS = Dataset("n bigint", format="csv")
pytestmark = pytest.mark.hotset(max_bad="100%")


@pytest.fixture
def numbers(tmp_path: Path) -> str:
    (tmp_path / "in.csv").write_text("n\n1\nx\n2\n")
    return str(tmp_path / "in.csv")


@pytest.mark.hotset(max_bad=1, levels={"numbers": "DISK_ONLY"}, conf={"spark.sql.shuffle.partitions": 3})
def test_run_takes_the_options_of_the_marker(run: Run, numbers: str) -> None:
    kept = run.keep("numbers", run.read(NUMBERS, numbers))

    assert sorted(tuple(row) for row in kept.collect()) == [(1,), (2,)]
    run.release("numbers")
    assert run.report.keeps[0].level == "DISK_ONLY"
    assert run.spark.conf.get("spark.sql.shuffle.partitions") == "3"


def test_run_takes_the_options_of_the_module(run: Run, numbers: str) -> None:
    assert run.read(NUMBERS, numbers).count() == 2


@pytest.mark.hotset(if_exists="replace")
def test_run_replaces_what_is_there_if_it_may(run: Run, tmp_path: Path) -> None:
    for n in (2, 3):
        run.publish(NUMBERS, run.spark.range(n).toDF("n"), str(tmp_path / "out"))

    assert run.published(NUMBERS, str(tmp_path / "out")).count() == 3


def test_a_second_publication_in_one_run_is_refused_unless_it_may_replace(run: Run, tmp_path: Path) -> None:
    run.publish(NUMBERS, run.spark.range(2).toDF("n"), str(tmp_path / "out"))

    with pytest.raises(OutputError, match="exists"):
        run.publish(NUMBERS, run.spark.range(3).toDF("n"), str(tmp_path / "out"))


@pytest.mark.hotset(max_bad=0)
def test_a_fault_that_the_test_expects_is_told_once(run: Run, numbers: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="allow more with max_bad="):
        run.publish(NUMBERS, run.read(NUMBERS, numbers), str(tmp_path / "out"))


class Node:
    """A test with these markers, the closest first."""

    nodeid = "test_orders.py::test_days"

    def __init__(self, *markers: pytest.MarkDecorator) -> None:
        self.markers = markers

    def iter_markers(self, name: str) -> list[pytest.Mark]:
        return [marker.mark for marker in self.markers if marker.mark.name == name]


def options_of(*markers: pytest.MarkDecorator) -> dict[str, Any]:
    return marked_options(Node(*markers))  # type: ignore[arg-type]


def test_of_two_markers_the_closer_one_wins() -> None:
    closer, further = pytest.mark.hotset(max_bad="1"), pytest.mark.hotset(max_bad="2", on_empty="ok")

    assert options_of(closer, pytest.mark.smoke, further) == {"max_bad": "1", "on_empty": "ok"}


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        (pytest.mark.hotset(max_bd="1"), "test_orders.py::test_days: mark.hotset has no option 'max_bd'; did you"),
        (pytest.mark.hotset(zzz=1), f"has no option 'zzz'; there are {', '.join(OPTIONS)}"),
        (pytest.mark.hotset("1%"), "mark.hotset takes options by name, got ('1%',)"),
        (pytest.mark.hotset(name="x"), "has no option 'name'"),
    ],
)  # fmt: skip
def test_a_marker_with_what_is_no_option_is_refused(marker: pytest.MarkDecorator, said: str) -> None:
    with pytest.raises(pytest.UsageError) as refused:
        options_of(marker)

    assert said in str(refused.value)


def test_every_option_of_open_run_is_one_of_the_marker() -> None:
    assert set(OPTIONS) >= {"conf", "report", "if_exists", "break_lock", "max_bad", "on_empty", "levels"}


def test_the_marker_is_known_to_pytest(pytestconfig: pytest.Config) -> None:
    assert any(line.startswith("hotset(") for line in pytestconfig.getini("markers"))
