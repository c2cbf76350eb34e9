"""What can go wrong, and the exit code that says so.

HotsetError                 1   a bug in us
├── UsageError              2   unknown job or parameter, a value of the wrong type
├── InputError              3   input missing, unreadable or changed while it was read
├── SchemaError             4   columns or header differ from the declared ones
├── DataError               5   more bad rows than allowed, or the books do not balance
├── OutputError             6   output exists, overlaps the input, is locked or not writable
├── SparkJobError           7   the Spark job failed
├── ResourceError           8   out of memory or disk
├── ClusterError            9   cluster unreachable, no resources or not authenticated
└── Interrupted   129/130/143   SIGHUP, SIGINT or SIGTERM

Which of these an exception stands for that is none of them is said in one place, at the top of blame.py; so is what
becomes of `sys.exit` in a job. A job may raise any of them, and kinds of its own below them.

A message is one line: what is wrong, the value, where; what to do.
"""

NO_ROOM = ("No space left on device", "Disk quota exceeded")  # in the words of whoever meets a full disk


class HotsetError(Exception):
    """An error whose message is for the person at the terminal."""

    exit_code = 1


class UsageError(HotsetError):
    exit_code = 2


class InputError(HotsetError):
    exit_code = 3


class SchemaError(HotsetError):
    exit_code = 4


class DataError(HotsetError):
    exit_code = 5


class OutputError(HotsetError):
    exit_code = 6


class SparkJobError(HotsetError):
    exit_code = 7


class ResourceError(HotsetError):
    exit_code = 8


class ClusterError(HotsetError):
    exit_code = 9


class Interrupted(HotsetError):  # noqa: N818 (what happened to the run, not a fault)
    """The run was stopped by a signal; `exit_code` is 128 plus its number, as shells have it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__("interrupted; nothing was published by the step that was under way")
        self.exit_code = 128 + signal_number
