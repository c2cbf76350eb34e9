"""pandas is imported when somebody asks for it; pyarrow knows it from then on."""

import subprocess
import sys
from pathlib import Path

import pytest

SEES = """
import importlib.util, sys
import hotset, pyarrow as pa
assert pa.array([1, None]).null_count == 1 and "pandas" not in sys.modules
{ask}
import pandas as pd
assert pa.array(pd.Series([1.0, float("nan")])).null_count == 1
assert pa.table({{"a": [1]}}).to_pandas()["a"].tolist() == [1]
assert not [finder for finder in sys.meta_path if "late_pandas" in type(finder).__module__]
"""


def run(program: str, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *flags, "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("flags", [(), ("-OO",)])
@pytest.mark.parametrize("ask", ["", "importlib.util.find_spec('pandas')", "pa.table({'a': [1]}).to_pandas()"])
def test_a_series_is_one_when_pandas_is_there(ask: str, flags: tuple[str, ...]) -> None:
    done = run(SEES.format(ask=ask), *flags)

    assert done.returncode == 0, done.stderr


def test_who_has_imported_pandas_before_notices_nothing() -> None:
    done = run("import pandas, hotset, pyarrow as pa, sys; assert pa.lib._pandas_api.have_pandas")

    assert done.returncode == 0, done.stderr


def test_a_run_without_spark_imports_no_pandas(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("k,v\na,1\n")
    arguments = ["--input", tmp_path / "in.csv", "--output", tmp_path / "out", "--by", "k", "--agg", "v:sum"]
    program = f"""
import atexit, sys
atexit.register(lambda: print("pandas" in sys.modules))
from hotset.run import main
main("group", {[*map(str, arguments), "--engine", "local"]})
"""

    done = run(program)

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "False"), done.stderr
