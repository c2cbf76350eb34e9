"""Whether a version is still what it was: every way in which it may not be is found and named."""

import os
import random
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from small_version import make_version, maker

from hotset.data.contents import describe_files
from hotset.data.listing import list_inputs
from hotset.data.manifest import MANIFEST_NAME, Manifest
from hotset.data.verify import check_version, verify
from hotset.errors import InputError


@pytest.fixture
def out(tmp_path: Path) -> Path:
    make_version(tmp_path / "out", "a", "b")
    return tmp_path / "out"


def data_file(out: Path) -> Path:
    return next(out.glob("part-*"))


def test_a_sound_version_has_no_faults(out: Path) -> None:
    checked: list[int] = []

    verified = verify(out, checked.append)

    assert (verified.damaged, verified.manifest.rows, checked) == ((), 2, [4])


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("changed", "{name}: SHA-256 "),
        ("shorter", "{name}: bytes 4 listed, got 3"),
        ("gone", "{name}: missing"),
        ("added", "part-9: not in the manifest"),
        ("hidden added", ".part-9.crc: not in the manifest"),
        ("replaced by a directory", "{name}: cannot be read"),
    ],
)
def test_every_damage_is_named(out: Path, damage: str, fault: str) -> None:
    file = data_file(out)
    match damage:
        case "changed":
            file.write_bytes(b"a\nc\n")
        case "shorter":
            file.write_bytes(b"a\nb")
        case "gone":
            file.unlink()
        case "added":
            (out / "part-9").touch()
        case "hidden added":
            (out / ".part-9.crc").touch()
        case _:
            file.unlink()
            file.mkdir()

    damaged = verify(out).damaged

    assert len(damaged) == 1
    assert damaged[0].startswith(fault.format(name=file.name))


def test_every_flipped_bit_of_a_columnar_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    parquet.write_table(pa.table({"n": list(range(50))}), tmp_path / "out/part-0")
    files = describe_files(tmp_path / "out", "parquet")
    (tmp_path / "out" / MANIFEST_NAME).write_text(Manifest("n bigint", "parquet", 50, files, (maker(),)).as_json())
    whole, draw = (tmp_path / "out/part-0").read_bytes(), random.Random(7)
    missed = []

    for bit in draw.sample(range(8 * len(whole)), 200):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        (tmp_path / "out/part-0").write_bytes(flipped)
        if not verify(tmp_path / "out").damaged:
            missed.append(bit)

    assert missed == []


def test_where_no_version_is_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no _MANIFEST\.json in"):
        verify(tmp_path)


def test_check_version_gives_the_manifest_of_a_sound_version_and_none_of_other_directories(out: Path) -> None:
    manifest = check_version(out, list_inputs([str(out)]).files)
    other = check_version(out.parent, ())

    assert manifest
    assert (manifest.rows, other) == (2, None)


@pytest.mark.parametrize(("damage", "reason"), [("changed", "is damaged"), ("gone", "lacks"), ("added", "has what is")])
def test_check_version_names_the_file(out: Path, damage: str, reason: str) -> None:
    file = data_file(out)
    if damage == "changed":
        file.write_bytes(b"a\nc\n")
    else:
        (out / "part-9").touch()
        if damage == "gone":
            file.unlink()
            (out / "part-9").unlink()
    files = list_inputs([str(out)]).files if damage != "gone" else ()

    with pytest.raises(InputError, match=rf"the version {out} {reason}.* part-"):
        check_version(out, files)


def test_check_version_reads_a_file_once_as_long_as_its_size_and_time_stay(out: Path) -> None:
    file = data_file(out)
    check_version(out, list_inputs([str(out)]).files)
    facts = file.stat()
    file.write_bytes(b"a\nc\n")
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    remembered = check_version(out, list_inputs([str(out)]).files)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))

    assert remembered
    with pytest.raises(InputError, match="is damaged"):
        check_version(out, list_inputs([str(out)]).files)
