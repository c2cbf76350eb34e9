"""Which files an input is made of: whole trees, any name that Linux allows, and a reason for each one passed over."""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotset.data.listing import InputFile, list_inputs
from hotset.errors import InputError

NOBODY = 65534

# Names as people have them, and as Hadoop's globs, URIs and lists misread them.
STRANGE_NAMES = [
    "two words.txt",
    "[a-z].txt",
    "{a,b}.txt",
    "a*?.txt",
    "a,b.txt",
    "100%20.txt",
    "눈송이 – Ünïcödé 🙂.txt",
    "line\nbreak.txt",
    "back\\slash\\*.txt",
    "x" * 251 + ".txt",
]


def names(root: Path, *paths: str) -> list[str]:
    return [str(file.path.relative_to(root)) for file in list_inputs(paths).files]


def refusal(*paths: str) -> str:
    with pytest.raises(InputError) as refused:
        list_inputs(paths)
    return str(refused.value)


def make(root: Path, *files: str) -> None:
    for name in files:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)


@contextmanager
def as_nobody() -> Iterator[Path]:
    """A directory of nobody's, and this process without root's right to read everything."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        if os.getuid() == 0:
            os.chown(place, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, 0)
        try:
            yield Path(place)
        finally:
            if os.getresuid()[2] == 0:
                os.setresuid(0, 0, 0)


def unescaped(pattern: str) -> str:
    """The name that a Hadoop glob without wildcards matches (GlobPattern: a backslash takes the next as it is)."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[{}\[\]*?]", pattern), "a wildcard is left"
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)


def test_file_is_listed_with_size_and_time(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"12345")
    os.utime(file, ns=(0, 1_234_567_890))

    listing = list_inputs([str(file)])

    assert listing.files == (InputFile(file, 5, 1_234_567_890),)
    assert listing.size_bytes == 5


def test_directory_is_listed_as_a_tree_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b.txt", "sub/deeper/c.txt", "a.txt", "sub/a.txt")

    found = names(tmp_path, str(tmp_path))

    assert found == ["a.txt", "b.txt", "sub/a.txt", "sub/deeper/c.txt"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", ["a.txt", "b.txt"]),
        ("?.txt", ["a.txt", "b.txt"]),
        ("[b-z].*", ["b.txt"]),
        ("su*", ["sub/a.txt", "sub/deeper/c.txt"]),
        ("**/c.txt", ["sub/deeper/c.txt"]),
        ("sub/*/..", ["sub/a.txt", "sub/deeper/c.txt"]),
    ],
)
def test_glob_is_expanded(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    make(tmp_path, "a.txt", "b.txt", "sub/a.txt", "sub/deeper/c.txt")

    found = names(tmp_path, f"{tmp_path}/{pattern}")

    assert found == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("x/*", ["part-1", "sub/part-2"]),
        ("x/**", ["part-1", "sub/part-2"]),
        ("x/*/*", ["sub/part-2"]),
        ("*/*", ["part-1", "sub/part-2"]),
        ("*", ["part-1", "sub/part-2"]),
        ("**/*.json", []),
        ("**/part*", ["part-1", "sub/part-2"]),
        ("x/[_ps]*", ["part-1", "sub/part-2"]),
        ("x/_*/*", []),
        ("x/_*", []),
        ("x/_quarantine/*", ["_quarantine/run.json"]),
        ("x/_quarantine/r*.json", ["_quarantine/run.json"]),
        ("*/_quarantine/*", ["_quarantine/run.json"]),
        ("x/.tmp/*", [".tmp/part-3"]),
    ],
)
def test_a_glob_passes_over_what_a_directory_passes_over(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    make(tmp_path, *(f"x/{name}" for name in ("part-1", "_MANIFEST.json", "_quarantine/run.json", "_SUCCESS")))
    make(tmp_path, "x/sub/part-2", "x/.tmp/part-3", "x/_temporary/0/part-4")

    if expected:
        assert names(tmp_path, f"{tmp_path}/{pattern}") == [f"x/{name}" for name in expected]
    else:
        with pytest.raises(InputError, match=r"no file to read in .* but hidden or temporary ones"):
            list_inputs([f"{tmp_path}/{pattern}"])


def test_several_paths_are_listed_together_and_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "sub/b.txt", "sub/c.txt")
    paths = ["sub/c.txt", "a.txt", "sub", "./a.txt", "sub/../a.txt", "sub/*.txt"]

    found = names(tmp_path, *(f"{tmp_path}/{path}" for path in paths))

    assert found == ["a.txt", "sub/b.txt", "sub/c.txt"]


