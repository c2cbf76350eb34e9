"""The manifest of a published version: what it lists, and that nothing else is taken for one."""

import hashlib
import json
from pathlib import Path

import pytest

from hotset.data.manifest import MANIFEST_NAME, Maker, Manifest, PublishedFile, describe_files, made_by, read_manifest

MAKER = Maker("wordcount", "run-1", "key-1", "2026-01-02T03:04:05+00:00", "0.1.0")
FILE = PublishedFile("part-0", 3, "ab" * 32)
MANIFEST = Manifest("word string", "text", 2, (FILE, PublishedFile("눈/part-1", 4, "cd" * 32)), (MAKER,))


def test_describe_files_lists_data_with_size_and_digest(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name, content in [("part-1", b"b"), ("part-0", b""), ("sub/part 2", b"xyz"), ("_SUCCESS", b""), (".crc", b"c")]:
        (tmp_path / name).write_bytes(content)

    files = describe_files(tmp_path)

    assert files == (
        PublishedFile("part-0", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        PublishedFile("part-1", 1, hashlib.sha256(b"b").hexdigest()),
        PublishedFile("sub/part 2", 3, hashlib.sha256(b"xyz").hexdigest()),
    )


def test_manifest_as_json_has_every_fact() -> None:
    facts = json.loads(MANIFEST.as_json())

    assert (facts["columns"], facts["format"], facts["rows"], facts["layout"]) == ("word string", "text", 2, 1)
    assert facts["files"][0] == {"path": "part-0", "bytes": 3, "sha256": "ab" * 32}
    assert facts["history"][0]["run_key"] == "key-1"
    assert MANIFEST.size_bytes == 7


def test_read_manifest_gives_back_what_was_written(tmp_path: Path) -> None:
    (tmp_path / MANIFEST_NAME).write_text(MANIFEST.as_json(), encoding="utf-8")

    assert read_manifest(tmp_path) == MANIFEST


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"null",
        b"3",
        b'{"files": []}',
        b"\xff\xfe",
        MANIFEST.as_json().encode()[:-3],
        b'{"a": 1}',
    ],
)
def test_read_manifest_takes_nothing_else_for_one(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / MANIFEST_NAME).write_bytes(content)

    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize(("change", "value"), [("files", [3]), ("history", {"a": 1}), ("later", "unknown field")])
def test_read_manifest_refuses_another_shape(tmp_path: Path, change: str, value: object) -> None:
    facts = json.loads(MANIFEST.as_json()) | {change: value}
    (tmp_path / MANIFEST_NAME).write_text(json.dumps(facts))

    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize(("key", "expected"), [("key-1", MAKER), ("key-2", None), ("", None)])
def test_made_by_finds_the_run_with_the_key(tmp_path: Path, key: str, expected: Maker | None) -> None:
    (tmp_path / MANIFEST_NAME).write_text(MANIFEST.as_json(), encoding="utf-8")

    assert made_by(tmp_path, key) == expected


def test_made_by_nothing_where_there_is_no_manifest(tmp_path: Path) -> None:
    assert made_by(tmp_path / "nowhere", "key-1") is None
