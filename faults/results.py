"""What happened: every trial in a log while the campaign runs, and a summary of each row that is kept for good."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from faults.row import Finding, Row

EXAMPLES = 3


@dataclass(frozen=True)
class Trial:
    """One call of a row's fault. `problems` are examples, `broken` counts all of them."""

    row: str
    number: int
    seed: str
    bit: bool
    trials: int = 1
    failed: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    phases: dict[str, int] = field(default_factory=dict)
    missed: int = 0  # attempts before this one that hit nothing
    not_injected: str = ""
    seconds: float = 0

    @classmethod
    def of(cls, row: Row, number: int, seed: str, finding: Finding, missed: int, seconds: float) -> "Trial":
        return cls(
            row=row.key,
            number=number,
            seed=seed,
            bit=finding.bit,
            trials=finding.trials,
            failed=finding.failures,
            broken={assertion: len(problems) for assertion, problems in sorted(finding.broken.items())},
            problems=[f"{name}: {text}" for name, texts in sorted(finding.broken.items()) for text in texts[:EXAMPLES]],
            phases=dict(finding.phases),
            missed=missed,
            seconds=round(seconds, 1),
        )


@dataclass
class RowResult:
    """All trials of a row, added up."""

    title: str
    wanted: int
    trials: int = 0
    bit: int = 0
    missed: int = 0
    failed: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    phases: dict[str, int] = field(default_factory=dict)
    not_injected: str = ""
    failures: list[dict[str, Any]] = field(default_factory=list)  # seed and problems of the first ones
    seconds: float = 0

    @property
    def complete(self) -> bool:
        """Every trial was made, and every fault bit."""
        return self.bit == self.trials == self.wanted and not self.not_injected


@dataclass
class Result:
    """A campaign against one subject, and everything that it depends on."""

    subject: str
    title: str
    date: str
    seed: int
    machine: dict[str, Any]
    versions: dict[str, str]
    source: str
    rows: dict[str, RowResult] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return all(row.complete for row in self.rows.values())


def added_up(row: Row, wanted: int, trials: Iterable[Trial]) -> RowResult:
    """The trials of one row as they are shown."""
    total = RowResult(row.title, wanted * row.unit)
    broken, phases = Counter[str](), Counter[str]()
    for trial in trials:
        total.trials += trial.trials
        total.bit += trial.trials * trial.bit
        total.missed += trial.missed
        total.failed += trial.failed
        total.seconds = round(total.seconds + trial.seconds, 1)
        total.not_injected = total.not_injected or trial.not_injected
        broken.update(trial.broken)
        phases.update(trial.phases)
        if trial.failed and len(total.failures) < EXAMPLES:
            total.failures.append({"seed": trial.seed, "problems": trial.problems})
    total.broken, total.phases = dict(sorted(broken.items())), dict(phases)
    return total


def append(trial: Trial, log: Path) -> None:
    """One more line in the log of trials; a kill loses at most the last one."""
    with log.open("a", encoding="utf-8") as out:
        out.write(json.dumps(asdict(trial), ensure_ascii=False) + "\n")


def trials_in(log: Path) -> list[Trial]:
    """Every trial that was written down whole."""
    lines = log.read_text("utf-8").split("\n")[:-1] if log.exists() else []
    return [Trial(**json.loads(line)) for line in lines]


def load(path: Path) -> Result | None:
    """What lies at `path`; None where nothing does."""
    if not path.exists():
        return None
    record = json.loads(path.read_text("utf-8"))
    rows = {key: RowResult(**row) for key, row in record.pop("rows").items()}
    return Result(**record, rows=rows)


def save(result: Result, path: Path) -> None:
    """Writes all of it or nothing, whenever the campaign is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(result), indent=1, ensure_ascii=False) + "\n", "utf-8")
    new.replace(path)