@pytest.mark.parametrize("prefix", ["{root}/", "file:{root}/", "file://{root}/", "~/", "", "./"])
def test_path_of_this_machine_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, prefix: str) -> None:
    make(tmp_path, "a b.txt")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    found = names(tmp_path, prefix.format(root=tmp_path) + "a b.txt")

    assert found == ["a b.txt"]


def test_name_with_a_tilde_of_nobody_is_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make(tmp_path, "~no-such-user/a.txt")
    monkeypatch.chdir(tmp_path)

    found = names(tmp_path, "~no-such-user/a.txt")

    assert found == ["~no-such-user/a.txt"]


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_strange_name_is_found_by_itself_and_in_its_directory(tmp_path: Path, name: str) -> None:
    make(tmp_path, name, "a.txt" if name != "a.txt" else "b.txt")

    by_name = list_inputs([f"{tmp_path}/{name}"]).files

    assert [file.path.name for file in by_name] == [name]
    assert unescaped(by_name[0].for_spark) == f"file://{tmp_path}/{name}"
    assert name in names(tmp_path, str(tmp_path))


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0:"), min_size=1, max_size=60).filter(
        lambda name: name[0] not in "._" and not name.endswith("._COPYING_") and len(name.encode()) < 256
    )
)
def test_any_name_is_found_and_for_spark_means_just_it(name: str) -> None:
    with tempfile.TemporaryDirectory() as root:
        file = Path(root) / name
        file.write_text("x")

        listed = list_inputs([root]).files + list_inputs([f"{root}/{name}"]).files

        assert [listing.path for listing in listed] == [file, file]
        assert {unescaped(listing.for_spark) for listing in listed} == {f"file://{file}"}


def test_for_spark_escapes_what_a_glob_would_read_into_the_name() -> None:
    file = InputFile(Path("/d/[a]{b,c}*?\\ %20.txt"), 0, 0)

    assert file.for_spark == "file:///d/\\[a\\]\\{b,c\\}\\*\\?\\\\ %20.txt"


def test_hidden_and_temporary_names_are_passed_over_and_reported(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", ".hidden", "_SUCCESS", "b._COPYING_", ".dir/c.txt", "_part=1/d.txt", "e_.txt")

    listing = list_inputs([str(tmp_path)])

    assert [file.path.name for file in listing.files] == ["d.txt", "a.txt", "e_.txt"]
    assert listing.skipped == tuple(
        (f"{tmp_path}/{name}", "hidden or temporary name") for name in (".dir", ".hidden", "_SUCCESS", "b._COPYING_")
    )


def test_only_hidden_names_are_no_input(tmp_path: Path) -> None:
    make(tmp_path, "_SUCCESS")

    said = refusal(str(tmp_path))

    assert f"no file to read in {str(tmp_path)!r} but hidden or temporary ones ({tmp_path}/_SUCCESS)" in said


def test_links_are_followed_and_a_loop_ends(tmp_path: Path) -> None:
    make(tmp_path, "in/a.txt", "elsewhere/b.txt")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    (tmp_path / "in/up").symlink_to("..")
    (tmp_path / "in/out").symlink_to(tmp_path / "elsewhere")

    found = names(tmp_path, str(tmp_path / "in"))

    assert [name for name in found if "up" not in name] == ["in/a.txt", "in/out/b.txt"]
    assert len(found) == len(set(found)) == 3


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("fifo", "not a regular file; write its content to one first"),
        ("broken link", "No such file or directory"),
        ("link to itself", "Too many levels of symbolic links"),
        ("colon", "Hadoop opens no file with ':' in its name; rename it or link to it"),
        ("not UTF-8", "Spark opens no file whose path is not UTF-8; rename it or link to it"),
    ],
)
@pytest.mark.parametrize("in_directory", [True, False])
def test_unreadable_thing_is_refused_and_named(tmp_path: Path, what: str, reason: str, in_directory: bool) -> None:
    make(tmp_path, "good.txt")
    bad = tmp_path / {"colon": "a:b.txt", "not UTF-8": os.fsdecode(b"a\xff.txt")}.get(what, "bad")
    match what:
        case "fifo":
            os.mkfifo(bad)
        case "broken link":
            bad.symlink_to("nowhere")
        case "link to itself":
            bad.symlink_to(bad)
        case _:
            bad.write_text("x")

    said = refusal(str(tmp_path if in_directory else bad))

    assert said == f"cannot read {bad}: {reason}"


