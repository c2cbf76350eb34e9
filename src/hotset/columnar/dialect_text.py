"""The text at the head of a file that may be in another encoding than was said, and the hint that it is."""

import re

from hotset.columnar.dialect_cells import Hint
from hotset.data.dataset import Dataset
from hotset.data.encoding import MARKS, codec_name, in_utf8, to_utf8
from hotset.data.sniff import WIDE, wide_without_mark

HIGH = re.compile(rb"[\x80-\xff]+")
NOT_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
WESTERN = 0.3  # the largest share of bytes beyond ASCII in a language that is written with Latin letters


def decoded(head: bytes, dataset: Dataset) -> tuple[list[Hint], str | None]:
    """A hint if the encoding is another one; and the text, None where nobody can say."""
    mark = next((one for one in MARKS if head.startswith(one[0])), None)
    family = mark[1] if mark else wide_without_mark(head) if in_utf8(dataset.encoding) else None
    if family and (not mark or codec_name(dataset.encoding) not in mark[2]):
        why = "by its byte-order mark" if mark else f"since {WIDE[family]}"
        return [Hint(f"it is {family}, {why}", f"--encoding {family.lower()}")], _text(head, family)
    if not in_utf8(dataset.encoding):
        return [], _text(head, dataset.encoding)
    try:
        return [], _whole_characters(head).decode().removeprefix("\ufeff")
    except UnicodeDecodeError as why:
        if not _may_be_western(head):
            return [], None
        text = _text(head, "cp1252")
        place = _around(text, why.start)
        return [Hint(f"it is not UTF-8; as cp1252 it says {place!r}", "--encoding cp1252")], text


def _around(text: str, place: int) -> str:
    """What stands about this character in its line."""
    line = re.split(r"[\r\n]", text[:place])[-1][-10:]
    return (line + re.split(r"[\r\n]", text[place : place + 10])[0]).strip()


def _text(head: bytes, encoding: str) -> str:
    return b"".join(to_utf8([head], encoding)).decode(errors="replace").removeprefix("\ufeff")


def _whole_characters(head: bytes) -> bytes:
    """Without a last character that is cut off."""
    for length in range(1, min(4, len(head)) + 1):
        if head[-length] >= 0xC0:
            return head[:-length]
        if head[-length] < 0x80:
            break
    return head


def _may_be_western(head: bytes) -> bool:
    """Whether the bytes beyond ASCII may be letters of cp1252; damaged UTF-8 has whole characters too."""
    runs = HIGH.findall(head)
    if sum(map(len, runs)) > WESTERN * len(head) or NOT_IN_CP1252 & set(head):
        return False
    return not any(_is_utf8(run) for run in runs)


def _is_utf8(run: bytes) -> bool:
    try:
        return bool(run.decode())
    except UnicodeDecodeError:
        return False
