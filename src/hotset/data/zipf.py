"""Text of any size to count, the same for everybody: Zipf's words, a pure function of (size, seed).

Zipf's law: the word of rank r has a share of 1/r (G. K. Zipf, *Human Behavior and the Principle of Least
Effort*, 1949, with his exponent 1). Words are drawn by the inverse-CDF method (L. Devroye, *Non-Uniform
Random Variate Generation*, 1986), the inverse tabulated at 2**22 equally likely points: the rarest of the
100,000 words still owns three of them.

The vocabulary does not depend on the seed: the most frequent words of English, then made-up ones, short ones
first; of sixteen words one is made of Korean syllables and one has accents, so that UTF-8 is put to work.

A file is a row of blocks of 1 MiB. Each comes from a Philox stream of its own (Salmon et al., "Parallel
random numbers: as easy as 1, 2, 3", SC 2011) with the key (seed, block number), is valid UTF-8 and ends in a
line end, so that any number of processes can write them. Only raw integers of the stream are used, which
NumPy promises not to change (NEP 19), and integer arithmetic, so that every machine gets the same bytes.
A smaller file is the beginning of a larger one of the same seed, but for its last four bytes at most.
"""

import itertools
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from functools import cache
from multiprocessing import connection, get_context, parent_process
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hotset.data.appear import check_place, check_seed, whole_file
from hotset.errors import ResourceError, UsageError

BLOCK_BYTES = 1 << 20
VOCABULARY_WORDS = 100_000
SLOTS_LOG2 = 22
LINES_AT_ONCE = 1024  # about 75 kB of text: the arrays stay in the processor's cache
LONGEST_LINE_WORDS = 23  # lines of 1 to 23 words, each equally likely: 12 on average
LINES_PER_EMPTY_LINE = 32
EMPTY_LINE = 2 * VOCABULARY_WORDS  # row of the vocabulary table that is a bare line end

FREQUENT = ("the", "of", "and", "to", "a", "in", "that", "is", "it", "was", "for", "on", "with", "he", "as")
ONSETS = (*"bcdfghlmnprstvw", "st", "tr", "br", "ch", "sh")
LATIN = [onset + rime for rime in ("a", "e", "i", "o", "an", "er", "ing") for onset in ONSETS]
ACCENTED = [onset + rime for rime in ("é", "ü", "ñe", "ço") for onset in ONSETS]
HANGUL = list("이그저수것나우리말글사람물불산강길집하늘바다마을무자차고도로모보소오조기니지시미은는를의에서대한민국")
STRIDE = 7_368_787  # a prime: multiples of it visit every number below a power of the syllables once