@pytest.mark.parametrize(("kind", "reason"), [("file", "permission denied"), ("directory", "Permission denied")])
def test_what_may_not_be_read_is_refused(kind: str, reason: str) -> None:
    with as_nobody() as place:
        locked = place / "locked"
        locked.mkdir() if kind == "directory" else locked.write_text("x")
        locked.chmod(0)

        said = refusal(str(place))

        locked.chmod(stat.S_IRWXU)
    assert str(locked) in said
    assert said.endswith(reason)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/no/such/place", "no such input, got '/no/such/place'"),
        ("/no/such/*.txt", "no such input, got '/no/such/*.txt'"),
        ("x" * 300, "no such input"),
        ("s3://bucket/key", "only paths of this machine are supported so far, got 's3://bucket/key'"),
        ("hdfs:/key", "only paths of this machine are supported so far, got 'hdfs:/key'"),
        ("", "not a path, got ''"),
        ("a\0b", "not a path, got 'a\\x00b'"),
    ],
)
def test_what_is_no_input_is_refused(path: str, reason: str) -> None:
    said = refusal(path)

    assert reason in said


def test_directory_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()

    said = refusal(str(tmp_path))

    assert said == f"no file to read in {str(tmp_path)!r}; give a file, a directory or a glob"


def test_one_good_path_does_not_excuse_another(tmp_path: Path) -> None:
    make(tmp_path, "a.txt")

    said = refusal(f"{tmp_path}/a.txt", f"{tmp_path}/b.txt")

    assert f"no such input, got '{tmp_path}/b.txt'" in said


@pytest.mark.parametrize("change", ["grow", "rewrite", "come", "go", "rename"])
def test_fingerprint_changes_with_the_files(tmp_path: Path, change: str) -> None:
    make(tmp_path, "a.txt", "b.txt")
    file = tmp_path / "a.txt"
    before = list_inputs([str(tmp_path)]).fingerprint()

    match change:
        case "grow":
            facts = file.stat()
            file.write_text("longer than it was")
            os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        case "rewrite":
            os.utime(file, ns=(0, 1))
        case "come":
            make(tmp_path, "c.txt")
        case "go":
            file.unlink()
        case "rename":
            file.rename(tmp_path / "z.txt")

    assert list_inputs([str(tmp_path)]).fingerprint() != before


def test_fingerprint_of_the_same_files_is_the_same(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.txt")

    by_tree = list_inputs([str(tmp_path)]).fingerprint()

    assert list_inputs([f"{tmp_path}/b.txt", f"{tmp_path}/a.txt"]).fingerprint() == by_tree


def test_check_unchanged_names_the_file_that_changed_or_vanished(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.txt")
    listing = list_inputs([str(tmp_path)])
    listing.check_unchanged()

    os.utime(tmp_path / "b.txt", ns=(0, 1))
    with pytest.raises(InputError, match=r"b\.txt changed while it was read; nothing was published"):
        listing.check_unchanged()

    (tmp_path / "a.txt").unlink()
    with pytest.raises(InputError, match=r"a\.txt vanished while it was read; nothing was published"):
        listing.check_unchanged()


@pytest.mark.parametrize("text", ["~", "~/in.txt", "~/a b/*.csv"])
def test_home_that_nobody_knows_is_no_name_of_a_file(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotset.data.listing.home_directory", lambda _: None)

    with pytest.raises(InputError, match=r"no home directory is known, got '~.*'; set HOME, or write the whole path"):
        list_inputs([text])


def test_relative_path_in_a_deleted_directory_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    with pytest.raises(InputError, match="the working directory does not exist any more"):
        list_inputs(["in.txt"])
