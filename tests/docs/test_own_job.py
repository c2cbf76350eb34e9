"""The page for whoever writes a job of her own: its job and its tests run, its refusals are those that are said."""

import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from pyspark.sql import SparkSession

from hotset import Run, UsageError, open_run
from hotset.job import find_job
from hotset.notebook import close_all
from hotset.params import parse
from hotset.rows.plan import Engine
from hotset.testing import OPTIONS

PAGE = (Path(__file__).parents[2] / "docs/own-job.md").read_text(encoding="utf-8")
JOB, ROWS, GROUPS, QUERY, TESTS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
REFUSED = re.findall(r"^\| `(.*?)` \| `(.*?)` \|$", PAGE, re.MULTILINE)


ORDERS = "day,cents\nmon,250\ntue,5\nmon,50\ntue,7\n"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tests of the page, with the job of the page beside them."""
    (tmp_path / "orders_by_day.py").write_text(JOB)
    (tmp_path / "test_orders_page.py").write_text(TESTS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ("orders_by_day", "test_orders_page"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return import_module("test_orders_page")


@pytest.mark.parametrize("steps", [ROWS, QUERY], ids=["rows", "query"])
def test_rows_give_the_same_without_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: str) -> None:
    (tmp_path / f"orders_by_row_{len(steps)}.py").write_text(JOB.partition("if __name__")[0] + steps)
    (tmp_path / "orders.csv").write_text("day,cents\nmon,250\ntue,5\nmon,50\ntue,\n")
    monkeypatch.syspath_prepend(tmp_path)
    job = find_job(str(tmp_path / f"orders_by_row_{len(steps)}.py"))
    params = job.params(input=(str(tmp_path / "orders.csv"),), output=str(tmp_path / "days"), least=10)

    with open_run("orders", report=tmp_path / "report.json", engine="local") as run:
        job.main(run, params)

    (file,) = (tmp_path / "days").glob("part-*")
    assert file.read_text() == '{"day":"mon","euros":3.0}\n'


@pytest.mark.parametrize("engine", ["local", "spark"])
def test_a_function_over_groups_does_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    (tmp_path / f"orders_by_group_{engine}.py").write_text(JOB.partition("if __name__")[0] + GROUPS)
    (tmp_path / "orders.csv").write_text(ORDERS)
    monkeypatch.syspath_prepend(tmp_path)
    job = find_job(str(tmp_path / f"orders_by_group_{engine}.py"))
    params = job.params(input=(str(tmp_path / "orders.csv"),), output=str(tmp_path / "rest"))

    with open_run("orders", report=tmp_path / "report.json", engine=engine) as run:
        job.main(run, params)

    (file,) = (tmp_path / "rest").glob("part-*")
    assert sorted(file.read_text().splitlines()) == ['{"day":"mon","cents":50}', '{"day":"tue","cents":5}']


def test_the_page_s_tests_pass(page: ModuleType, spark: SparkSession, run: Run, tmp_path: Path) -> None:
    page.test_total_adds_up_the_orders_of_a_day(spark)
    page.test_a_bad_order_is_refused(run, tmp_path)


@pytest.mark.hotset(max_bad="50%")
def test_the_page_s_test_with_a_marker_passes(page: ModuleType, run: Run, tmp_path: Path) -> None:
    test: Callable[..., None] = page.test_a_bad_order_is_left_out_where_it_may

    test(run, tmp_path)

    assert test.pytestmark[0].kwargs == {"max_bad": "50%"}  # type: ignore[attr-defined]


@pytest.mark.usefixtures("spark")
def test_the_page_s_cells_run(page: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "orders.csv").write_text("day,cents\n" + "mon,150\n" * 99 + "tue,x\n")
    cells = re.findall(r"^```text\n(run = .*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

    names = vars(page) | vars(sys.modules["orders_by_day"])
    for line in cells[0].splitlines():
        exec(line, names)

    assert names["run"].report.keeps[0].level == "DISK_ONLY"
    assert names["run"].report.exit_code == 0
    assert close_all() == []


def test_the_page_s_last_lines_are_those_that_are_advised() -> None:
    from hotset.unfinished import WHAT_TO_WRITE

    assert WHAT_TO_WRITE.split(": ", 1) == [line.strip().removesuffix(":") for line in JOB.splitlines()[-2:]]


@pytest.mark.parametrize(("written", "said"), REFUSED)
def test_the_page_s_mistakes_are_refused_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, said: str
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    name = f"mistake_{abs(hash(written))}"
    field = "" if written.startswith("def ") else f"    {written}\n"
    main = written if written.startswith("def ") else "def main(run, params): ..."
    (tmp_path / f"{name}.py").write_text(
        '"""Try."""\nfrom dataclasses import dataclass, field\n\n\n@dataclass(frozen=True)\n'
        f"class Params:\n    other: str = ''\n{field}\n\n{main}\n"
    )

    with pytest.raises(UsageError) as refused:
        parse(find_job(str(tmp_path / f"{name}.py")), [])

    assert str(refused.value).endswith(said)


def test_the_page_names_every_option_of_open_run() -> None:
    assert [name for name in OPTIONS if f"`{name}`" not in PAGE] == []
    assert len(REFUSED) >= 5
