"""What Spark's exceptions mean for the person: which of our errors, in one line.

Ask while the session is open: an exception of Spark's fetches its text from the JVM.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import AnalysisException, PySparkException

from hotset.blame import advise_on_import, find_author_line, parse_frames, read_frames
from hotset.errors import (
    NO_ROOM,
    ClusterError,
    DataError,
    HotsetError,
    InputError,
    ResourceError,
    SchemaError,
    SparkJobError,
    UsageError,
)

LONGEST = 300
MORE = "give more with --conf spark.driver.memory=… or free some, and run the same command again"
MASTER = "check that the master is up and that its address and secret are right"

# Looked for in this order in the whole text of an exception, causes included: pattern, error, what to do.
MEANINGS: tuple[tuple[str, type[HotsetError], str], ...] = (
    ("|".join(NO_ROOM), ResourceError, "free some, and run the same command again"),
    (r"OutOfMemoryError|Cannot allocate memory|\bMemoryError\b", ResourceError, MORE),
    (r"spark\.driver\.maxResultSize", ResourceError, "take fewer rows to the driver"),
    (r"All masters are unresponsive|Could not parse Master URL", ClusterError, MASTER),
)
# The same of an expression on the command line, where no line of a job is to blame.
OF_EXPRESSIONS: tuple[tuple[str, type[HotsetError], str], ...] = (
    (
        r"\[CAST_INVALID_INPUT\]",
        SchemaError,
        "a text is taken for a number or a time: declare its column, --types NAME=TYPE, or write try_cast",
    ),
    (
        r"\[(ARITHMETIC_OVERFLOW|NUMERIC_VALUE_OUT_OF_RANGE)",
        DataError,
        "a number is beyond its type: declare its column wider, --types NAME=double",
    ),
    (r"\[DIVIDE_BY_ZERO\]", DataError, "write try_divide, or leave those rows out before"),
)
NOT_A_SENTENCE = re.compile(r"(An error occurred while calling|at |Traceback|File |JVM stacktrace|py4j\.|\.\.\. \d)")
# ": org.apache.spark.SparkException: Job aborted" says "Job aborted"
CLASS_NAME = re.compile(r"^(: |Caused by: )*((org|java|scala|py4j)\.[\w.$]+: )*")
# what our own code raised in a worker: the last line of its traceback
OWN_ERRORS: dict[str, type[HotsetError]] = {
    kind.__name__: kind for kind in (InputError, SchemaError, DataError, ResourceError, UsageError)
}
OWN_ERROR = re.compile(rf"^hotset\.errors\.({'|'.join(OWN_ERRORS)}): (.*)$", re.MULTILINE)
OUT_OF_MEMORY = re.compile(r"java\.lang\.OutOfMemoryError: [\w ]+")
PYTHON_ERROR = re.compile(r"^((?!org\.|java\.|scala\.|py4j\.|pyspark\.)\w[\w.]*(Error|Exception)\b.*)$", re.MULTILINE)


# the frames of a worker's traceback, and the line that says what was raised
TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n((?:[ \t]+.*\n|\n)*)(\S.*)")
GROUP_MARGIN = re.compile(r"^ *[|+] (?=[\w ])", re.MULTILINE)  # of an ExceptionGroup's traceback
IN_LOG = "the log named below has the whole story"


def explain(
    exception: BaseException, log: Path | None = None, local_dir: str = "", job: Path | None = None
) -> HotsetError | None:
    """The error that an exception of Spark's stands for; None for anything that is not Spark's.

    A JVM that has ended cannot be asked; the log has its last words. `local_dir` is where Spark shuffles and spills:
    its disk is full, if nobody has said before that the output's is. `job` is the job's own file or package: which of
    its lines failed is said.
    """
    if isinstance(exception, Py4JNetworkError | ConnectionRefusedError):
        if log and (found := OUT_OF_MEMORY.search(_content(log))):
            return ResourceError(f"Spark's JVM ended: {found[0]}; {MORE}")
        return SparkJobError("Spark's JVM ended while the run was working; its last words are in the log named below")
    if not isinstance(exception, PySparkException | Py4JError):
        return None
    text = GROUP_MARGIN.sub("", str(exception))
    if own := OWN_ERROR.findall(text):
        name, message = own[-1]
        return OWN_ERRORS[name](message)
    if chosen := _chosen_by_job(text):
        return chosen
    return _meaning(text, local_dir) or _failure(text, exception, job)


def _content(log: Path) -> str:
    """Nothing, where somebody has removed it."""
    try:
        return log.read_text(errors="replace")
    except OSError:
        return ""


def _failure(text: str, exception: BaseException, job: Path | None) -> HotsetError:
    """In Spark's words, with the line of the job."""
    place = _place(text, exception, job)
    if not place and (meaning := _meaning_of_expression(text)):
        return meaning
    said = _sentence(text) + place
    if isinstance(exception, AnalysisException):
        return SparkJobError(f"{said}; the job's columns or expressions do not fit its input")
    return SparkJobError(f"{said}; {advise_on_import(said) or IN_LOG}")


