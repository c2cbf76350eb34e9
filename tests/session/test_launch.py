"""The JVM's output on its way into the log."""

import subprocess
import sys
from pathlib import Path

from hotset.session.launch import _keep_output


def _chatter(lines: int) -> "subprocess.Popen[bytes]":
    """A process that says more than a pipe holds, and then ends."""
    return subprocess.Popen([sys.executable, "-c", f"print('secret\\n' * {lines})"], stdout=subprocess.PIPE)


def test_output_is_kept_without_secrets(tmp_path: Path) -> None:
    process = _chatter(3)

    _keep_output(process, tmp_path / "log", lambda line: line.replace("secret", "***"))

    assert process.wait() == 0
    assert (tmp_path / "log").read_text() == "***\n***\n***\n\n"


def test_a_full_disk_does_not_keep_the_jvm_waiting_for_a_reader() -> None:
    process = _chatter(100_000)

    _keep_output(process, Path("/dev/full"), str)

    assert process.wait() == 0
