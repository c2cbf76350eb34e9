"""What Spark's exceptions mean for the person: which of our errors, in one line.

Ask while the session is open: an exception of Spark's fetches its text from the JVM.
"""

import re
from pathlib import Path

from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import AnalysisException, PySparkException

from hotset.errors import (
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
NO_ROOM = r"No space left on device|Disk quota exceeded"
MASTER = "check that the master is up and that its address and secret are right"

# Looked for in this order in the whole text of an exception, causes included: pattern, error, what to do.
MEANINGS: tuple[tuple[str, type[HotsetError], str], ...] = (
    (NO_ROOM, ResourceError, "free some, and run the same command again"),
    (r"OutOfMemoryError|Cannot allocate memory|\bMemoryError\b", ResourceError, MORE),
    (r"spark\.driver\.maxResultSize", ResourceError, "take fewer rows to the driver"),
    (r"All masters are unresponsive|Could not parse Master URL", ClusterError, MASTER),
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


def explain(exception: BaseException, log: Path | None = None, local_dir: str = "") -> HotsetError | None:
    """The error that an exception of Spark's stands for; None for anything that is not Spark's.

    A JVM that has ended cannot be asked; the log has its last words. `local_dir` is where Spark shuffles and spills:
    its disk is full, if nobody has said before that the output's is.
    """
    if isinstance(exception, Py4JNetworkError | ConnectionRefusedError):
        if log and (found := OUT_OF_MEMORY.search(log.read_text(errors="replace"))):
            return ResourceError(f"Spark's JVM ended: {found[0]}; {MORE}")
        return SparkJobError("Spark's JVM ended while the run was working; its last words are in the log named below")
    if not isinstance(exception, PySparkException | Py4JError):
        return None
    text = str(exception)
    if own := OWN_ERROR.findall(text):
        name, message = own[-1]
        return OWN_ERRORS[name](message)
    if meaning := _meaning(text, local_dir):
        return meaning
    if isinstance(exception, AnalysisException):
        return SparkJobError(f"{_sentence(text)}; the job's columns or expressions do not fit its input")
    return SparkJobError(f"{_sentence(text)}; the log named below has the whole story")


def _meaning(text: str, local_dir: str) -> HotsetError | None:
    """What the text gives away about machine and cluster."""
    if local_dir and re.search(NO_ROOM, text):
        return ResourceError(
            f"the disk is full where Spark shuffles and spills, got {local_dir}; free some, or give another place with "
            f"--conf spark.local.dir=…"
        )
    for pattern, kind, advice in MEANINGS:
        if re.search(pattern, text):
            return kind(f"{_line_with(pattern, text)}; {advice}")
    return None


def _sentence(text: str) -> str:
    """The Python error of a worker if there is one: the last line of its traceback; else Spark's first sentence."""
    in_python = [found[0] for found in PYTHON_ERROR.findall(text)]
    if in_python:
        return str(in_python[-1])[:LONGEST]
    lines = (line.strip() for line in text.splitlines())
    sentences = [CLASS_NAME.sub("", line) for line in lines if line and not NOT_A_SENTENCE.match(line)]
    return (sentences[0] if sentences else text.strip())[:LONGEST]


def _line_with(pattern: str, text: str) -> str:
    line = next(line for line in text.splitlines() if re.search(pattern, line))
    return CLASS_NAME.sub("", line.strip())[:LONGEST]
