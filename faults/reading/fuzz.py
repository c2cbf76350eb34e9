"""Chunks of random files, made bad and given to both readers; one seed and one number make one chunk again."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from random import Random
from typing import Any

from faults.reading.compare import Answer, Blocks, answer, disagreement, refused_early
from faults.reading.generate import Subject, header, line, subject
from faults.reading.mutate import joined, mutated_file, mutated_line
from faults.reading.shrink import smallest

# Files in a chunk, lines in each (from, below), how many of these are mutated, and how many files as a whole. Where
# most lines are good or alone, readers take other ways than where every second one is bad.
KINDS = (
    (20, (20, 180), 0.5, 0.25),
    (20, (20, 180), 0.5, 0.25),
    (20, (20, 180), 0.03, 0.25),
    (200, (1, 4), 0.6, 0.04),
)
LARGE_EVERY = 40  # one chunk of so many is one file of several blocks as hotset cuts them
LARGE_BYTES = 10 * 1024**2
COUNTED_EVERY = 8  # one chunk of so many is read once more without looking at a column
LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Chunk:
    """Files of one dataset, and what was done to them."""

    subject: Subject
    files: Mapping[str, bytes]
    mutated_lines: int
    cut: Blocks


@dataclass
class Tally:
    """What came of one chunk."""

    chunk: int
    source: str
    kind: str = ""
    files: int = 0
    lines: int = 0
    mutated_lines: int = 0
    records: int = 0
    good: int = 0
    set_aside: int = 0
    faults: int = 0
    blank: int = 0
    refused: int = 0
    disagreements: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def make_chunk(seed: int, number: int) -> Chunk:
    """The same chunk for the same seed and number."""
    random = Random(f"{seed}-{number}")
    one = subject(random)
    if number % LARGE_EVERY == LARGE_EVERY - 1:
        return _large(one, random)
    files, mutated = {}, 0
    count, length, rate, as_a_whole = random.choice(KINDS)
    for index in range(count):
        lines, changed = _lines(one, random, random.randrange(*length), rate)
        name, content = f"{index:03}.{one.dataset.format}", joined(lines, random)
        if random.random() < as_a_whole:
            name, content = mutated_file(name, content, random)
        files[name] = content
        mutated += changed
    cut = random.choice((Blocks(), Blocks(64, 20), Blocks(300, 10), Blocks(1000, 4)))
    return Chunk(one, files, mutated, cut)


def hold(chunk: Chunk, number: int, source: str) -> Tally:
    """Both readers over the chunk: all good files at once, each refused one by itself; disagreements made small."""
    expected = answer(chunk.subject, chunk.files)
    tally = _tally(chunk, expected, number, source)
    sets = [{name: content for name, content in chunk.files.items() if name not in expected.refused}]
    early = refused_early(chunk.subject, chunk.files, expected.refused)
    sets += [{name: chunk.files[name]} for name in expected.refused if name not in early]
    for files in filter(None, sets):
        _compare(chunk, files, tally, only_count=False)
        if number % COUNTED_EVERY == 0 and files is sets[0]:
            _compare(chunk, files, tally, only_count=True)
    return tally


def _compare(chunk: Chunk, files: Mapping[str, bytes], tally: Tally, *, only_count: bool) -> None:
    disagree = partial(disagreement, chunk.subject, cut=chunk.cut, only_count=only_count)
    if not disagree(files):
        return
    files = smallest(files, disagree)
    tally.disagreements.append(
        {
            "dataset": repr(chunk.subject.dataset),
            "zone": chunk.subject.zone,
            "blocks": repr(chunk.cut),
            "only_count": only_count,
            "files": {name: repr(content[:2000]) for name, content in files.items()},
            "what": disagree(files) or "they agree when asked again",
        }
    )


def _tally(chunk: Chunk, expected: Answer, number: int, source: str) -> Tally:
    dataset = chunk.subject.dataset
    return Tally(
        number,
        source,
        f"{dataset.format}{' multiline' if dataset.multiline else ''}{' large' if len(chunk.files) == 1 else ''}",
        len(chunk.files),
        sum(len(LINE_END.findall(content)) for content in chunk.files.values()),
        chunk.mutated_lines,
        expected.records,
        expected.good,
        expected.records - expected.good,
        expected.faults.total(),
        expected.blank,
        len(expected.refused),
    )


def _lines(one: Subject, random: Random, count: int, rate: float) -> tuple[list[bytes], int]:
    """Lines of a file, a header among them, and how many of them were mutated."""
    first, names = header(one, random)
    lines, mutated = [], 0
    for _ in range(count):
        made = line(one, names, random)
        if random.random() < rate:
            bad = mutated_line(made, one.dataset.separator.encode(), random)
            mutated += bad != made
            made = bad
        lines.append(made)
    if one.dataset.format == "csv" and one.dataset.header:
        if random.random() < 0.02:
            first = mutated_line(first, one.dataset.separator.encode(), random)
        lines.insert(0, first)
    return lines, mutated


def _large(one: Subject, random: Random) -> Chunk:
    """One file of several blocks; its lines are many times the same, since they only have to be somewhere else."""
    one = replace(one, dataset=replace(one.dataset, longest_line_bytes=min(one.dataset.longest_line_bytes, 2000)))
    lines, mutated = _lines(one, random, 300, 0.5)
    first, rest = lines[:1], lines[1:]
    while sum(map(len, rest)) < LARGE_BYTES:
        rest += rest
    random.shuffle(rest)
    return Chunk(one, {f"large.{one.dataset.format}": joined(first + rest, random)}, mutated, Blocks())
