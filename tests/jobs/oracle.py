"""Word count in plain Python, from docs/jobs/wordcount.md and not from the code: what every method is held to."""

import gzip
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

# the separators of `words` beside white space, as first and last character of each range
PUNCTUATION = (
    "!&(/:@[^``{~\u00a1\u00a9\u00ab\u00b1\u00b4\u00b4\u00b6\u00b8\u00bb\u00bb\u00bf\u00bf\u00d7\u00d7\u00f7\u00f7"
    "\u200b\u2018\u201a\u206f\u3000\u3004\u3008\u3020\u3030\u3030\u303d\u303f\ufeff\ufeff\uff01\uff0f\uff1a\uff20"
    "\uff3b\uff3e\uff40\uff40\uff5b\uff65"
)
RANGES = tuple(zip(PUNCTUATION[::2], PUNCTUATION[1::2], strict=True))


def lines_of(file: Path) -> list[str]:
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    lines = re.split(r"\r\n|\r|\n", content.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
    return lines if lines[-1] else lines[:-1]


def words_of(line: str, split: str) -> list[str]:
    if split == "space":
        return line.split(" ")
    if split == "words":
        line = "".join(" " if any(low <= char <= high for low, high in RANGES) else char for char in line)
    return line.split()


def count(
    files: Iterable[Path], split: str = "space", lower: bool = False, form: str = "none", min_count: int = 1
) -> list[tuple[str, int]]:
    """(word, n), most frequent first, ties by word."""
    counts: Counter[str] = Counter()
    for file in files:
        for line in lines_of(file):
            for word in words_of(line, split):
                bare = word.strip("'\u2019") if split == "words" else word
                folded = bare.lower() if lower else bare
                counts[folded if form == "none" else unicodedata.normalize(form, folded)] += 1  # type: ignore[arg-type]
    del counts[""]
    return sorted(((word, n) for word, n in counts.items() if n >= min_count), key=lambda pair: (-pair[1], pair[0]))