def write_text(
    path: Path,
    size_bytes: int,
    seed: int,
    *,
    processes: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Bytes written to the new file `path`: always `size_bytes`. The file appears whole or not at all.

    `processes`: one per core unless given; more than one are started by spawning, so a script that calls this
    needs the usual `if __name__ == "__main__":`. `progress` is told the bytes written so far.
    Raises OutputError when `path` exists or cannot be written, ResourceError when the disk is too small.
    """
    workers = len(os.sched_getaffinity(0)) if processes is None else processes
    _check_request(path, size_bytes, seed, workers)
    done_bytes = 0
    try:
        with whole_file(path) as staged, closing(_write_blocks(staged, size_bytes, seed, workers)) as blocks:
            for block_bytes in blocks:
                done_bytes += block_bytes
                if progress is not None:
                    progress(done_bytes)
    except BrokenProcessPool as error:
        raise ResourceError(f"a process that wrote {path} was killed; use fewer if memory is short") from error
    return done_bytes


def _check_request(path: Path, size_bytes: int, seed: int, workers: int) -> None:
    if size_bytes < 0:
        raise UsageError(f"size is negative, got {size_bytes}; give 0 or more bytes")
    check_seed(seed)
    if workers < 1:
        raise UsageError(f"processes are too few, got {workers}; give 1 or more")
    check_place(path, size_bytes)


def _write_blocks(staged: Path, size_bytes: int, seed: int, workers: int) -> Generator[int, None, None]:
    """The bytes of each block once it is written, in order."""
    starts = range(0, size_bytes, BLOCK_BYTES)
    tasks = ((staged, start, min(BLOCK_BYTES, size_bytes - start), seed) for start in starts)
    if min(workers, len(starts)) <= 1:
        yield from itertools.starmap(_write_block, tasks)
        return
    # Spawned, not forked: a fork copies the locks that threads hold (progress, a gateway), but no threads.
    context = get_context("spawn")
    processes = min(workers, len(starts))
    with _safe_path(), ProcessPoolExecutor(processes, context, initializer=_obey_parent) as pool:
        pending: deque[Future[int]] = deque()
        for task in tasks:
            pending.append(pool.submit(_write_block, *task))
            if len(pending) > 2 * workers:
                yield pending.popleft().result()
        yield from (future.result() for future in pending)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Processes that start meanwhile do not look for Python's modules in the working directory, before all others."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTHONSAFEPATH"]
        os.environ.update({} if before is None else {"PYTHONSAFEPATH": before})


def _obey_parent() -> None:
    """A worker leaves Ctrl-C to its parent, and ends when the parent does, even if that was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _write_block(staged: Path, start: int, size_bytes: int, seed: int) -> int:
    text = block_text(seed, start // BLOCK_BYTES, size_bytes)
    with staged.open("r+b") as file:
        file.seek(start)
        file.write(text)
    return size_bytes


def block_text(seed: int, block: int, size_bytes: int) -> bytearray:
    """The first `size_bytes` bytes (1 to BLOCK_BYTES) of a block, made whole characters and a line end."""
    stream = np.random.Philox(key=np.array([seed, block], dtype=np.uint64))
    text = bytearray()
    while len(text) < size_bytes:
        text += _draw_lines(stream)
    cut = size_bytes - 1
    while text[cut] & 0xC0 == 0x80:  # the second or third byte of a character
        cut -= 1
    while cut and text[cut - 1] == ord(" "):
        cut -= 1
    text[cut:] = b"x" * (size_bytes - 1 - cut) + b"\n"
    return text


def _draw_lines(stream: np.random.Philox) -> bytes:
    """LINES_AT_ONCE lines and some empty ones between them."""
    draws = stream.random_raw(LINES_AT_ONCE)
    ends = np.cumsum(1 + draws % LONGEST_LINE_WORDS).astype(np.intp)
    rows = _draw_words(stream, int(ends[-1]))
    rows[ends - 1] += VOCABULARY_WORDS
    is_before_empty = (draws[:-1] >> 32) % LINES_PER_EMPTY_LINE == 0
    rows[ends[:-1][is_before_empty]] = EMPTY_LINE
    return _vocabulary_table()[rows].tobytes().translate(None, b"\0")


def _draw_words(stream: np.random.Philox, words: int) -> NDArray[np.intp]:
    """`words` ranks, counted from 0. Each raw integer of 64 bits serves for two of them."""
    draws = stream.random_raw((words + 1) // 2)
    slots = np.concatenate((draws >> (64 - SLOTS_LOG2), draws & (2**SLOTS_LOG2 - 1)))
    ranks: NDArray[np.intp] = _inverse_cdf()[slots[:words]].astype(np.intp)
    return ranks


@cache
def _inverse_cdf() -> NDArray[np.int32]:
    """The word of each of 2**22 equal slots of probability; no floats, since they differ between machines."""
    cdf = np.cumsum(2**32 // np.arange(1, VOCABULARY_WORDS + 1))
    slots_below = cdf * 2**SLOTS_LOG2 // cdf[-1]
    return np.repeat(np.arange(VOCABULARY_WORDS, dtype=np.int32), np.diff(slots_below, prepend=0))


@cache
def _vocabulary_table() -> NDArray[np.bytes_]:
    """Each word with a blank, each word with a line end, a bare line end: rows padded with NULs.

    Drawing whole rows and then deleting the NULs is faster than copying words of different lengths.
    """
    words = [word.encode() for word in vocabulary()]
    return np.array([word + b" " for word in words] + [word + b"\n" for word in words] + [b"\n"])


def vocabulary() -> list[str]:
    """The words, most frequent first, all different."""
    words = dict.fromkeys(FREQUENT)
    latin, accented, hangul = (_spell_all(syllables) for syllables in (LATIN, ACCENTED, HANGUL))
    for spelled in itertools.cycle([latin] * 7 + [hangul] + [latin] * 7 + [accented]):
        words[next(spelled)] = None
        if len(words) == VOCABULARY_WORDS:
            return list(words)
    raise AssertionError("a cycle does not end")


def _spell_all(syllables: list[str]) -> Iterator[str]:
    """All words of one syllable, then of two, and so on; neighbours look different."""
    for length in itertools.count(1):
        spellings = len(syllables) ** length
        for number in range(spellings):
            yield _spell(number * STRIDE % spellings, length, syllables)


def _spell(number: int, length: int, syllables: list[str]) -> str:
    word = ""
    for _ in range(length):
        number, digit = divmod(number, len(syllables))
        word += syllables[digit]
    return word
