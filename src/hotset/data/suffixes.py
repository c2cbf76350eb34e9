"""What the suffix of a file's name says: its compression and its format. Capital letters do not matter."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from hotset.data.dataset import Format
from hotset.errors import InputError


def _open_zstd(path: Path) -> Any:
    return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")


def _open_lz4(path: Path) -> Any:
    return pa.CompressedInputStream(pa.OSFile(str(path)), "lz4")


def _open_bzip2(path: Path) -> Any:
    # Python's own reader passes over whatever follows the first stream and is no further one
    return pa.CompressedInputStream(pa.OSFile(str(path)), "bz2")


# suffix -> how the file is opened in binary; any other is opened as it is, but for those that only Hadoop decompresses
DECOMPRESSORS: dict[str, Callable[[Path], Any]] = {
    ".gz": partial(gzip.open, mode="rb"),
    ".bz2": _open_bzip2,
    ".zst": _open_zstd,
    ".zstd": _open_zstd,
}
LZ4 = ".lz4"  # by this suffix goes what the program lz4 writes, and Hadoop's own blocks, which have no such beginning
LZ4_FRAME = bytes.fromhex("04224d18")
ONLY_HADOOP = frozenset({".deflate", LZ4, ".snappy"})
HADOOP_TOO = frozenset({".gz", ".bz2"})  # in just these letters
FORMATS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".psv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json",
    ".parquet": "parquet", ".orc": "orc", ".txt": "text", ".text": "text", ".log": "text",
}  # fmt: skip
SEPARATORS = {".tsv": "\t", ".tab": "\t", ".psv": "|"}


def is_compressed(path: Path) -> bool:
    """Whether the file has to be decompressed from its head: it cannot be cut."""
    return _decompressor(path) is not None


def only_hadoop_reads(path: Path) -> bool:
    """Whether the compression is one that Python has no reader for."""
    return path.suffix.lower() in ONLY_HADOOP and not is_compressed(path)


def _decompressor(path: Path) -> Callable[[Path], Any] | None:
    suffix = path.suffix.lower()
    if suffix == LZ4 and _first_bytes(path) == LZ4_FRAME:
        return _open_lz4
    return DECOMPRESSORS.get(suffix)


def _first_bytes(path: Path) -> bytes:
    """Nothing of a file that cannot be read: whoever reads it says why."""
    try:
        with path.open("rb") as content:
            return content.read(len(LZ4_FRAME))
    except OSError:
        return b""


def hadoop_reads(path: Path) -> bool:
    """Whether Spark's own reader sees the same text in the file as ours."""
    return not is_compressed(path) or path.suffix in HADOOP_TOO


def format_of(path: Path) -> Format | None:
    """What the name says, below the suffix of a compression; None where it says nothing."""
    return FORMATS.get(_inner(path).suffix.lower())


def separator_of(path: Path) -> str:
    """How the name says that the cells of a CSV are separated."""
    return SEPARATORS.get(_inner(path).suffix.lower(), ",")


def _inner(path: Path) -> Path:
    return Path(path.stem) if is_compressed(path) or only_hadoop_reads(path) else path


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed. Raises InputError as `read_errors` does."""
    open_file: Callable[[Path], Any] = _decompressor(path) or partial(open, mode="rb")
    with read_errors(path), open_file(path) as content:
        yield content


@contextmanager
def read_errors(path: Path) -> Iterator[None]:
    """Raises InputError for what goes wrong inside with the file: one sentence for each cause, whoever reads."""
    try:
        yield
    except (OSError, EOFError, zlib.error, pa.ArrowInvalid) as why:
        raise InputError(f"cannot read {path}: {_reason(path, why)}") from None


def _reason(path: Path, why: Exception) -> str:
    if isinstance(why, EOFError) or "Truncated compressed stream" in str(why):
        return "it is cut off, its compressed content has no end; get it once more, as a whole"
    if isinstance(why, OSError) and why.strerror:
        return why.strerror
    return f"it is damaged ({why}); get it once more" if is_compressed(path) else str(why)
