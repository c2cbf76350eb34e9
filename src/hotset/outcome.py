"""Which of our errors stands for the exception that ended a run. The rule is at the top of blame.py."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from hotset.blame import (
    advise_on_import,
    describe_exception,
    find_author_line,
    find_culprit,
    first_line,
    read_frames,
)
from hotset.errors import HotsetError, Interrupted, OutputError, ResourceError, SparkJobError
from hotset.session.failure import explain
from hotset.signals import Signals

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
# of Python and of Java, before the path that it is about
LOST = r"(FileNotFound|NotADirectory|Permission|NoSuchFile|AccessDenied|No such file|Not a directory)"
AT_A_LIMIT = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)


def judge(
    exception: BaseException, signals: Signals | None, log: Path, local_dir: str, job: Path | None, run_id: str = ""
) -> HotsetError | None:
    """None for what is passed on as it is: a generator that is closed, Ctrl-C in a notebook.

    `job` is the file or the package of the job, `local_dir` where Spark shuffles and spills; `run_id` is in the name of
    whatever the run itself makes beside its output.
    """
    if isinstance(exception, HotsetError):
        return _judge_ours(exception, job)
    if signals and _is_interrupt(exception):
        return Interrupted(signals.number)
    if isinstance(exception, KeyboardInterrupt | GeneratorExit):
        return None
    if isinstance(exception, SystemExit):
        return _judge_exit(exception, job)
    if isinstance(exception, OSError) and exception.errno in NO_ROOM:
        where = find_culprit(read_frames(exception), job) or "an unknown place"
        return ResourceError(f"{exception.strerror}, got it from {where}; free some, and run the same again")
    if _is_at_a_limit(exception):
        return ResourceError(
            f"{exception}: this user may have no more processes, memory or open files (ulimit -u, -v, -n); raise that"
        )
    if lost := _lost_place(exception, run_id):
        return lost
    return explain(exception, log, local_dir, job) or _judge_stranger(exception, job)


def _is_interrupt(exception: BaseException) -> bool:
    """Also what came up while one was on its way out: pyspark tidies up on a connection that was cut in mid-answer."""
    above: BaseException | None = exception
    seen: set[int] = set()  # after `raise why from why` an exception is its own cause
    while above is not None and id(above) not in seen:
        if isinstance(above, KeyboardInterrupt):
            return True
        seen.add(id(above))
        above = above.__cause__ or above.__context__
    return False


def _lost_place(exception: BaseException, run_id: str) -> OutputError | None:
    """The error for a place of the run's own that somebody took away or closed while it was at work."""
    if not run_id or not isinstance(exception, OSError | Py4JError | PySparkException):
        return None
    found = re.search(
        rf"{LOST}.*?(?P<path>/[^'\"\n]*{re.escape(run_id)})", f"{exception.__class__.__name__}: {exception}"
    )
    if not found:
        return None
    place = Path(found["path"]).parent
    return OutputError(
        f"cannot write in {place}, which was removed or closed while the run was at work; run the same again"
    )


def _is_at_a_limit(exception: BaseException) -> bool:
    return (isinstance(exception, OSError) and exception.errno in AT_A_LIMIT) or "start new thread" in str(exception)


@contextmanager
def returning() -> Iterator[None]:
    """`sys.exit()` and `sys.exit(0)` in a job are a return: what was read is still held against what is allowed."""
    try:
        yield
    except SystemExit as leaving:
        if not ends_well(leaving):
            raise


def ends_well(leaving: SystemExit) -> bool:
    return leaving.code is None or leaving.code == 0


def _judge_ours(error: HotsetError, job: Path | None) -> HotsetError:
    """An error with a code that says nothing, raised by the job, is the job's failure."""
    culprit = find_culprit(read_frames(error), job)
    if _is_code(error.exit_code) or culprit is None or culprit.is_ours:
        return error
    return SparkJobError(f"{describe_exception(error)}, at {culprit}; mend the job")


def _judge_exit(leaving: SystemExit, job: Path | None) -> HotsetError:
    """With the code that was asked for, if a job may have it as a shell would see it; a text names none."""
    where = find_culprit(read_frames(leaving), job)
    text = "" if isinstance(leaving.code, int) else first_line(leaving)
    error = SparkJobError(f"{text or f'sys.exit({leaving.code!r})'}, at {where}: the job ended itself")
    if isinstance(leaving.code, int) and _is_code(leaving.code % 256):
        error.exit_code = leaving.code % 256
    return error


def _judge_stranger(exception: BaseException, job: Path | None) -> HotsetError:
    """An exception that is neither ours nor Spark's, by the line that it came from."""
    frames = read_frames(exception)
    culprit, said = find_culprit(frames, job), describe_exception(exception)
    if culprit is not None and culprit.is_ours:
        author = find_author_line(frames, job)
        called = f", called at {author}" if author else ""
        return HotsetError(f"{said}, at {culprit}{called}; please report it, with the log")
    advice = advise_on_import(str(exception)) if isinstance(exception, ImportError) else None
    place = culprit or "an unknown place"
    return SparkJobError(f"{said}, at {place}; {advice or 'the log named below has the traceback'}")


def _is_code(code: object) -> bool:
    """Whether it is one that a job may end with by choice: 1 is for what is wrong with hotset itself."""
    return isinstance(code, int) and 1 < code < 256
