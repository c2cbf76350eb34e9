"""parallel-map on lines, rows and files: every item a result or a failure, in the order of the input."""

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import DataError, Duration, Run, Share, UsageError, find_function, open_run
from hotset.columnar import blocks
from hotset.job import find_job
from hotset.jobs.parallel_map.items import split_lines
from hotset.jobs.parallel_map.job import Params, main
from hotset.params import parse

FUNCTIONS = """
import hashlib
import math
from datetime import UTC, datetime

def sized(line):
    if line == "bad":
        raise ValueError("bad line")
    return {"text": line, "size": len(line)}

def total(row):
    return row["a"] + row["b"]

def figures(line):
    n = None if line == "none" else int(line)
    time = datetime(2026, 1, 31, tzinfo=UTC if n == 3 else None)
    return n, time, math.nan if n == 4 else n, {"x": n}, n, -(n or 0), 0.5

def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.name
"""


@pytest.fixture
def functions(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file of functions whose name no other test has: modules outlive tests in the session's workers."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / f"functions_of_{abs(hash(request.node.name))}.py"
    path.write_text(FUNCTIONS)
    return str(path)


def rows(path: Path) -> list[dict[str, Any]]:
    return [row for part in sorted(path.glob("part-*")) for row in pq.read_table(part, partitioning=None).to_pylist()]


WAYS: dict[str, dict[str, Any]] = {
    "local": {"engine": "local"},
    "node": {},
    "cluster": {"levels": {"outcomes": "MEMORY_ONLY"}},
}


@contextmanager
def opened(tmp_path: Path, way: str) -> Iterator[Run]:
    with open_run("parallel-map", report=tmp_path / "report.json", **WAYS[way]) as run:
        yield run
        assert run.report.plan == way


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", WAYS)
def test_items_are_numbered_in_the_order_of_files_of_any_size(
    tmp_path: Path, functions: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(blocks, "LEAST_BYTES", 1_000)
    lines = {"a.txt": 10, "b.txt": 900, "c.txt": 300}
    for name, number in lines.items():
        (tmp_path / name).write_text("".join(f"{name}:{line}{'x' * (line % 40)}\n" for line in range(number)))

    with opened(tmp_path, way) as run:
        main(run, Params((str(tmp_path / "*.txt"),), str(tmp_path / "out"), f"{functions}:sized"))

    found = [json.loads(row["result"])["text"].rstrip("x") for row in rows(tmp_path / "out")]
    assert found == [f"{name}:{line}" for name, number in lines.items() for line in range(number)]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", WAYS)
def test_lines_become_results_and_failures_in_their_order(tmp_path: Path, functions: str, way: str) -> None:
    for name, lines in (("a.txt", ["one", "bad", ""]), ("b.txt", ["말", "bad"])):
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    out, failed = tmp_path / "out", tmp_path / "failed"
    inputs = (str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))

    with opened(tmp_path, way) as run:
        main(run, Params(inputs, str(out), f"{functions}:sized", failures=str(failed), max_failures=Share("50%")))

    assert [(row["item"], json.loads(row["result"])) for row in rows(out)] == [
        (0, {"text": "one", "size": 3}),
        (2, {"text": "", "size": 0}),
        (3, {"text": "말", "size": 1}),
    ]
    facts = [(row["item"], row["value"], row["error"], row["attempts"]) for row in rows(failed)]
    assert facts == [(1, "bad", "ValueError: bad line", 1), (4, "bad", "ValueError: bad line", 1)]
    assert "in sized" in rows(failed)[0]["traceback"]
    assert run.report.notes == {"items": 5, "results": 3, "failures": 2}


def test_rows_are_dicts_and_results_have_columns(run: Run, tmp_path: Path, functions: str) -> None:
    table = pa.table({"a": range(1000), "b": [0.5] * 1000, "c.d`e": ["odd"] * 1000})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=300)
    given = (str(tmp_path / "rows.parquet"),)

    main(run, Params(given, str(tmp_path / "out"), f"{functions}:total", over="rows", results="total double"))

    assert rows(tmp_path / "out") == [{"item": n, "total": n + 0.5} for n in range(1000)]