def _place(text: str, exception: BaseException, job: Path | None) -> str:
    """The line of the job: in the worker that failed, else the one in the driver that Spark was at work for."""
    for frames, _ in reversed(TRACEBACK.findall(text)):
        if line := find_author_line(parse_frames(frames), job):
            return f", at {line}"
    line = find_author_line(read_frames(exception), job)
    return f", at {line}" if line else ""


def _chosen_by_job(text: str) -> HotsetError | None:
    """What a job's own kind of HotsetError in a worker stands for: the code that the job gave it."""
    raised = [line.partition(": ") for _, line in TRACEBACK.findall(text)]
    for name, _, message in reversed(raised):
        for kind in _kinds_of_errors(HotsetError):
            if name == f"{kind.__module__}.{kind.__qualname__}" and kind.exit_code > 1:
                error = SparkJobError(message)
                error.exit_code = kind.exit_code
                return error
    return None


def _kinds_of_errors(kind: type[HotsetError]) -> Iterator[type[HotsetError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds_of_errors(below)


def _meaning(text: str, local_dir: str) -> HotsetError | None:
    """What the text gives away about machine and cluster."""
    if local_dir and any(sign in text for sign in NO_ROOM):
        return ResourceError(
            f"the disk is full where Spark shuffles and spills, got {local_dir}; free some, or give another place with "
            f"--conf spark.local.dir=…"
        )
    for pattern, kind, advice in MEANINGS:
        if re.search(pattern, text):
            return kind(f"{_line_with(pattern, text)}; {advice}")
    return None


def _meaning_of_expression(text: str) -> HotsetError | None:
    for pattern, kind, advice in OF_EXPRESSIONS:
        if re.search(pattern, text):
            said = re.sub(r"^\[[\w.]+\] | (Use|If necessary|To) .*| SQLSTATE: .*", "", _line_with(pattern, text))
            return kind(f"{said.rstrip('.')}; {advice}")
    return None


def _sentence(text: str) -> str:
    """The Python error of a worker if there is one: the last line of its traceback; else Spark's first sentence."""
    in_python = [line for _, line in TRACEBACK.findall(text)] or [found[0] for found in PYTHON_ERROR.findall(text)]
    if in_python:
        return str(in_python[-1])[:LONGEST]
    lines = (line.strip() for line in text.splitlines())
    sentences = [CLASS_NAME.sub("", line) for line in lines if line and not NOT_A_SENTENCE.match(line)]
    return (sentences[0] if sentences else text.strip())[:LONGEST].rstrip(".;")


def _line_with(pattern: str, text: str) -> str:
    line = next(line for line in text.splitlines() if re.search(pattern, line))
    return CLASS_NAME.sub("", line.strip())[:LONGEST]
