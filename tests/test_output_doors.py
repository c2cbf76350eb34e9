"""Outputs under real conditions: two runs at once, a run that is killed, a disk that is full."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doors import BIN, call, environment, published, report_of

pytestmark = pytest.mark.doors

# Publishes ten rows, then too many for the disk, then looks at what is there.
FILL = """
import sys
from pathlib import Path
from hotset import Dataset, ResourceError, open_run
from hotset.data.verify import verify
place, numbers = Path(sys.argv[1]), Dataset("n bigint, v string")
def publish(rows, value):
    with open_run("fill", report=place.parent / f"{rows}.json", if_exists="replace") as run:
        run.publish(numbers, run.spark.range(rows).selectExpr("id n", f"{value} v"), str(place / "out"))
publish(10, "'a'")
try:
    publish(1_000_000, "concat(uuid(), uuid(), uuid())")
except ResourceError as full:
    print(full.exit_code, full)
verified = verify(place / "out")
print(verified.damaged, verified.manifest.rows, sorted(path.name for path in place.glob(".out.hotset/*.staging")))
"""


def test_the_second_run_is_told_at_once_and_the_next_one_takes_over_from_a_killed_one(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a b a\n")
    out, lock = tmp_path / "out", tmp_path / ".out.hotset/lock"
    command = [str(BIN / "hotset"), "run", "wordcount", "--input", str(tmp_path / "in.txt"), "--output", str(out)]
    first = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not lock.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)

    second = call(*command)
    cleaning = call(BIN / "hotset", "clean", out)
    first.send_signal(signal.SIGKILL)
    first.wait()
    third = call(*command)

    assert (second.code, cleaning.code, third.code) == (6, 6, 0), third
    assert f"of wordcount on {os.uname().nodename}, process {first.pid}, since" in second.err
    assert published(out) == "('a', 2)\n('b', 1)\n"
    assert any("was taken over" in warning for warning in report_of(out)["warnings"])
    assert {path.suffix for path in lock.parent.iterdir()} == {"", ".json", ".log"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
def test_a_disk_that_is_full_leaves_the_old_version(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()

    done = call(
        "unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=30m none "$1" && exec "$2" -c "$3" "$1"', "sh",
        tmp_path / "small", sys.executable, FILL,
    )  # fmt: skip

    told, found = [line for line in done.out.splitlines() if line.startswith(("8 ", "("))]
    assert told.startswith(f"8 the disk of {tmp_path}/small/out is full, got ")
    assert found == "() 10 []"


def test_verify_and_clean_speak_as_a_person_expects(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a b a\n")
    out = tmp_path / "out"
    call(BIN / "hotset", "run", "wordcount", "--input", tmp_path / "in.txt", "--output", out)

    sound = call(BIN / "hotset", "verify", out)
    part = next(out.glob("part-*"))
    part.write_text("('a', 3)\n('b', 1)\n")
    damaged = call(BIN / "hotset", "verify", out)
    cleaned = call(BIN / "hotset", "clean", out, "--records")

    assert (sound.code, sound.out) == (0, "ok: 1 file, 18 bytes, 2 rows\n")
    assert damaged.code == 3
    assert damaged.out.startswith(f"{part.name}: SHA-256 ")
    assert f"{out} is damaged, got 1 faults: {part.name}" in damaged.err
    assert cleaned.out.endswith("bytes in all\n")
    assert part.exists()