def test_files_are_paths(run: Run, tmp_path: Path, functions: str) -> None:
    (tmp_path / "in").mkdir()
    for name in ("b.bin", "a.bin"):
        (tmp_path / "in" / name).write_bytes(name.encode())
    given, wanted = (str(tmp_path / "in"),), "digest string, name string"

    main(run, Params(given, str(tmp_path / "out"), f"{functions}:digest", over="files", results=wanted))

    assert rows(tmp_path / "out") == [
        {"item": item, "digest": hashlib.sha256(name.encode()).hexdigest(), "name": name}
        for item, name in enumerate(["a.bin", "b.bin"])
    ]


def test_too_many_failures_publish_nothing_and_show_the_first(run: Run, tmp_path: Path, functions: str) -> None:
    (tmp_path / "a.txt").write_text("one\nbad\n")

    with pytest.raises(DataError, match="1 of 2 items failed, allowed are 0") as refused:
        main(run, Params((str(tmp_path / "a.txt"),), str(tmp_path / "out"), f"{functions}:sized"))

    assert refused.value.__notes__ == ["failed  item 1: ValueError: bad line, got 'bad'"]
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["node", "cluster"])
def test_values_that_are_not_what_is_declared_are_failures_of_their_items_alone(
    tmp_path: Path, functions: str, way: str
) -> None:
    (tmp_path / "a.txt").write_text("1\nnone\n3\n4\n5\n")
    columns = "n int not null, t timestamp_ntz, x double, s struct<x: int not null>, a int, A int, f float"
    out, failed, given = tmp_path / "out", tmp_path / "failed", (str(tmp_path / "a.txt"),)

    with opened(tmp_path, way) as run:
        main(
            run,
            Params(
                given, str(out), f"{functions}:figures", results=columns, failures=str(failed),
                max_failures=Share("3"), format="json",
            ),
        )  # fmt: skip

    found = [json.loads(line) for part in sorted(out.glob("part-*")) for line in part.read_text().splitlines()]
    time = "2026-01-31T00:00:00.000000"
    assert found == [
        {"item": item, "n": n, "t": time, "x": float(n), "s": {"x": n}, "a": n, "A": -n, "f": 0.5}
        for item, n in ((0, 1), (4, 5))
    ]
    assert [(row["item"], row["error"].partition(";")[0]) for row in rows(failed)] == [
        (1, "Misplaced: n is int not null, got None"),
        (2, "Misplaced: t is timestamp_ntz, got datetime.datetime(2026, 1, 31, 0, 0, tzinfo=datetime.timezone.utc)"),
        (3, "Misplaced: x is double, got nan"),
    ]


def test_lines_are_split_at_their_ends_alone() -> None:
    batches = split_lines(iter([b"a\x0bb\n\n", b"c\n"]))

    assert [batch.column("value").to_pylist() for batch in batches] == [["a\x0bb", ""], ["c"]]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"function": "json"}, "a function is written package.module:name"),
        ({"function": "json:lods"}, "json has no function 'lods'; did you mean loads"),
        ({"function": "nosuchmodule:f"}, "cannot load nosuchmodule"),
        ({"function": "math:pi"}, "is no function, got 3.14"),
        ({"function": "nowhere/f.py:f"}, "no such file, got 'nowhere/f.py'"),
        ({"timeout": Duration("5us")}, "--timeout is from 1ms"),
        ({"retries": -1}, "--retries is from 0 to 1000, got -1"),
        ({"max_failures": Share("1")}, "--max-failures 1 needs --failures DIR"),
        ({"columns": "a int"}, "--columns is for --over rows"),
    ],
)
def test_wrong_parameters_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Params(**{"input": ("i",), "output": "o", "function": "shlex:split", **given})


def test_the_functions_code_is_part_of_what_the_output_depends_on(functions: str) -> None:
    job = find_job("parallel-map")
    params = parse(job, ["--input", "i", "--output", "o", "--function", f"{functions}:sized"]).params

    before, travels = job.code_hash(params), job.code(params)
    Path(functions).write_text(FUNCTIONS + "\n")

    assert travels == (Path(functions).resolve(),)
    assert job.code_hash(params) != before != job.code_hash()


def test_functions_of_the_standard_library_do_not_travel() -> None:
    assert (find_function("shlex:split").source, find_function("builtins:str.upper").source) == (None, None)
