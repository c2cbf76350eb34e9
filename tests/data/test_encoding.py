"""Other encodings as UTF-8: every character, and every byte that is none."""

import codecs
from encodings.aliases import aliases

import pytest

from hotset.data.encoding import NO_TEXT, can_be_cut, repaired, restored, to_utf8

TEXTS = [
    "latin-1",
    "cp1252",
    "shift_jis",
    "cp932",
    "gb18030",
    "gbk",
    "big5hkscs",
    "euc_jp",
    "euc_kr",
    "johab",
    "koi8-r",
]


def all_encodings() -> list[str]:
    found = []
    for alias in sorted(set(aliases.values())):
        try:
            codec = codecs.lookup(alias)
        except LookupError:  # of another system
            continue
        if codec._is_text_encoding and codec.name not in NO_TEXT:
            found.append(codec.name)
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("encoding", all_encodings())
def test_a_line_end_is_one_whatever_stands_before_it_where_files_are_cut(encoding: str) -> None:
    if not can_be_cut(encoding):
        return
    for lead in range(128, 256):
        for before in (bytes([lead]), bytes([lead, 0x30]), bytes([lead, 0x30, lead]), bytes([lead, lead, lead])):
            for end in (b"\n", b"\r"):
                whole = b"".join(to_utf8([before + end + b"x"], encoding))
                assert whole.endswith(end + b"x")
                assert b"".join(to_utf8([before + end], encoding)) + b"x" == whole


def test_which_encodings_are_cut() -> None:
    assert all(map(can_be_cut, [*TEXTS, "utf-8", "ascii"]))
    assert not any(map(can_be_cut, ["utf-16", "utf-16-le", "utf-32", "utf-7", "iso2022_jp", "hz", "cp037"]))


@pytest.mark.parametrize("encoding", ["ascii", "shift_jis", "utf-16-le", "gb18030"])
def test_bytes_that_are_none_in_the_encoding_come_back_as_they_were(encoding: str) -> None:
    raw = "ab\n".encode(encoding) + b"\x81\xff" + "\nc".encode(encoding) + b"\xff"

    for size in (1, 2, 3, len(raw)):
        chunks = [raw[start : start + size] for start in range(0, len(raw), size)]
        text = b"".join(to_utf8(chunks, encoding))
        with pytest.raises(UnicodeDecodeError):
            text.decode()
        assert restored(text).endswith(b"c\xff")
        assert repaired(text).decode().endswith("c\ufffd")


def test_two_bytes_of_utf8_are_two_faults_in_ascii() -> None:
    text = b"".join(to_utf8(["é".encode()], "ascii"))

    assert restored(text) == "é".encode()
    assert repaired(text).decode() == "\ufffd\ufffd"
