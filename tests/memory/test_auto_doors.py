"""Level AUTO from the command line: each run a process, each knowing what those before it left."""

from pathlib import Path

import pytest

from doors import BIN, call, report_of

pytestmark = pytest.mark.doors


def count_words(tmp_path: Path) -> str:
    (tmp_path / "in.txt").write_text("one two two\n" * 1000)
    command = f"{BIN}/hotset run wordcount --method dataframe --input in.txt --output out --if-exists replace --again"
    outcome = call(
        *command.split(), "--level", "counts=AUTO", cwd=tmp_path, XDG_STATE_HOME=str(tmp_path / "state"),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    return outcome.out


def test_the_second_run_chooses_by_what_the_first_measured(tmp_path: Path) -> None:
    first = count_words(tmp_path)

    calibrated = call(BIN / "hotset", "calibrate", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    second = count_words(tmp_path)

    choice = report_of(tmp_path / "out")["keeps"][0]["choice"]
    assert "chosen  counts MEMORY_AND_DISK_DESER: Spark's default: no earlier run measured 'counts'" in first
    assert calibrated.code == 0
    assert f"chosen  counts {choice['level']}: {choice['because']}" in second
    assert "(C-R)-W = " in choice["because"]
    assert choice["considered"]


def test_this_machine_is_measured_once(tmp_path: Path) -> None:
    outcomes = [call(BIN / "hotset", "calibrate", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path)) for _ in range(2)]

    assert [outcome.code for outcome in outcomes] == [0, 0]
    assert "measured in " in outcomes[0].out
    assert "measured before" in outcomes[1].out
    assert outcomes[0].out.partition("measured ")[0] == outcomes[1].out.partition("measured ")[0] != ""
