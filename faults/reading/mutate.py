"""What is done to lines and to files to make them bad."""

import gzip
from collections.abc import Callable, Sequence
from random import Random

TOKENS = (
    b"\0", b"\xff", b"\xe9", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xef\xbb\xbf", b'"',
    b'""', b"'", b",", b";", b"|", b"\t", b" ", b"\r", b"\n", b"\r\n", b"\n\n", b"\n\r", b"\\", b'\\"', b"{", b"}",
    b"[", b"]", b":", b"NaN", b"null", b"NA", b"\\N", b"-", b"+", b".", b"e", b"E5", b"0", b"9",
    b"99999999999999999999", b"1e999", b"-9223372036854775809", b"0x1F", "é".encode(), "\u2028".encode(),
    "\u0085".encode(), "\u00a0".encode(), "\U0001f600".encode(), "٣".encode(), "ı".encode(), b"\x1a", b"\x0b",
    b"\x0c", b"\x1c", b"\x7f", b"true", b"2024-02-30", b"T25:00", b"Z", b"\\u0000", b"\\ud800", b"\\u0061", b"//",
    b"x" * 70, b"(", b"#",
)  # fmt: skip
MARKS = (b"\xef\xbb\xbf", b"\xef\xbb\xbf" * 2, b"\xef\xbb")
HEADS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0")
NEARLY_NOTHING = (b"", b"\n", b"\r", b"\r\n", b"\0", b'"')
LINE_ENDS = (b"\n", b"\r\n", b"\r", b"\n\n", b"\n\r", b"")


def _flip(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line))
    return line[:at] + bytes([line[at] ^ (1 << random.randrange(8))]) + line[at + 1 :]


def _insert(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line) + 1)
    return line[:at] + random.choice(TOKENS) + line[at:]


def _replace(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line))
    return line[:at] + random.choice(TOKENS) + line[at + random.randrange(1, 4) :]


def _delete(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line))
    return line[:at] + line[at + random.randrange(1, 6) :]


def _truncate(line: bytes, random: Random) -> bytes:
    return line[: random.randrange(len(line))]


def _repeat(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line))
    end = at + random.randrange(1, 20)
    return line[:end] + line[at:end] * random.randrange(1, 4) + line[end:]


def _swap_fields(fields: list[bytes], random: Random) -> list[bytes]:
    one, other = random.randrange(len(fields)), random.randrange(len(fields))
    fields[one], fields[other] = fields[other], fields[one]
    return fields


def _another_field(fields: list[bytes], random: Random) -> list[bytes]:
    fields[random.randrange(len(fields))] = random.choice(TOKENS)
    return fields


def _more_or_fewer_fields(fields: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(fields))
    return fields[:at] + random.choice(([], [fields[at]] * 2)) + fields[at + 1 :]


def _quote_field(fields: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(fields))
    fields[at] = random.choice((b'"', b"'", b'"x')) + fields[at] + random.choice((b'"', b"'", b"", b'" ', b'""'))
    return fields


OF_BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip, _flip, _insert, _insert, _insert, _replace, _delete, _truncate, _repeat,
)  # fmt: skip
OF_FIELDS: tuple[Callable[[list[bytes], Random], list[bytes]], ...] = (
    _swap_fields, _another_field, _more_or_fewer_fields, _quote_field,
)  # fmt: skip


def mutated_line(line: bytes, separator: bytes, random: Random) -> bytes:
    """The line with one thing wrong, rarely with several."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        if not line:
            line = random.choice(TOKENS)
        elif random.random() < 0.7:
            line = random.choice(OF_BYTES)(line, random)
        else:
            line = separator.join(random.choice(OF_FIELDS)(line.split(separator), random))
    return line


def joined(lines: Sequence[bytes], random: Random) -> bytes:
    """The lines as one file: one kind of line end, or all of them; now and then lines of nothing, and no last end."""
    usual = random.choice(LINE_ENDS[:3])
    ends = [random.choice(LINE_ENDS) if random.random() < 0.04 else usual for _ in lines]
    if random.random() < 0.4:
        ends[-1:] = [b""]
    return b"".join(line + end for line, end in zip(lines, ends, strict=True))


def mutated_file(name: str, content: bytes, random: Random) -> tuple[str, bytes]:
    """Name and content with something wrong with the whole of it."""
    if not content:
        return name, content
    packed = gzip.compress(content, mtime=0)
    return random.choice(
        (
            (name, random.choice(MARKS) + content),
            (name, random.choice(HEADS) + content),
            (name, content[: random.randrange(len(content))]),
            (f"{name}.gz", packed),
            (f"{name}.gz", random.choice((_flip, _truncate, _delete, _repeat))(packed, random)),
            (name, random.choice(NEARLY_NOTHING)),
        )
    )
