"""The manifest of a published version: what it lists, and that nothing else is taken for one."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from hotset.data.manifest import (
    MANIFEST_NAME,
    InputRead,
    Maker,
    Manifest,
    PublishedFile,
    QuarantineFile,
    load_manifest,
    made_by,
    read_manifest,
)
from hotset.errors import InputError

MAKER = Maker("wordcount", "run-1", "key-1", "2026-01-02T03:04:05+00:00", "0.1.0")
LATER = Maker("wordcount", "run-2", "key-2", "2026-01-03T03:04:05+00:00", "0.1.0", "append", {"top": 3, "in": ["a"]})
FILE = PublishedFile("part-0", 3, "ab" * 32, 1)
MANIFEST = Manifest(
    "word string, day string",
    "csv",
    2,
    (FILE, PublishedFile("눈/part-1", 4, "cd" * 32, 1)),
    (MAKER,),
    partition_by=("day",),
    key=("word",),
    csv={"header": True, "separator": ","},
    inputs=(InputRead(("in", "more"), "ef" * 32, 2, 10, 3, 1),),
    quarantine=(QuarantineFile("_quarantine/run-1.json", 5, "01" * 32, 1),),
)


def test_manifest_as_json_has_every_fact() -> None:
    facts = json.loads(MANIFEST.as_json())

    assert (facts["columns"], facts["format"], facts["rows"], facts["layout"]) == (
        "word string, day string",
        "csv",
        2,
        2,
    )
    assert facts["files"][0] == {"path": "part-0", "bytes": 3, "sha256": "ab" * 32, "rows": 1}
    assert facts["inputs"][0]["set_aside"] == facts["quarantine"][0]["records"] == 1
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


def test_manifest_bears_the_digest_of_itself_without_it() -> None:
    facts = json.loads(MANIFEST.as_json())

    digest = facts.pop("self_sha256")

    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert digest == hashlib.sha256(canonical).hexdigest()


def test_every_flipped_bit_of_a_manifest_is_found(tmp_path: Path) -> None:
    whole = MANIFEST.as_json().encode()
    missed = []

    for bit in range(0, 8 * len(whole), 3):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        (tmp_path / MANIFEST_NAME).write_bytes(flipped)
        if read_manifest(tmp_path) is not None:
            missed.append(bit)

    assert missed == []


def test_load_manifest_tells_a_damaged_one_from_none(tmp_path: Path) -> None:
    none = load_manifest(tmp_path)
    (tmp_path / MANIFEST_NAME).write_bytes(MANIFEST.as_json().encode() + b" ")

    with pytest.raises(InputError, match=r"_MANIFEST\.json is damaged"):
        load_manifest(tmp_path)

    assert none is None


@pytest.mark.parametrize(
    ("history", "key", "adding", "expected"),
    [
        ((MAKER, LATER), "key-1", True, MAKER),
        ((MAKER, LATER), "key-2", True, LATER),
        ((MAKER, LATER), "key-1", False, None),  # it made a part of what is there
        ((replace(MAKER, superseded=True), LATER), "key-1", True, None),
    ],
)
def test_a_run_that_added_is_done_only_for_one_that_would_add(
    tmp_path: Path, history: tuple[Maker, ...], key: str, adding: bool, expected: Maker | None
) -> None:
    (tmp_path / MANIFEST_NAME).write_text(replace(MANIFEST, history=history).as_json(), encoding="utf-8")

    assert made_by(tmp_path, key, adding=adding) == expected


@pytest.mark.parametrize(("key", "expected"), [("key-1", MAKER), ("key-2", None), ("", None)])
def test_made_by_finds_the_run_with_the_key(tmp_path: Path, key: str, expected: Maker | None) -> None:
    (tmp_path / MANIFEST_NAME).write_text(MANIFEST.as_json(), encoding="utf-8")

    assert made_by(tmp_path, key) == expected


def test_made_by_nothing_where_there_is_no_manifest(tmp_path: Path) -> None:
    assert made_by(tmp_path / "nowhere", "key-1") is None
