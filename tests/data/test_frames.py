"""Frames and events: what is drawn, against SplitMix64 in plain Python, and how files appear."""

import csv
import hashlib
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from hotset.data import frames
from hotset.data.frames import event_rows, main_rows, other_rows, write_events, write_frames
from hotset.errors import OutputError, ResourceError, UsageError

WORD = 2**64


def splitmix(seed: int, column: str, row: int) -> int:
    """The number of a row, as the paper has it (figure 17): a counter, mixed."""
    state = int.from_bytes(hashlib.sha256(f"{seed} {column}".encode()).digest()[:8], "little")
    z = (state + (row + 1) * 0x9E3779B97F4A7C15) % WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
    return z ^ (z >> 31)


def numbers(*rows: int) -> frames.Rows:
    return np.array(rows, dtype=np.uint64)


def test_main_rows_are_the_numbers_of_their_rows() -> None:
    rows = (0, 1, 999_999, 2**40)

    found = main_rows(numbers(*rows), columns=3, seed=7)

    for n in range(3):
        assert found.column(f"col_{n}").to_pylist() == [
            splitmix(7, f"main {n}", row) / 2**11 // 1 / 2**53 for row in rows
        ]


def test_every_second_key_of_the_other_frame_is_one_of_the_main_frame() -> None:
    main = main_rows(numbers(*range(1000)), columns=2, seed=3).column("col_0").to_pylist()

    other = other_rows(numbers(*range(100)), in_main=1000, columns=2, seed=3)

    keys = other.column("col_0").to_pylist()
    assert [key in main for key in keys] == [True, False] * 50
    assert keys[42] == main[splitmix(3, "row of main", 42) % 1000]
    assert len(set(keys)) > 95


def test_events_are_drawn_column_by_column() -> None:
    rows = list(range(2000))

    found = event_rows(numbers(*rows), seed=5).to_pydict()

    assert found["id"] == rows
    assert found["category"] == [f"category {splitmix(5, 'category', row) % 200:03}" for row in rows]
    assert found["qty"] == [1 + splitmix(5, "qty", row) % 9 for row in rows]
    assert found["note"] == [f"note {splitmix(5, 'note', row) % 5000}" for row in rows]
    values = [Decimal(splitmix(5, "value", row) % 10**9) / 10**6 for row in rows]
    missing = [splitmix(5, "missing", row) % 100 == 0 for row in rows]
    assert found["value"] == [None if gone else value for value, gone in zip(values, missing, strict=True)]
    assert 5 < sum(missing) < 50


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_frames_do_not_depend_on_how_many_rows_are_made_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: frames.FrameFormat
) -> None:
    read = pq.read_table if format_ == "parquet" else pa_csv.read_csv
    write_frames(tmp_path / "one", 1000, 3, 7, format_)
    monkeypatch.setattr(frames, "ROW_GROUP", 300)

    write_frames(tmp_path / "other", 1000, 3, 7, format_)

    for name in (f"main.{format_}", f"other.{format_}"):
        assert read(tmp_path / "one" / name).equals(read(tmp_path / "other" / name))


def test_frames_have_row_groups_and_the_beginning_of_larger_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "ROW_GROUP", 400)
    write_frames(tmp_path / "small", 1000, 2, 7)
    write_frames(tmp_path / "large", 2000, 2, 7)

    main, other = pq.ParquetFile(tmp_path / "small/main.parquet"), pq.ParquetFile(tmp_path / "small/other.parquet")

    assert [main.metadata.row_group(n).num_rows for n in range(main.num_row_groups)] == [400, 400, 200]
    assert other.metadata.num_rows == 100
    assert main.read().equals(pq.read_table(tmp_path / "large/main.parquet").slice(0, 1000))


def test_many_columns_are_made_a_few_rows_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "VALUES_AT_ONCE", 1000)

    write_frames(tmp_path / "wide", 5, 400, 7)

    main = pq.ParquetFile(tmp_path / "wide/main.parquet")
    assert (main.num_row_groups, main.metadata.num_rows, main.metadata.num_columns) == (3, 5, 400)


def test_frames_never_change_what_a_seed_means(tmp_path: Path) -> None:
    write_frames(tmp_path / "frames", 500, 3, 7)

    tables = [pq.read_table(tmp_path / "frames" / f"{name}.parquet") for name in ("main", "other")]
    total = hashlib.sha256(b"".join(column.to_numpy().tobytes() for table in tables for column in table.columns))

    assert total.hexdigest() == "a2c7545c6c55eabbdb981afb6a8bfb6d868a8abc4432d3599877118c6fdf5fa5"


def test_events_are_plain_csv_of_the_same_bytes_everywhere(tmp_path: Path) -> None:
    write_events(tmp_path / "events.csv", 3000, 7)

    text = (tmp_path / "events.csv").read_text()

    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == ["id", "category", "value", "qty", "note"]
    assert len(rows) == 3001
    assert all(re.fullmatch(r"\d{1,3}\.\d{6}|", row[2]) for row in rows[1:])
    assert '"' not in text
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "2302cb72ef7cf13fad5bd0e3567309584a21a1cb7864c33db9882dce6c0e21cc"
    )


def test_progress_is_told_after_each_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "ROW_GROUP", 400)
    told: list[int] = []

    written = write_frames(tmp_path / "frames", 1000, 1, 7, progress=told.append)

    assert (written, told) == (1100, [400, 800, 1000, 1100])


def interrupt(_: int) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_call_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_frames(tmp_path / "frames", 10, 1, 7, progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_events(tmp_path / "events.csv", 10, 7, progress=interrupt)

    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_refused_and_stays(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()

    with pytest.raises(OutputError, match=r"output exists, got .*frames; remove it or"):
        write_frames(tmp_path / "frames", 10, 1, 7)

    assert list((tmp_path / "frames").iterdir()) == []


def test_a_directory_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="it appeared while"):
        write_frames(tmp_path / "frames", 10, 1, 7, progress=lambda _: (tmp_path / "frames").mkdir(exist_ok=True))

    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


@pytest.mark.parametrize(("rows", "cols", "seed"), [(0, 1, 1), (-1, 1, 1), (1, 0, 1), (1, 1, -1), (1, 1, 2**64)])
def test_numbers_out_of_range_are_refused(tmp_path: Path, rows: int, cols: int, seed: int) -> None:
    with pytest.raises(UsageError, match="got "):
        write_frames(tmp_path / "frames", rows, cols, seed)


def test_more_than_the_disk_has_room_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="disk is too small"):
        write_events(tmp_path / "events.csv", 10**15, 7)

    assert list(tmp_path.iterdir()) == []
