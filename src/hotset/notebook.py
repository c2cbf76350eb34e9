"""A run that is held open: from cell to cell of a notebook, in a shell, in a test.

Its errors speak of arguments, not of options of a command line. What is done again in a cell takes the place of what
was there, and an exception in a cell ends nothing. Whatever is open when Python ends is closed.
"""

import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from types import TracebackType
from typing import Any

from hotset.errors import HotsetError, InputError, UsageError
from hotset.lifecycle import running
from hotset.outcome import ends_well
from hotset.rows.plan import UseClusterError
from hotset.run_spec import RunSpec
from hotset.verbs import Run

# an option as a message has it -> the argument of open_run
ARGUMENTS = (
    (
        r"mend them, or allow more with --max-bad",
        "mend them and read again, allow more with max_bad=, or close() this run and open one that does not read them",
    ),
    (r"declare it: --types (.+)", r'declare it: run.dataset(path, TableOptions(types=("\1",)))'),
    (r"--max-bad (?=\d)([\d.]+%?)", r'max_bad="\1"'),
    (r"--on-empty (fail|ok)\b(?! or)", r'on_empty="\1"'),
    (r"--if-exists (refuse|replace-partitions|replace|append)\b", r'if_exists="\1"'),
    (r"--level (\w+)=(\w+)", r'levels={"\1": "\2"}'),
    (r"--(?:conf )?(spark\.[\w.]+)=(\S+)", r'conf={"\1": "\2"}'),
    (r"--master (local\S+|spark:\S+)", r'conf={"spark.master": "\1"}'),
    (r"--(break-lock|strict)\b", lambda found: f"{found[1].replace('-', '_')}=True"),
    (r"--(max-bad|on-empty|if-exists|report) (is|takes)\b", lambda found: f"{found[1].replace('-', '_')} {found[2]}"),
    (r"--(max-bad|on-empty|if-exists|report)\b", lambda found: f"{found[1].replace('-', '_')}="),
    (r"--level takes NAME=LEVEL", "levels takes {NAME: LEVEL}"),
    (r"--level\b", "levels="),
    (r"--conf\b", "conf="),
    (r"--master\b", 'conf={"spark.master": …}'),
    (r"another --output", "another path"),
    (r"run the same (command )?again", "do the same again"),
)
VERBS = (
    "dataset", "sample", "read", "rows", "group_map", "head", "scan", "map", "number", "files", "lines", "keep", "loop",
    "release", "publish", "published", "show", "expression",
)  # fmt: skip
_open: list["OpenRun"] = []


class OpenRun(Run):
    """A run with an end that is said: by `with`, by `close()`, or by the end of Python."""

    _context: AbstractContextManager[Run] | None = None
    told: tuple[str, ...] = ()  # the errors that its verbs have raised

    def close(self) -> None:
        """Ends it in good order: what is kept is released, the report is written and shown. Closing twice is once.

        Raises DataError for more bad rows than `max_bad` allows, where nothing was published that said so before.
        """
        self._leave(None, None, None)

    def __enter__(self) -> "OpenRun":
        self.renew(False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, SystemExit):
            if ends_well(error):
                kind, error, trace = None, None, None
            else:
                self._leave_quietly(error)
                return
        self._leave(kind, error, trace)

    def _leave_quietly(self, leaving: SystemExit) -> None:
        """The report says what the program asked for, and the program ends as it asked."""
        try:
            self._leave(type(leaving), leaving, leaving.__traceback__)
        except HotsetError as told:
            if told.__cause__ is not leaving:
                raise

    def _leave(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._context is None:
            return
        context, self._context = self._context, None
        try:
            for other in reversed(self._borrowers()):
                _say(f"{other.report.job!r}, which was opened on the session of {self.report.job!r}, is closed with it")
                other.close()
        finally:  # what is wrong with another run is told, and this one ends all the same
            _open.remove(self)
            _in_python(context.__exit__, kind, error, trace)

    def _borrowers(self) -> list["OpenRun"]:
        """The runs that were opened later on the session that this one has started, and will stop."""
        if self._is_borrower:
            return []
        return [run for run in _open[_open.index(self) + 1 :] if run._is_borrower]

    @property
    def _is_borrower(self) -> bool:
        return self._session.opened is not None and self._session.opened.door == "running session"


def hold_open(spec: RunSpec) -> OpenRun:
    """The run, with its session open if it has one. One of the same name that a cell has left open is closed first."""
    for other in [one for one in _open if one.report.job == spec.name and one.renews]:
        _say(f"{spec.name!r} was open, and is closed before it is opened again")
        other.close()
    context = running(spec, kind=OpenRun)
    run = _in_python(context.__enter__)
    assert isinstance(run, OpenRun)
    run._context = context
    run.renew(True)
    _open.append(run)
    return run


def close_all(died_of: BaseException | None = None) -> list[HotsetError]:
    """Closes whatever is open, the last first; gives back what is wrong. `died_of` is what ended the program."""
    wrong = []
    while _open:
        try:
            _open[-1]._leave(type(died_of) if died_of else None, died_of, died_of.__traceback__ if died_of else None)
        except HotsetError as error:
            wrong.append(error)
    return wrong


def translate_options(text: str) -> str:
    """The same advice for who writes Python."""
    for pattern, argument in ARGUMENTS:
        text = re.sub(pattern, argument, text)
    return text


def _in_python(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What the call gives back; its errors speak of arguments."""
    try:
        return call(*arguments, **named)
    except HotsetError as error:
        error.args = (translate_options(str(error)),)
        raise


def _verb(name: str) -> Callable[..., Any]:
    plain: Callable[..., Any] = getattr(Run, name)

    @wraps(plain)
    def verb(self: OpenRun, *arguments: Any, **named: Any) -> Any:
        if self._context is None:
            raise UsageError(f"the run {self.report.job!r} is closed, got run.{name}; open one with hotset.open_run")
        try:
            return _in_python(plain, self, *arguments, **named)
        except HotsetError as error:
            self.told += (str(error),)
            raise
        except UseClusterError as why:  # a job would begin again
            raise UsageError(f"DuckDB cannot do this: {why}; take run.read, or open_run without engine=") from None
        except Exception as why:  # of a worker; what it says of a file is told in a line
            told = self._journal.judged(why)
            if isinstance(told, InputError):
                raise told from why
            raise

    return verb


def _say(text: str) -> None:
    sys.stderr.write(f"note: {text}\n")


for _name in VERBS:
    setattr(OpenRun, _name, _verb(_name))
