"""How a work and the programs that do it are described; a new work needs no more than this."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
HOTSET = str(Path(sys.executable).with_name("hotset"))
INPUT, OUTPUT = "{input}", "{output}"  # stand in a command for the paths of one timing: `{input}/main.parquet`

Mode = Literal["whole", "warm"]
Unit = Literal["bytes", "rows"]  # that the size of an input is given in
Command = tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """One way to do a work. Its commands run in the checkout's root."""

    name: str
    label: str
    whole: Command  # does the work once, from start to exit; INPUT and OUTPUT stand for the paths
    warm: Command | None = None  # stays up and takes orders, as bench.serve has it, each with paths of its own
    read: Callable[[Path], Any] | None = None  # OUTPUT -> the answer; None where the exit code is the answer
    exit_code: int = 0
    archive: bool = False  # starts from what `hotset warm` made before


@dataclass(frozen=True)
class Data:
    """What a work reads, and its true answer."""

    kind: str  # in the cached file's name: change it whenever `write` writes something else
    about: str  # for the reader of the table: `generated text`
    write: Callable[[Path, int, int], object]  # (path, bytes or rows, seed)
    answer: Callable[[Path], Any]  # by the plainest means, sharing no code with any program
    differ: Callable[[Any, Any], str]  # (true answer, a program's) -> where they first differ, '' where nowhere
    unit: Unit = "bytes"
    suffix: str = ""  # of the file, where a program goes by it


@dataclass(frozen=True)
class Work:
    """What is to be done, and by whom."""

    name: str
    title: str
    programs: tuple[Program, ...]
    baseline: str = ""  # the program that the others are compared with
    data: Data | None = None
    quick: tuple[str, ...] = ()  # the programs that show in a minute that the bench works; all where empty
