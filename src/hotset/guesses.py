"""The types that a run guesses: later rows are held to them, and where one does not fit, a wider type is planned with.

A row that does not fit a guess is not bad, for nobody has declared anything. So nothing is published; the job begins
again with the wider type, or the run ends, and says what to declare.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hotset.columnar.dialect_cells import Hint
from hotset.columnar.discover import Discovered, Question, dialect_hints, discover
from hotset.columnar.guess import LARGE
from hotset.data.columns import ddl, quoted_if_needed
from hotset.data.dataset import Dataset
from hotset.data.quarantine import SetAside
from hotset.errors import SchemaError
from hotset.source import Source

Paths = tuple[str, ...]
WITH_FRACTIONS = "decimal(38,9)"
FOR_ALL = ("--separator", "--quote", "--skip", "--no-header")
TOLD = 3  # of the columns whose types did not hold


class GuessError(SchemaError):
    """Rows that types of an input, guessed from a sample, do not hold. `wider` has types that may hold them."""

    def __init__(self, paths: Paths, dataset: Dataset, faults: Mapping[str, SetAside]) -> None:
        self.paths, self.faults = paths, faults
        kinds = dataset.types()
        self.wider = {name: wider_type(dataset, name, kinds[name], fault.reason) for name, fault in faults.items()}
        told = "; ".join(
            f"{name!r} {kinds[name]}, but {fault.place} has {_cut(fault.raw)}"
            for name, fault in [*faults.items()][:TOLD]
        ) + (f" (and {len(faults) - TOLD} more columns)" if len(faults) > TOLD else "")
        types = ",".join(f"{quoted_if_needed(name)}={kind or 'TYPE'}" for name, kind in self.wider.items())
        super().__init__(
            f"types were guessed from a sample, and a later row is of another: {told}; declare it: --types {types}"
        )


class Guesses:
    """The guesses of one run, and what was learned of them."""

    def __init__(self) -> None:
        self._wider: dict[Paths, dict[str, tuple[str, str]]] = {}  # column -> type, and why not a narrower one
        self._told: list[str] = []
        self._questions: dict[Paths, Question] = {}

    def discover(self, question: Question) -> Discovered:
        """What lies at the paths, with the wider types where a guess did not hold before. Raises as `discover` does."""
        self._questions[question.paths] = question
        found = discover(question)
        wider = {
            name: one for name, one in self._wider.get(question.paths, {}).items() if name in found.dataset.guesses
        }
        if not wider:
            return found
        guesses = {
            name: replace(guess, form="", why=wider[name][1]) if name in wider else guess
            for name, guess in found.dataset.guesses.items()
        }
        types = found.dataset.declarations() | {name: kind for name, (kind, _) in wider.items()}
        return replace(found, dataset=replace(found.dataset, columns=ddl(types), guesses=guesses))

    def knows(self, paths: Paths) -> bool:
        """Whether somebody asked what the data there looks like."""
        return paths in self._questions

    def hints(self) -> list[Hint]:
        """How the inputs seem to be written, where that is not as they were read; for who has got an error."""
        found = {paths: dialect_hints(question) for paths, question in self._questions.items()}
        return merged({paths: hints for paths, hints in found.items() if hints is not None})

    def check(self, sources: Iterable[Source]) -> None:
        """Raises GuessError for the first input with a row that its guessed types do not hold."""
        for source in sources:
            if source.dataset and source.guesses_broken:
                raise GuessError(source.read.paths, source.dataset, source.guesses_broken)

    def widen(self, broken: GuessError) -> list[str]:
        """Remembers the wider types; what to tell the person of this and of those before.

        Raises the error itself where there is no wider one.
        """
        known = self._wider.setdefault(broken.paths, {})
        for name, kind in broken.wider.items():
            if kind is None or known.get(name, ("",))[0] == kind:
                raise broken
            known[name] = (kind, f"{broken.faults[name].place} has {_cut(broken.faults[name].raw)}")
        places = ", ".join(fault.place for fault in broken.faults.values())
        types = ", ".join(f"{name} is read as {kind}" for name, kind in broken.wider.items())
        self._told.append(f"a guessed type did not hold at {places}, so the run began again: {types}")
        return self._told


def merged(found: Mapping[Paths, list[Hint]]) -> list[Hint]:
    """The hints on several inputs. How cells and lines are told apart is said once for all of them.

    So where only some are written so there are no options, but words on which.
    """
    hints = list(dict.fromkeys(hint for own in found.values() for hint in own))
    some = {hint: told for hint in hints if (told := _for_some(hint, found))}
    return [Hint(some.get(hint, hint.sentence), "") for hint in hints] if some else hints


def _for_some(hint: Hint, found: Mapping[Paths, list[Hint]]) -> str:
    """Which inputs are written so and which are not; nothing of a hint on all of them, or on values alone."""
    written, others = ([" ".join(paths) for paths, own in found.items() if (hint in own) is so] for so in (True, False))
    if not others or not hint.option.startswith(FOR_ALL):
        return ""
    return (
        f"of {', '.join(written)}: {hint.sentence}, unlike {', '.join(others)}; {hint.option.split()[0]} is for all "
        f"inputs, so write one of them as the others are"
    )


def guessed_types(dataset: Dataset) -> dict[str, str]:
    """column -> type, of those that were guessed"""
    return {name: kind for name, kind in dataset.types().items() if name in dataset.guesses}


def wider_type(dataset: Dataset, name: str, kind: str, reason: str) -> str | None:
    """The next wider type than one that a row did not fit; None where there is none."""
    role = dataset.guesses[name].role
    if name in dataset.forms:
        return "string" if dataset.format == "csv" else None
    beyond = reason.startswith("out of range")
    if dataset.format == "json":
        if kind != "bigint":
            return None
        return LARGE if beyond and role in ("exact", "ordered") else "double"
    if kind == "string" or (kind.startswith("decimal") and beyond):  # as texts they would have another order
        return None
    if role == "ordered" and reason.startswith("not how"):
        return WITH_FRACTIONS if kind == "double" else "string"
    if kind == "bigint" and role != "exact":
        return LARGE if beyond and role == "ordered" else "double"
    return "string"


def _cut(raw: str) -> str:
    return repr(raw[:80])
