from pathlib import Path

import pytest

from hotset import OutputError, UsageError
from hotset.memory.levels import Level
from hotset.memory.placed import Placement, load_placements, write_placements

PEOPLES = """\
# measured on the small machine
[wordcount.counts]  # of this machine
level = "DISK_ONLY by word"  # until the disk is new
input_bytes = 1_000

["my job"."two words"]
level = "NONE"
"""


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    conf = {"spark.sql.inMemoryColumnarStorage.compressed": "false"}
    full = Placement(
        "my job",
        "two words",
        Level("DISK_ONLY", ("day",)),
        10,
        20,
        30,
        "2 cores",
        "2026-01-31",
        "hotset lab",
        1.5,
        conf,
    )
    bare = Placement("group", "groups", Level("NONE"), None)

    write_placements(tmp_path / "conf/levels.toml", [full, bare])

    assert load_placements(tmp_path / "conf/levels.toml") == (full, bare)


def test_writing_replaces_the_line_of_the_same_name_and_leaves_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "levels.toml"
    file.write_text(PEOPLES)

    write_placements(file, [Placement("wordcount", "counts", Level("MEMORY_ONLY"), 2_000)])

    assert file.read_text() == PEOPLES.replace("DISK_ONLY by word", "MEMORY_ONLY").replace("1_000", "2000")
    assert not list(tmp_path.glob(".levels*"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a.b]\nlevel = 'DISK'", r"levels.toml: \[a.b\]: no storage level is called 'DISK'"),
        ("[a.b]\ninput_bytes = 1", r"\[a.b\] has no level, got input_bytes"),
        ("[a.b]\nlevel = 'NONE'\nlevle = 1", r"\[a.b\] has no key 'levle'"),
        ("[a.b]\nlevel = 'NONE'\ninput_bytes = 'big'", r"\[a.b\]: input_bytes is of another type, got 'big'"),
        ("[a.b]\nlevel = 'NONE'\ninput_bytes = true", "of another type, got True"),
        ("a = 1", r"\[a\] is a table of \[job.name\], got 1"),
        ("[a]\nb = 1", r"\[a.b\] is a table"),
        ("[a.b\nlevel = 1", "not TOML in UTF-8: .*line 1"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_place(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "levels.toml").write_text(text)

    with pytest.raises(UsageError, match=told):
        load_placements(tmp_path / "levels.toml")


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the levels file .*none.toml'"):
        load_placements(tmp_path / "none.toml")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "conf").write_text("a file")

    with pytest.raises(OutputError, match=r"cannot write .*levels\.toml"):
        write_placements(tmp_path / "conf/levels.toml", [Placement("a", "b", Level("NONE"), 1)])


@pytest.mark.parametrize(
    ("measured", "now", "counts"),
    [(100, 50, True), (100, 49, False), (100, 200, True), (100, 201, False), (None, 7, True), (0, 0, True)],
)
def test_a_line_counts_between_half_and_double_of_its_input(measured: int | None, now: int, counts: bool) -> None:
    assert Placement("a", "b", Level("NONE"), measured).counts_for(now) is counts
