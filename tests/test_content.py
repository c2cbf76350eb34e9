"""Content before guess, through the doors by which jobs read: tables, and text by every engine of word count."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from hotset import Dataset, InputError, Kernel, Run
from hotset.errors import HotsetError
from hotset.session.failure import explain

pytestmark = pytest.mark.thorough

LINES = Dataset("value string", format="text")
ROWS = b"k,v\n" + b"".join(b"%d,%d\n" % (number, number * number) for number in range(200_000))
PACKED = gzip.compress(ROWS, mtime=0)


def count_lines(pieces: Iterator[bytes]) -> Iterable[pa.RecordBatch]:
    return [pa.record_batch({"n": pa.array([sum(piece.count(b"\n") for piece in pieces)], pa.int64())})]


COUNT = Kernel("n bigint", count_lines)


def table(run: Run, path: str) -> int:
    dataset = run.dataset(path)
    return int(run.take(run.scan(dataset, path, Kernel(dataset.columns, iter)), 10**6).num_rows)


def columnar(run: Run, path: str) -> int:
    counts: list[int] = run.take(run.scan(LINES, path, COUNT), 10**6)["n"].to_pylist()
    return sum(counts)


def frame(run: Run, path: str) -> int:
    return run.read(LINES, path).count()


def rdd(run: Run, path: str) -> int:
    return run.lines(path).count()


def strict(run: Run, path: str) -> int:
    lines = run.read(LINES, path, strict=True).count()
    run.balance()
    return lines


Door = Callable[[Run, str], int]
TABLES: tuple[Door, ...] = (table,)
TEXTS: tuple[Door, ...] = (columnar, frame, rdd, strict)


def failed(run: Run, door: Door, path: Path) -> HotsetError:
    with pytest.raises(Exception, match=path.name) as told:
        door(run, str(path))
    error = told.value if isinstance(told.value, HotsetError) else explain(told.value)
    assert error is not None
    return error


DAMAGED = {
    "cut in the middle": (PACKED[: len(PACKED) // 2], "it is cut off"),
    "with something behind it": (PACKED + b"garbage", "it is damaged"),
    "of no bytes": (b"", "is not gzip by its first bytes"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_archive_is_told_alike_whoever_reads_it(run: Run, tmp_path: Path, case: str) -> None:
    content, told = DAMAGED[case]
    (tmp_path / "in.csv.gz").write_bytes(content)
    # of no bytes in all: that is told before, as an input without a record
    (tmp_path / "other.csv.gz").write_bytes(gzip.compress(b"k,v\n1,2\n", mtime=0))

    errors = [failed(run, door, tmp_path / "in.csv.gz") for door in (*TABLES, *TEXTS)] if content else []
    errors += [failed(run, door, tmp_path) for door in (*TABLES, *TEXTS)] if not content else []

    assert {type(error) for error in errors} == {InputError}
    assert len({str(error) for error in errors}) == 1
    assert told in str(errors[0])


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, "zstd", asbytes=True))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv.gz", gzip.compress(b"k,v\na", mtime=0) + gzip.compress(b",1\nb,2\n", mtime=0)),
        ("IN.TAB.GZ", gzip.compress(b"k\tv\na\t1\nb\t2\n", mtime=0)),
        ("IN.CSV.ZSTD", zstd(b"k,v\n") + zstd(b"a,1\nb,2\n")),
        ("in.PSV", b"k|v\na|1\nb|2\n"),
    ],
    ids=["members", "TAB.GZ", "ZSTD", "PSV"],
)
def test_compressions_and_suffixes_mean_the_same_to_all(run: Run, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    assert [door(run, str(tmp_path / name)) for door in (*TABLES, *TEXTS)] == [2, 3, 3, 3, 3]


@pytest.mark.parametrize(
    "content", [gzip.compress(b"", mtime=0), gzip.compress(b"\xef\xbb\xbf", mtime=0)], ids=["nothing", "a mark"]
)
def test_an_archive_of_nothing_has_no_record(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.csv.gz").write_bytes(content)

    with pytest.raises(InputError, match="no record in"):
        run.dataset(str(tmp_path / "in.csv.gz"))


def test_text_in_another_encoding_is_read_block_by_block(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes("é\nИ\n".encode("utf-16"))
    lines = Dataset("value string", format="text", encoding="utf-16")

    assert [row.value for row in run.read(lines, str(tmp_path)).collect()] == ["é", "И"]
    assert run.take(run.scan(lines, str(tmp_path), COUNT), 10)["n"].to_pylist() == [2]
