"""Whose code an exception came from, and from which line of it.

The rule, for every exception that is none of ours. Of its traceback the libraries' frames are left out: Python's own,
Spark's, Arrow's, whatever pip installed. The innermost frame that remains says whose fault it is:

    a line of the job, of a module beside it, of a notebook   the job failed: exit code 7, and the line is named
    a line of hotset                                          a bug in us: exit code 1

What a job raises on purpose is its own say: a HotsetError of any kind keeps that kind's code, and `sys.exit(3)` is 3.
`sys.exit("text")` names no code and is 7; so is `sys.exit(1)`, since 1 is left for a bug in hotset. `sys.exit()` and
`sys.exit(0)` end the job in good order.
"""

import re
import traceback
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HOTSET = str(Path(__file__).parent)  # as it stands in tracebacks
# installed packages, Python's own modules, Spark's archives, what Cython compiled
LIBRARY = re.compile(
    r"/(site|dist)-packages/|/lib(64)?/python3[^/]*/|/python/pyspark/|/(pyspark|py4j[^/]*)\.zip/|\.p(xi|yx)$"
    r"|^<(frozen |string>|__)"
)
FRAME = re.compile(r'^\s*File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$', re.MULTILINE)
# a worker's archive of a job's code is called after the job, and a digest
ARCHIVED = re.compile(r"^.*/[^/]+\.zip/")
LONGEST = 300


@dataclass(frozen=True)
class Frame:
    """A line of code that was running."""

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        """`jobs/orders.py:12 in main`; a file below the working directory as seen from there."""
        file = ARCHIVED.sub("", self.file)
        with suppress(OSError):  # the working directory may be gone
            file = file.removeprefix(f"{Path.cwd()}/")
        function = f" in {self.function}" if self.function not in ("", "<module>") else ""
        return f"{file}:{self.line}{function}"

    @property
    def is_ours(self) -> bool:
        return self.file.startswith(f"{HOTSET}/")

    def is_library(self, job: Path | None) -> bool:
        """`job` is the file or the package of the job, which may be installed among the libraries."""
        if job is not None and (self.file == str(job) or self.file.startswith(f"{job}/")):
            return False
        return not self.is_ours and LIBRARY.search(self.file) is not None


def read_frames(exception: BaseException) -> list[Frame]:
    """Outermost first. Of a syntax error the line that is none is the last."""
    walked = traceback.walk_tb(exception.__traceback__)
    frames = [Frame(frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in walked]
    if isinstance(exception, SyntaxError) and exception.filename:
        frames.append(Frame(exception.filename, exception.lineno or 1))
    return frames


def parse_frames(text: str) -> list[Frame]:
    """The frames of a traceback that came as text, as those of Python workers do; outermost first."""
    return [Frame(found["file"], int(found["line"]), found["function"] or "") for found in FRAME.finditer(text)]


def find_culprit(frames: Iterable[Frame], job: Path | None = None) -> Frame | None:
    """The innermost frame that is no library's: the job's, or ours."""
    own = [frame for frame in frames if not frame.is_library(job)]
    return own[-1] if own else None


def find_author_line(frames: Iterable[Frame], job: Path | None = None) -> Frame | None:
    """The innermost frame that is the job's, even if one of ours lies further in."""
    return find_culprit((frame for frame in frames if not frame.is_ours), job)


def describe_exception(exception: BaseException) -> str:
    """`ValueError: the first line of its text`, whatever its own `__str__` does."""
    name = type(exception).__name__
    if isinstance(exception, SyntaxError):
        return f"{name}: {exception.msg}"
    text = first_line(exception)
    return f"{name}: {text}" if text else name


def first_line(exception: BaseException) -> str:
    """Of its text, whatever its own `__str__` does; "" where it says nothing."""
    try:
        lines = str(exception).strip().splitlines()
    except Exception:  # their own __str__, which may do anything
        return "(its text cannot be shown)"
    return lines[0][:LONGEST] if lines else ""


def advise_on_import(text: str) -> str | None:
    """What to do about a module that is missing, for the driver or a worker; None when that is not what is wrong."""
    found = re.search(r"No module named '([\w.]+)'", text)
    if not found:
        return None
    top = found[1].partition(".")[0]
    return f"install {top} where the job and its workers run, or put {top}.py beside the job"
