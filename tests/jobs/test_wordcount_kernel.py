"""What the kernel counts, without Spark."""

import random
from collections import Counter

import pytest

from hotset.jobs.wordcount import job as wordcount
from hotset.jobs.wordcount import kernel


def counts_of(pieces: list[bytes], split: wordcount.Split) -> dict[str, int]:
    batches = kernel.count_block(iter(pieces), kernel.Separators.of(wordcount.SEPARATORS[split]))
    return {word: n for batch in batches for word, n in zip(*batch.to_pydict().values(), strict=True)}


def test_the_kernel_adds_up_what_pieces_have_in_common() -> None:
    pieces = [b"a b\na\n", b"b  \xed\x95\x9c\n", b"\n"]

    assert counts_of(pieces, "space") == {"a": 2, "b": 2, "한": 1, "": 2}


@pytest.mark.parametrize("split", ["space", "whitespace", "words"])
def test_the_kernel_knows_every_separator_that_the_other_engines_know(split: wordcount.Split) -> None:
    line = "".join(chr(code) for code in range(0x11000) if not 0xD800 <= code <= 0xDFFF and chr(code) not in "\r\n")
    spread = "".join(f"{char}w" for char in line)

    counted = counts_of([spread.encode() + b"\n"], split)

    assert counted.keys() - {""} == set(wordcount.splitter(split)(spread)) - {""}


@pytest.mark.parametrize("number", range(3))
def test_a_long_line_is_counted_part_by_part(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(kernel, "LONGEST_PIECE", 10 + number)
    monkeypatch.setattr(kernel, "PIECES_AT_ONCE", 3)
    words = [f"word{chance % 7}" + "x" * (chance % 30) for chance in range(200)]

    counted = counts_of([" ".join(words).encode() + b"\n"], "space")

    assert counted == Counter(words)


def test_a_block_without_pieces_has_no_batches() -> None:
    assert counts_of([], "space") == {}


def test_words_of_every_length_are_counted_whether_as_integers_or_as_text() -> None:
    chance = random.Random(3)
    words = ["".join(chance.choices("ab\0é한", k=chance.randint(1, 12))) for _ in range(3_000)]

    counted = counts_of([" ".join(words[i : i + 100]).encode() + b"\n" for i in range(0, 3_000, 100)], "space")

    assert counted == Counter(words)
