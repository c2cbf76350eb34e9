"""An error over somebody else's CSV says how the file seems to be written, and the command that reads it."""

import shlex
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hotset import HotsetError, open_run
from hotset.job import find_job
from hotset.params import parse
from hotset.run import call_main, hinting

pytestmark = pytest.mark.usefixtures("spark")

FILES = {
    "semicolons": (b"k;v\na;1\nb;2\nc;3\n", "--separator ';'"),
    "tabs": (b"k\tv\na\t1\nb\t2\nc\t3\n", "--separator '\\t'"),
    "bars": (b"k|v\na|1\nb|2\nc|3\n", "--separator '|'"),
    "Excel's own line": (b"sep=;\nk;v\na;1\nb;2\nc;3\n", "--skip 1 --separator ';'"),
    "comments above": (b"# made by a logger\n# on Monday\nk,v\na,1\nb,2\nc,3\n", "--skip 2"),
    "line ends in quotes": (b'k,v\n"a\na",1\nb,2\nc,3\n', "--multiline"),
    "a decimal comma": (b"k;v\na;1,5\nb;2,25\nc;3,5\n", "--separator ';' --decimal-comma"),
    "nothing as NA": (b"k,v\na,1\nb,NA\nc,3\n", "--null NA"),
    "cp1252": ("k,größe\na,1\nb,2\nc,3\n".encode("cp1252"), "--encoding cp1252"),
}


def arguments(file: Path, column: str = "v") -> list[str]:
    out = str(file.parent / "out")
    return ["--input", str(file), "--by", "k", "--agg", f"{column}:sum", "--output", out, "--top", "0"]


def attempt(tmp_path: Path, words: list[str]) -> None:
    job = find_job("group")
    with open_run("group", report=tmp_path / "report.json") as run, hinting(run, "group", words):
        call_main(job, run, parse(job, words).params)


def what_is_told(tmp_path: Path, words: list[str]) -> str:
    """The command that the error tells to try."""
    with pytest.raises(HotsetError) as caught:
        attempt(tmp_path, words)
    return next(note.removeprefix("try     ") for note in caught.value.__notes__ if note.startswith("try"))


@pytest.mark.parametrize("name", FILES)
def test_the_command_is_told(tmp_path: Path, name: str) -> None:
    content, options = FILES[name]
    (tmp_path / "rows.csv").write_bytes(content)
    words = arguments(tmp_path / "rows.csv", "größe" if name == "cp1252" else "v")

    assert what_is_told(tmp_path, words) == f"{shlex.join(['hotset', 'run', 'group', *words])} {options}"


@pytest.mark.parametrize("name", ["Excel's own line", "line ends in quotes", "a decimal comma"])
def test_the_command_that_is_told_reads_the_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "rows.csv").write_bytes(FILES[name][0])

    told = what_is_told(tmp_path, arguments(tmp_path / "rows.csv"))
    attempt(tmp_path, shlex.split(told)[3:])

    assert pq.read_table(tmp_path / "out").num_rows == 3


def test_thousands_are_told(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('k,v\na,"1,234"\nb,"12,345,678"\n')

    with pytest.raises(HotsetError, match="'1,234' is no number") as caught:
        attempt(tmp_path, arguments(tmp_path / "rows.csv"))

    assert any("1,234" in note for note in caught.value.__notes__)


def test_an_error_over_usual_csv_has_no_hint(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("k,v\na,1\nb,2\n")

    with pytest.raises(HotsetError) as caught:
        attempt(tmp_path, arguments(tmp_path / "rows.csv", "w"))

    assert [note for note in caught.value.__notes__ if note.startswith(("hint", "try"))] == []
