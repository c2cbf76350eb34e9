"""Rows, bytes and digests of files, counted without Spark."""

import hashlib
import random
import re
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import orc, parquet

from hotset.data import contents
from hotset.data.contents import describe, describe_files
from hotset.data.manifest import PublishedFile


def csv(*, multiline: bool = False, header: bool = True, quote: str = '"') -> dict[str, object]:
    return {"multiline": multiline, "header": header, "quote": quote}


def test_describe_files_lists_data_with_size_digest_and_rows(tmp_path: Path) -> None:
    for name, content in [
        ("part-1", b"b"), ("part-0", b""), ("_x=1/part 2", b"x\nz\n"), ("_SUCCESS", b""), (".crc", b"c"),
        ("_quarantine/run.json", b"{}\n"), ("_MANIFEST.json", b"{}"),
    ]:  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    files = describe_files(tmp_path, "text")

    assert files == (
        PublishedFile("_x=1/part 2", 4, hashlib.sha256(b"x\nz\n").hexdigest(), 2),
        PublishedFile("part-0", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0),
        PublishedFile("part-1", 1, hashlib.sha256(b"b").hexdigest(), 1),
    )


@pytest.mark.parametrize(
    ("text", "facts", "rows"),
    [
        (b"a\nb\n", None, 2),
        (b"a\r\nb\rc", None, 3),
        (b"\n\n\r\n", None, 3),
        (b"h\na\n", csv(), 1),
        (b"h\n", csv(), 0),
        (b"", csv(), 0),
        (b"a\n", csv(header=False), 1),
        (b'h\n"a\nb"\n', csv(), 2),  # without multiline a line end is one, quotes or not
        (b'h\n"a\nb"\n', csv(multiline=True), 1),
        (b'h\n"a""\r\n""b",c\r\n"x"\n', csv(multiline=True), 2),
        (b"h\n'a\nb\"'\nc\n", csv(multiline=True, quote="'"), 2),
        (b'h\n"a\n"', csv(multiline=True), 1),
    ],
)
@pytest.mark.parametrize("chunk_bytes", [1, 2, 1 << 20])
def test_rows_of_text_end_where_readers_say(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: bytes,
    facts: dict[str, object] | None,
    rows: int,
    chunk_bytes: int,
) -> None:
    monkeypatch.setattr(contents, "CHUNK_BYTES", chunk_bytes)
    (tmp_path / "part-0").write_bytes(text)

    described = describe(tmp_path / "part-0", tmp_path, "csv" if facts else "text", facts)

    assert described == PublishedFile("part-0", len(text), hashlib.sha256(text).hexdigest(), rows)


def test_lines_are_counted_as_a_regular_expression_finds_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    draw = random.Random(7)
    texts = ["".join(draw.choices("a\r\n", k=draw.randrange(9))).encode() for _ in range(300)]
    monkeypatch.setattr(contents, "CHUNK_BYTES", 3)
    found = []

    for text in texts:
        (tmp_path / "part-0").write_bytes(text)
        found.append(describe(tmp_path / "part-0", tmp_path, "text").rows)

    assert found == [len(re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)) for text in texts]


@pytest.mark.parametrize("file_format", ["parquet", "orc"])
def test_rows_of_columnar_files_are_those_of_the_footer(tmp_path: Path, file_format: str) -> None:
    table = pa.table({"n": [1, 2, 3]})
    (parquet if file_format == "parquet" else orc).write_table(table, tmp_path / "part-0")

    assert describe(tmp_path / "part-0", tmp_path, file_format).rows == 3
