import os
from pathlib import Path

import pytest

from hotset import OutputError, UsageError
from hotset.memory.levels import Level
from hotset.memory.placed import Placement, load_own, load_placements, write_placements

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


OTHER_KINDS = [
    ("[a.b]\nlevel = 'DISK'", r"levels.toml: \[a.b\]: no storage level is called 'DISK'"),
    ("[a.b]\ninput_bytes = 1", r"\[a.b\] has no level, got input_bytes"),
    ("[a.b]\nlevel = 'NONE'\nlevle = 1", r"\[a.b\] has no key 'levle'"),
    ("[a.b]\nlevel = 'NONE'\ninput_bytes = 'big'", r"\[a.b\]: input_bytes is of another type, got 'big'"),
    ("[a.b]\nlevel = 'NONE'\ninput_bytes = true", "of another type, got True"),
    ("a = 1", r"\[a\] is a table of \[job.name\], got 1"),
    ("[a]\nb = 1", r"\[a.b\] is a table"),
    ("[a.b\nlevel = 1", "not TOML in UTF-8: .*line 1"),
]


@pytest.mark.parametrize(("text", "told"), OTHER_KINDS)
def test_a_file_of_another_kind_is_refused_with_the_place(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "levels.toml").write_text(text)

    with pytest.raises(UsageError, match=told):
        load_placements(tmp_path / "levels.toml")


@pytest.mark.parametrize("job", ["a", "wordcount"])
@pytest.mark.parametrize(("text", "told"), OTHER_KINDS)
def test_what_no_run_could_follow_is_not_written_into(tmp_path: Path, text: str, told: str, job: str) -> None:
    (tmp_path / "levels.toml").write_text(text)

    with pytest.raises(UsageError, match=told):
        write_placements(tmp_path / "levels.toml", [Placement(job, "counts", Level("NONE"), 1)])

    assert (tmp_path / "levels.toml").read_text() == text


COUNTS, WORDS = (
    Placement("wordcount", "counts", Level("DISK_ONLY"), 7),
    Placement("other", "words", Level("NONE"), None),
)
WAYS = {
    "tables": '[wordcount.counts]\nlevel = "NONE"\n[other.words]\nlevel = "NONE"\n',
    "tables apart": '[wordcount.a]\nlevel = "NONE"\n[other.words]\nlevel = "NONE"\n[wordcount.b]\nlevel = "NONE"\n',
    "an empty table": '[wordcount]\n[other.words]\nlevel = "NONE"\n',
    "dots": 'wordcount.counts.level = "NONE"\nother.words.level = "NONE"\n',
    "dots in a table": '[wordcount]\ncounts.level = "NONE"\n[other]\nwords.level = "NONE"\n',
    "braces": 'wordcount = {counts = {level = "NONE"}}\nother = {words = {level = "NONE"}}\n',
    "empty braces": 'wordcount = {}\nother = {words = {level = "NONE"}}\n',
    "line ends of Windows": '[other.words]\r\nlevel = "NONE"\r\n',
    "a mark of UTF-8": '\ufeff[other.words]\nlevel = "NONE"\n',
    "settings in a table": '[other.words]\nlevel = "NONE"\n[wordcount.counts]\nlevel = "NONE"\n'
    '[wordcount.counts.conf]\n"spark.a" = "b"\n',
    "a figure that is none": '[other.words]\nlevel = "NONE"\n[wordcount.x]\nlevel = "NONE"\nsaves_seconds = nan\n',
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_however_the_file_is_written_the_line_comes_into_it_and_the_others_stay(tmp_path: Path, text: str) -> None:
    file = tmp_path / "levels.toml"
    file.write_bytes(text.encode())
    before = {(one.job, one.name) for one in load_placements(file)}

    write_placements(file, [COUNTS])

    after = {(one.job, one.name): one for one in load_placements(file)}
    assert after[("wordcount", "counts")] == COUNTS
    assert after[("other", "words")] == WORDS
    assert after.keys() == before | {("wordcount", "counts")}


def test_what_a_link_leads_to_is_written_and_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "levels.toml").symlink_to("mine.toml")
    os.mkfifo(tmp_path / "pipe")

    write_placements(tmp_path / "levels.toml", [COUNTS])
    with pytest.raises(UsageError, match=r"the levels file '.*pipe' is a named pipe; give --levels-file the name"):
        write_placements(tmp_path / "pipe", [COUNTS])

    assert load_placements(tmp_path / "mine.toml") == (COUNTS,)
    assert (tmp_path / "levels.toml").is_symlink()
    assert (tmp_path / "pipe").is_fifo()


def test_a_pipe_and_a_directory_are_refused_and_not_waited_for_and_the_null_device_has_no_lines(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path, kind in {tmp_path / "pipe": "a named pipe", tmp_path: "a directory"}.items():
        with pytest.raises(UsageError, match=f"is {kind}; give --levels-file the name of a file"):
            load_placements(path)
    assert load_placements(Path(os.devnull)) == ()
    with pytest.raises(UsageError, match="is a device"):
        load_own(Path(os.devnull))


def test_nothing_is_to_be_read_where_no_file_is_yet(tmp_path: Path) -> None:
    assert load_own(tmp_path / "none/levels.toml") == ()


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
