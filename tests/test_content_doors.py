"""Content before guess: every job that reads tables, and word count, end with the right code and say what to do."""

import io
import zipfile
from pathlib import Path

import pytest

from doors import BIN, call

pytestmark = pytest.mark.doors

JOBS = {
    "group": ["--input", "{}", "--by", "k", "--agg", "v:sum"],
    "compact": ["--input", "{}"],
    "join": ["--left", "{}", "--right", "{}", "--on", "k"],
    "sensor-report": ["--input", "{}", "--device", "k", "--timestamp", "t"],
    "parallel-map": ["--input", "{}", "--over", "rows", "--function", "builtins:str"],
    "wordcount": ["--input", "{}"],
}


def workbook() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    return made.getvalue()


FILES = {
    "UTF-16": ("k,t,v\n1,2,3\n".encode("utf-16"), 4, "UTF-16 by its byte-order mark"),
    "a workbook": (workbook(), 3, "an Excel workbook by its first bytes"),
    "a header in Latin-1": (b"k,t,v\xe9\n1,2,3\n", 4, "--encoding cp1252"),
}


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("kind", FILES)
def test_every_job_tells_what_the_file_is(tmp_path: Path, job: str, kind: str) -> None:
    content, code, told = FILES[kind]
    if (job, kind) == ("wordcount", "a header in Latin-1"):
        code, told = 0, ""  # text has no header
    file = tmp_path / "in.csv"
    file.write_bytes(content)
    arguments = [argument.format(file) for argument in JOBS[job]]

    done = call(BIN / "hotset", "run", job, *arguments, "--output", tmp_path / "out")

    assert done.code == code, done.err
    assert told in done.err
    assert "Traceback" not in done.err
