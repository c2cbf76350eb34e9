"""Random texts that are nasty on purpose; the same for the same seed."""

import gzip
import random
from pathlib import Path

WORDS = """
    the a The don't 'tis O’Neill co-op x_y 3.14 naïve ΑΣ İ 나라 말싸미 \u1112\u1161\u11ab e\u0301 \u00e9 ﬁ 𝔘
    👩\u200d👩\u200d👧 ½ № \u0660
"""
MARKS = "\"\\,.!—…「」、()‘’'·％"
SPACES = "      \t\x0b\x0c\x1c\x1f\x85\xa0\u2003\u2028\u3000"  # the plain one six times as often
PIECES = (
    *(piece.encode() for piece in (*WORDS.split(), *MARKS, *SPACES)),
    *(b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b"\0", b"\xef\xbb\xbf"),
    *(b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf"),
)


def random_text(chance: random.Random) -> bytes:
    """Up to 200 pieces; now and then nothing at all, a byte-order mark, or a very long line."""
    kind = chance.random()
    if kind < 0.04:
        return b""
    text = b"".join(chance.choices(PIECES, k=chance.randint(1, 200)))
    if kind < 0.10:
        text = b"\xef\xbb\xbf" + text
    if kind > 0.97:
        text += b"long " * chance.randint(20_000, 60_000) + "긴줄".encode() * 5_000
    return text


def write_texts(directory: Path, number: int, seed: int) -> list[Path]:
    """`number` files, one in ten of them compressed."""
    chance = random.Random(seed)
    files = []
    for position in range(number):
        text = random_text(chance)
        compressed = chance.random() < 0.1
        file = directory / f"text {position}.{'txt.gz' if compressed else 'txt'}"
        file.write_bytes(gzip.compress(text, mtime=0) if compressed else text)
        files.append(file)
    return files
