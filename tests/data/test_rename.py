"""A directory gets its final name in one step, and what was there stays."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hotset.data.rename import check_one_step, exchange, rename_new, sync
from hotset.errors import OutputError

OPEN = Path("/proc/self/fd")


def test_rename_new_moves_the_whole_directory(tmp_path: Path) -> None:
    source = tmp_path / "눈 staging"
    source.mkdir()
    (source / "part-0").write_text("x")

    rename_new(source, tmp_path / "out put")

    assert (tmp_path / "out put/part-0").read_text() == "x"
    assert not source.exists()


@pytest.mark.parametrize("there", ["empty directory", "full directory", "file", "broken link"])
def test_rename_new_replaces_nothing_where_os_rename_would(tmp_path: Path, there: str) -> None:
    source, target = tmp_path / "staging", tmp_path / "out"
    source.mkdir()
    match there:
        case "file":
            target.write_text("old")
        case "broken link":
            target.symlink_to("nowhere")
        case _:
            target.mkdir()
            if there == "full directory":
                (target / "old").touch()
    before = target.lstat().st_ino

    with pytest.raises(OutputError, match="exists; it appeared while this run was working"):
        rename_new(source, target)

    assert target.lstat().st_ino == before
    assert source.is_dir()


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [("nowhere", "out", "No such file or directory"), ("staging", "no/such/out", "No such file or directory")],
)
def test_rename_new_says_why_it_cannot(tmp_path: Path, source: str, target: str, reason: str) -> None:
    (tmp_path / "staging").mkdir()

    with pytest.raises(OutputError) as refused:
        rename_new(tmp_path / source, tmp_path / target)

    assert str(refused.value) == f"cannot publish {tmp_path / target}: {reason}"


def test_rename_new_lets_one_of_many_win(tmp_path: Path) -> None:
    sources = [tmp_path / f"staging-{number}" for number in range(8)]
    for source in sources:
        source.mkdir()
        (source / source.name).touch()
    start, losers = threading.Barrier(len(sources)), []

    def publish(source: Path) -> None:
        start.wait()
        try:
            rename_new(source, tmp_path / "out")
        except OutputError:
            losers.append(source.name)

    threads = [threading.Thread(target=publish, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(losers) == 7
    assert sorted([*losers, *(file.name for file in (tmp_path / "out").iterdir())]) == [
        source.name for source in sources
    ]


def test_exchange_gives_each_the_others_name(tmp_path: Path) -> None:
    for name in ("new", "out"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()

    exchange(tmp_path / "new", tmp_path / "out")

    assert [file.name for file in (tmp_path / "out").iterdir()] == ["new"]
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["out"]


def test_exchange_needs_both(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()

    with pytest.raises(OutputError, match="No such file or directory"):
        exchange(tmp_path / "new", tmp_path / "out")

    assert (tmp_path / "new").exists()


def test_check_one_step_finds_out_and_leaves_nothing(tmp_path: Path) -> None:
    check_one_step(tmp_path / "out", tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["/proc", "/sys/kernel"])
def test_check_one_step_refuses_where_no_directory_can_be_made(place: str) -> None:
    with pytest.raises(OutputError, match=rf"cannot write in {place}"):
        check_one_step(Path(place) / "out", Path(place))


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
def test_check_one_step_refuses_a_mount_point(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    check = "import sys; from pathlib import Path; from hotset.data.rename import check_one_step as check; "
    call = f"{check} check(Path(sys.argv[1]), Path(sys.argv[1]).parent)"

    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none "$1" && exec "$2" -c "$3" "$1"', "sh",
         str(tmp_path / "out"), sys.executable, call],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert f"the output {tmp_path}/out is a mount point" in done.stderr


def test_sync_takes_files_and_directories_and_leaves_no_descriptor_open(tmp_path: Path) -> None:
    (tmp_path / "part-0").write_text("x")
    before = len(list(OPEN.iterdir()))

    sync(tmp_path / "part-0")
    sync(tmp_path)

    assert len(list(OPEN.iterdir())) == before
