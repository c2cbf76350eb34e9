"""`python -m faults.reading --lines 100000 --files 2000 --seed 7`: the corpus, then the fuzz campaign, as JSON."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import cyclopts
from bench.machine import machine, source_digest
from bench.work import ROOT
from rich.console import Console

from faults.reading.corpus import corpus
from faults.reading.fuzz import Tally, hold, make_chunk
from faults.reading.perform import disagreements
from hotset.session.settings import Ask
from hotset.session.spark import Wishes, open_session
from hotset.testing import FAST

Help = cyclopts.Parameter
OUT = ROOT / "out" / "faults"
COUNTS = ("files", "lines", "mutated_lines", "records", "good", "set_aside", "faults", "blank", "refused")


def main(
    *,
    lines: Annotated[int, Help(help="mutated lines at least")] = 100_000,
    files: Annotated[int, Help(help="mutated files at least")] = 2_000,
    seed: Annotated[int, Help(help="of everything that is random")] = 7,
    result: Annotated[Path, Help(help="where the result is written")] = OUT / "reading.json",
    corpus_too: Annotated[bool, Help(name="--corpus", help="the hand-written cases first")] = True,
) -> None:
    """Hold hotset's readers against the second reader; what was done before with the same code is not done again."""
    console = Console()
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        asks = tuple(Ask(key, value, "faults.reading") for key, value in FAST.items())
        session = open_session(Wishes("faults.reading", asks, log=Path(scratch, "spark.log")))
        try:
            cases = corpus() if corpus_too else ()
            wrong = disagreements(cases)
            tallies = list(_campaign(lines, files, seed, result.with_suffix(f".{seed}.jsonl"), console))
        finally:
            session.close()
    told = _summary(tallies, seed) | {
        "corpus": {"cases": len(cases), "bad": sum(bool(case.faults or case.refused) for case in cases), "wrong": wrong}
    }
    result.write_text(json.dumps(told, indent=1) + "\n")
    console.print_json(data={name: one for name, one in told.items() if name not in ("machine", "kinds")})
    sys.exit(bool(wrong or told["disagreements"]))


def _campaign(lines: int, files: int, seed: int, state: Path, console: Console) -> Iterator[Tally]:
    """A tally for each chunk until there are enough lines and files; each is written down when it is done."""
    source = source_digest()
    done = {one.chunk: one for one in _done(state, source)}
    mutated = read = number = 0
    while mutated < lines or read < files:
        tally = done.get(number)
        if tally is None:
            tally = hold(make_chunk(seed, number), number, source)
            with state.open("a") as file:
                file.write(json.dumps(tally.as_json()) + "\n")
        mutated, read, number = mutated + tally.mutated_lines, read + tally.files, number + 1
        if tally.disagreements or number % 10 == 0:
            console.print(f"chunk {tally.chunk}: {mutated} lines, {read} files", tally.disagreements or "")
        yield tally


def _done(state: Path, source: str) -> Iterator[Tally]:
    """Chunks that were held with the same code, and agreed."""
    if state.exists():
        for line in state.read_text().splitlines():
            tally = Tally(**json.loads(line))
            if tally.source == source and not tally.disagreements:
                yield tally


def _summary(tallies: list[Tally], seed: int) -> dict[str, Any]:
    kinds = sorted({tally.kind for tally in tallies})
    return {
        "seed": seed,
        "machine": machine(),
        "source": source_digest(),
        "chunks": len(tallies),
        **{name: sum(getattr(tally, name) for tally in tallies) for name in COUNTS},
        "kinds": {kind: sum(tally.kind == kind for tally in tallies) for kind in kinds},
        "disagreements": [one | {"chunk": tally.chunk} for tally in tallies for one in tally.disagreements],
    }


if __name__ == "__main__":
    cyclopts.run(main)
