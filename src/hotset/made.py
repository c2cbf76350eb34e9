"""The commands of `hotset data`: input to try things on. Each is a few lines that call a generator."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.progress import Progress

from hotset.data.frames import FrameFormat, write_events, write_frames
from hotset.data.sensor_faults import parse_faults
from hotset.data.sensors import Generator, truth_beside, write_sensors
from hotset.data.zipf import write_text
from hotset.option_values import SizeInBytes, WholeNumber
from hotset.report.console import make_console

data = App(name="data", help="Make input to try things on.")


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal; it is told how much is done, out of `total`."""
    console = make_console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


@data.command
def text(
    *,
    size: Annotated[SizeInBytes, Parameter(help="size of the file: 300MB, 1GB, 64MiB")],
    seed: Annotated[WholeNumber, Parameter(help="the same size and seed give the same bytes everywhere")] = 7,
    output: Annotated[Path | None, Parameter(help="file to create; default: text-SIZE-SEED.txt here")] = None,
) -> None:
    """Write Zipf text: words as unevenly frequent as those of a real language."""
    path = output or Path(f"text-{size}-{seed}.txt")
    with progress_bar(f"write {path}", size) as progress:
        written = write_text(path, size, seed, progress=progress)
    sys.stdout.write(f"{path}  {written:,} bytes\n")


@data.command
def frames(
    *,
    rows: Annotated[WholeNumber, Parameter(help="of the main frame; the other one has a tenth of them")],
    cols: Annotated[WholeNumber, Parameter(help="how many columns: col_0, col_1, …")] = 5,
    seed: Annotated[WholeNumber, Parameter(help="the same numbers and seed give the same values everywhere")] = 7,
    output: Annotated[Path | None, Parameter(help="directory to create; default: frames-ROWS-SEED here")] = None,
    format: Annotated[FrameFormat, Parameter(help="of both files")] = "parquet",  # noqa: A002
) -> None:
    """Write two frames of random doubles to group and to join: half the keys of the other are in the main one."""
    path = output or Path(f"frames-{rows}-{seed}")
    with progress_bar(f"write {path}", rows + rows // 10) as progress:
        written = write_frames(path, rows, cols, seed, format, progress=progress)
    sys.stdout.write(f"{path}  {written:,} rows in main.{format} and other.{format}\n")


@data.command
def events(
    *,
    rows: Annotated[WholeNumber, Parameter(help="how many")],
    seed: Annotated[WholeNumber, Parameter(help="the same number and seed give the same bytes everywhere")] = 7,
    output: Annotated[Path | None, Parameter(help="file to create; default: events-ROWS-SEED.csv here")] = None,
) -> None:
    """Write events of 200 categories as CSV, to count them by category."""
    path = output or Path(f"events-{rows}-{seed}.csv")
    with progress_bar(f"write {path}", rows) as progress:
        written = write_events(path, rows, seed, progress=progress)
    sys.stdout.write(f"{path}  {written:,} rows\n")


@data.command
def sensors(
    *,
    rows: Annotated[WholeNumber, Parameter(help="how many readings")],
    seed: Annotated[
        WholeNumber, Parameter(help="the same rows, seed and generator give the same values everywhere")
    ] = 42,
    output: Annotated[
        Path | None, Parameter(help="file to create, .csv or .parquet; default: sensors-ROWS-SEED.csv here")
    ] = None,
    generator: Annotated[
        Generator, Parameter(help="legacy: the values of numpy.random.seed(SEED); philox: any size, in parallel")
    ] = "legacy",
    faults: Annotated[
        str,
        Parameter(help="what goes wrong, and how often: missing=0.01,spike=0.001; the truth goes beside the output"),
    ] = "",
) -> None:
    """Write readings of 100 sensors, one a second, with faults if wanted."""
    path = output or Path(f"sensors-{rows}-{seed}.csv")
    rates = parse_faults(faults)
    with progress_bar(f"write {path}", rows) as progress:
        made = write_sensors(path, rows, seed, generator, rates, progress=progress)
    sys.stdout.write(f"{path}  {made.rows:,} rows\n")
    if rates:
        sys.stdout.write(f"{truth_beside(path)}  {made.faults:,} faults\n")
