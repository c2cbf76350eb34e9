"""A job to begin with: what is written runs, and its tests pass."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotset.errors import OutputError, UsageError
from hotset.new import write_job


@pytest.mark.parametrize("name", ["1st", "top-orders", "class", "json", "", "a/b"])
def test_names_that_no_module_can_have_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no job can be called"):
        write_job(name, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "test_top.py").write_text("mine")

    with pytest.raises(OutputError, match=r"test_top\.py"):
        write_job("top", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["test_top.py"]


@pytest.mark.thorough
def test_the_job_runs_and_its_tests_pass(tmp_path: Path) -> None:
    python = Path(sys.executable)
    environment = os.environ | {"COLUMNS": "120"}

    def call(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    told = call(str(python.with_name("hotset")), "new", "top_orders")
    run = next(line.removeprefix("try it    ") for line in told.splitlines() if line.startswith("try it"))
    shown = call(str(python.with_name("hotset")), *run.split()[1:])
    tested = call(str(python), "-m", "pytest", "-q", "-p", "hotset.testing", "test_top_orders.py")

    assert "wrote 4 rows as parquet" in shown
    assert "4 passed" in tested
    assert sorted(path.name for path in tmp_path.glob("*top_orders*")) == [
        "test_top_orders.py", "top_orders.csv", "top_orders.py",
    ]  # fmt: skip
