"""Where an output may go, and the modes of what is made for it."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from hotset.data.destination import (
    check_apart,
    check_free,
    destination,
    give_modes,
    make_parents,
    nearest_existing,
    records_beside,
)
from hotset.data.listing import list_inputs
from hotset.errors import OutputError

NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("out", "{here}/out"),
        ("./a/../out/", "{here}/out"),
        ("~/out", "{here}/home/out"),
        ("file:///x/out", "/x/out"),
        ("/x/two words %20 [a]", "/x/two words %20 [a]"),
        ("눈송이", "{here}/눈송이"),
        ("x" * 247, "{here}/" + "x" * 247),
    ],
)
def test_destination_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, expected: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", f"{tmp_path}/home")

    path = destination(text)

    assert path == Path(expected.format(here=tmp_path))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hdfs://host/out", "only paths of this machine are supported so far, got 'hdfs://host/out'"),
        ("", "not a path, got ''"),
        ("a:b", "Hadoop writes no directory with ':' or a line break in its name, got 'a:b'; rename it"),
        ("a\nb", "Hadoop writes no directory with ':' or a line break in its name, got 'a\\nb'; rename it"),
        (os.fsdecode(b"a\xff"), "Spark writes to no path that is not UTF-8"),
        ("x" * 248, "its longest name 248; use at most 3800 and 247"),
        ("눈" * 83, "its longest name 249; use at most 3800 and 247"),
        ("/" + "x/" * 2000, "the output's path has 4000 bytes, its longest name 1;"),
    ],
)
def test_destination_refuses_what_no_output_can_be_called(text: str, reason: str) -> None:
    with pytest.raises(OutputError) as refused:
        destination(text)

    assert reason in str(refused.value)


def test_records_lie_hidden_beside_the_output_and_can_be_made_for_the_longest_name(tmp_path: Path) -> None:
    output = destination(f"{tmp_path}/{'x' * 247}")

    records = records_beside(output)
    records.mkdir()

    assert records.name == f".{'x' * 247}.hotset"
    assert records.parent == output.parent


@pytest.mark.parametrize("kind", ["file", "directory", "broken link"])
def test_check_free_refuses_what_exists(tmp_path: Path, kind: str) -> None:
    output = tmp_path / "out"
    match kind:
        case "file":
            output.touch()
        case "directory":
            output.mkdir()
        case _:
            output.symlink_to("nowhere")

    with pytest.raises(OutputError) as refused:
        check_free(output)

    assert str(refused.value) == f"the output {output} exists; remove it, or choose another --output"


def test_check_free_accepts_a_place_whose_parents_are_missing(tmp_path: Path) -> None:
    check_free(tmp_path / "a/b/out")

    assert list(tmp_path.iterdir()) == []


def test_check_free_refuses_a_place_below_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(OutputError) as refused:
        check_free(file / "a/out")

    assert str(refused.value) == f"cannot create {file}/a/out: {file} is not a directory"


def test_check_free_refuses_a_place_that_may_not_be_written_to() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        Path(place).chmod(0o555)
        if os.getuid() == 0:
            os.setresuid(NOBODY, NOBODY, 0)
        try:
            with pytest.raises(OutputError) as refused:
                check_free(Path(place) / "a/out")
        finally:
            if os.getresuid()[2] == 0:
                os.setresuid(0, 0, 0)

    assert str(refused.value) == f"cannot create {place}/a/out: no permission to write in {place}"


@pytest.mark.parametrize(
    ("paths", "output", "reason"),
    [
        ("in", "in/out", "the output {root}/in/out lies inside the input {root}/in;"),
        ("in", "in", "lies inside"),
        ("in", "link/out", "the output {root}/link/out lies inside the input {root}/in;"),
        ("in/sub", "in/sub/../sub/deep/out", "lies inside the input {root}/in/sub;"),
        ("file:{root}/in", "in/./out", "lies inside the input {root}/in;"),
        ("link", "in/out", "lies inside the input {root}/in;"),
        ("in/sub", "in", "the input {root}/in/sub/a.txt lies inside the output {root}/in;"),
        ("in/sub/*.txt", "link", "the input {root}/in/sub/a.txt lies inside the output {root}/link;"),
        ("link/sub/a.txt", "in", "the input {root}/link/sub/a.txt lies inside the output {root}/in;"),
    ],
)
def test_check_apart_refuses_overlap_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, paths: str, output: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "in/sub/a.txt").touch()
    (tmp_path / "link").symlink_to("in")
    inputs = [paths.format(root=tmp_path)]

    with pytest.raises(OutputError) as refused:
        check_apart(destination(output), list_inputs(inputs).files, inputs)

    assert reason.format(root=tmp_path) in str(refused.value)


@pytest.mark.parametrize("output", ["out", "in-2", "inner", "in.txt/../out"])
def test_check_apart_accepts_a_neighbour(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, output: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").touch()

    check_apart(destination(output), list_inputs(["in"]).files, ["in"])

    assert not (tmp_path / output).exists()


@pytest.mark.parametrize(("above", "below"), [(0o755, 0o755), (0o2770, 0o2770), (0o1777, 0o755), (0o700, 0o700)])
def test_make_parents_gives_the_mode_of_the_directory_above_whatever_the_umask(
    tmp_path: Path, above: int, below: int
) -> None:
    tmp_path.chmod(above)
    before = os.umask(0o077)

    make_parents(tmp_path / "a/b/out")
    os.umask(before)

    assert [mode(tmp_path / "a"), mode(tmp_path / "a/b")] == [below, below]
    assert not (tmp_path / "a/b/out").exists()


def test_make_parents_leaves_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o700)

    make_parents(tmp_path / "a/out")

    assert mode(tmp_path / "a") == 0o700


def test_give_modes_opens_a_private_tree_as_its_parent_is(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True, mode=0o700)
    (tree / "sub/part").touch(0o600)
    tmp_path.chmod(0o750)

    give_modes(tree, like=tmp_path)

    assert [mode(tree), mode(tree / "sub"), mode(tree / "sub/part")] == [0o750, 0o750, 0o640]


def test_nearest_existing_is_the_first_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()

    assert nearest_existing(tmp_path / "a/b/c/d") == tmp_path / "a"
