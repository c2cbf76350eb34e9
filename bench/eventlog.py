"""How fast an event log is read, and in how much memory: `python -m bench.eventlog [LOG]`.

A real log is made as large as wanted: each of its tasks is written many times, as in a program of many partitions.
Each size is read in a process of its own, plain and compressed.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from hotset.eventlog.codecs import plain_chunks
from hotset.eventlog.lines import bounded_lines

LOG = Path(__file__).parent.parent / "tests/eventlog/logs/dataframe_example-4.3.0.zstd"
SIZES_MB = (100, 400)
MEGA = 1_000_000
READ = """
import resource, sys, time
from hotset.advice import advise
start = time.monotonic()
advise(sys.argv[1])
print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def amplified(lines: list[bytes], size: int) -> Iterator[bytes]:
    """The log with its tasks repeated until it has `size` bytes; all else stands in it once."""
    tasks = [line for line in lines if b'"SparkListenerTask' in line[:40]]
    rest = sum(len(line) + 1 for line in lines if line not in tasks)
    times = max(round((size - rest) / sum(len(line) + 1 for line in tasks)), 1)
    for line in lines:
        yield from [line + b"\n"] * (times if line in tasks else 1)


def write(path: Path, lines: list[bytes], size: int) -> int:
    """Bytes before compression; the codec is told by the name's end."""
    written = 0
    codec = "zstd" if path.suffix == ".zstd" else None
    with pa.OSFile(str(path), "wb") as file, pa.CompressedOutputStream(file, codec) if codec else file as out:
        for line in amplified(lines, size):
            written += len(line)
            out.write(line)
    return written


def main(log: Path) -> None:
    lines = list(bounded_lines(plain_chunks(log), log.name))
    with tempfile.TemporaryDirectory() as directory:
        for size in SIZES_MB:
            for name in ("log", "log.zstd"):
                path = Path(directory) / name
                written = write(path, lines, size * MEGA)
                told = subprocess.check_output([sys.executable, "-c", READ, str(path)], text=True)
                seconds, peak = (float(figure) for figure in told.split())
                rate = written / MEGA / seconds
                sys.stdout.write(
                    f"{written / MEGA:6.0f} MB {'zstd ' if path.suffix else 'plain'}"
                    f" {seconds:5.2f} s {rate:6.0f} MB/s  peak memory {peak:4.0f} MiB\n"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else LOG)
