"""The peak is of the whole tree."""

import subprocess
import sys

from bench.memory import peak_pss

CHILD = "b = bytearray(60_000_000); print('held', flush=True); input()"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"


def test_a_child_counts_for_its_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        parent.stdout.readline()

        peak_pss_bytes = peak_pss(parent.pid).stop()

        parent.communicate(b"\n")
    assert 60_000_000 < peak_pss_bytes < 200_000_000
