"""Bytes that are no good text: encodings, NUL, line ends, lines that are too long; in CSV and in JSON lines."""

from collections.abc import Iterator

from faults.reading.cases.case import Case, one_file, refused
from faults.reading.cases.cells import COLUMNS, EVERY
from hotset import Dataset

PAIRS = Dataset("a int, b string", format="csv", header=False)
NAMED = Dataset("a int, b string", format="csv")
SHORT = Dataset("a int, b string", format="csv", header=False, longest_line_bytes=10)
OBJECTS = Dataset("a int, b string", format="json")
SHORT_OBJECTS = Dataset("a int, b string", format="json", longest_line_bytes=20)
ONE = Dataset("b string", format="csv", header=False)

UTF8, NUL = "not valid UTF-8", "a NUL character"
NOT_UTF8 = {
    "a byte of Latin-1": b"caf\xe9",
    "a continuation byte alone": b"\x80",
    "a sequence that is cut off": b"\xe2\x82",
    "an overlong slash": b"\xc0\xaf",
    "a surrogate": b"\xed\xa0\x80",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "a byte-order mark of UTF-16 inside": b"x\xff\xfe",
}


def cases() -> Iterator[Case]:
    yield from _encodings()
    yield from _marks()
    yield from _line_ends()
    yield from _long_lines()


def _encodings() -> Iterator[Case]:
    for what, piece in NOT_UTF8.items():
        yield one_file(
            f"{what} in a string", PAIRS, b"1,x\n2," + piece + b"\n3,y", ((1, "x"), (3, "y")), ((2, "", UTF8),)
        )
    for at, (column, kind) in enumerate(COLUMNS.items()):
        line = b"," * at + b"\xe9" + b"," * (len(COLUMNS) - 1 - at)
        yield one_file(f"a byte of Latin-1 in {kind} {column}", EVERY, line, (), ((1, "", UTF8),))
    yield one_file(
        "Latin-1 in JSON",
        OBJECTS,
        b'{"b":"caf\xe9"}\n{"\xe9":1}\n{"a":1}',
        ((1, None),),
        ((1, "", UTF8), (2, "", UTF8)),
    )
    yield one_file("NUL in a string", PAIRS, b"1,x\0y\n2,z\n", ((2, "z"),), ((1, "", NUL),))
    yield one_file("NUL in a number", PAIRS, b"1\0,x\n2,z\n", ((2, "z"),), ((1, "", NUL),))
    yield one_file("NUL alone", PAIRS, b"\0\n2,z\n", ((2, "z"),), ((1, "", NUL),))
    yield one_file("NUL in JSON", OBJECTS, b'{"a":1}\0\n', (), ((1, "", NUL),))
    yield one_file("NUL written out in JSON", OBJECTS, rb'{"b":"\u0000"}', ((None, "\0"),))
    yield one_file("NUL in a line that is no UTF-8", PAIRS, b"\xff\0,x", (), ((1, "", UTF8),))
    yield one_file(
        "a line of UTF-16 without a mark", PAIRS, "1,x\n".encode("utf-16-le"), (), ((1, "", NUL), (2, "", NUL))
    )


def _marks() -> Iterator[Case]:
    mark = b"\xef\xbb\xbf"
    yield one_file("a byte-order mark", PAIRS, mark + b"1,x\n2,y", ((1, "x"), (2, "y")))
    yield one_file("a byte-order mark before the header", NAMED, mark + b"a,b\n1,x", ((1, "x"),))
    yield one_file("a byte-order mark before JSON", OBJECTS, mark + b'{"a":1}', ((1, None),))
    yield one_file("a byte-order mark before a quote", PAIRS, mark + b'"1","x"', ((1, "x"),))
    yield one_file("two byte-order marks", PAIRS, mark * 2 + b"1,x\n2,y", ((2, "y"),), ((1, "a", "not of type int"),))
    yield one_file(
        "a byte-order mark inside", PAIRS, b"1,x\n" + mark + b"2,y", ((1, "x"),), ((2, "a", "not of type int"),)
    )
    yield one_file(
        "a byte-order mark inside JSON", OBJECTS, b"{}\n" + mark + b"{}", ((None, None),), ((2, "", "not valid JSON"),)
    )
    yield one_file("half a byte-order mark", PAIRS, mark[:2] + b"1,x\n2,y", ((2, "y"),), ((1, "", UTF8),))
    yield one_file("a byte-order mark alone", PAIRS, mark)
    for encoding in ("utf-16", "utf-32"):
        for dataset in (PAIRS, NAMED, OBJECTS):
            kind = f"{encoding} {dataset.format} {'with' if dataset.header else 'without'} a header"
            yield refused(kind, dataset, "a,b\n1,x\n".encode(encoding), 4)
    yield refused("UTF-16, the great end first", PAIRS, b"\xfe\xff" + "1,x".encode("utf-16-be"), 4)
    yield refused("UTF-32, the great end first", PAIRS, b"\0\0\xfe\xff" + "1,x".encode("utf-32-be"), 4)


def _line_ends() -> Iterator[Case]:
    yield one_file("carriage returns alone", PAIRS, b"1,x\r2,y\r", ((1, "x"), (2, "y")))
    yield one_file("all line ends", PAIRS, b"1,x\r\n2,y\r3,z\n4,w", ((1, "x"), (2, "y"), (3, "z"), (4, "w")))
    yield one_file(
        "line ends the wrong way round",
        PAIRS,
        b"1,x\n\r2,y\n\r\n3",
        ((1, "x"), (2, "y")),
        ((5, "", "1 fields, expected 2"),),
    )
    yield one_file("lines of nothing count", PAIRS, b"\n\n1,x\n\r\nz,y\n", ((1, "x"),), ((5, "a", "not of type int"),))
    yield one_file(
        "lines of nothing in JSON", OBJECTS, b'\n{"a":1}\n\n[]\n\n', ((1, None),), ((4, "", "not a JSON object"),)
    )
    yield one_file("a line of blanks", PAIRS, b" \n1,x", ((1, "x"),), ((1, "", "1 fields, expected 2"),))
    yield one_file("a line of blanks in JSON", OBJECTS, b'  \n{"a":1}', ((1, None),), ((1, "", "not valid JSON"),))
    yield one_file("lines of nothing, one column", ONE, b"\nx\n\n", ((None,), ("x",), (None,)))
    yield one_file("only lines of nothing", PAIRS, b"\n\r\n\r")
    yield one_file(
        "a carriage return in quotes",
        PAIRS,
        b'1,"x\ry"\n2,z',
        ((2, "z"),),
        ((1, "", "unclosed quote"), (2, "", "1 fields, expected 2")),
    )
    yield one_file("a form feed ends no line", PAIRS, b"1,x\x0cy\x0bz\x1c", ((1, "x\x0cy\x0bz\x1c"),))
    yield one_file(
        "carriage returns after the header", NAMED, b"a,b\r1,x\rq,y", ((1, "x"),), ((3, "a", "not of type int"),)
    )


def _long_lines() -> Iterator[Case]:
    reason = "longer than 10 bytes"
    yield one_file("a line of just the length", SHORT, b"1,12345678\n2,x", ((1, "12345678"), (2, "x")))
    yield one_file("a line one byte too long", SHORT, b"1,123456789\n2,x", ((2, "x"),), ((1, "", reason),))
    yield one_file(
        "the end counts for nothing", SHORT, b"1,12345678\r\n2,123456789\r\n", ((1, "12345678"),), ((2, "", reason),)
    )
    yield one_file(
        "the length is in bytes",
        SHORT,
        "1,12éé56\n2,é234567\n3,é2345678".encode(),
        ((1, "12éé56"), (2, "é234567")),
        ((3, "", reason),),
    )
    yield one_file("too long, and no UTF-8", SHORT, b"1,\xff2345678901", (), ((1, "", reason),))
    yield one_file(
        "a quote that a long line never closes", SHORT, b'1,"23456789012\n2,x', ((2, "x"),), ((1, "", reason),)
    )
    yield one_file(
        "a long line of JSON",
        SHORT_OBJECTS,
        b'{"a": 1, "b": "1234"}\n{"a":2}',
        ((2, None),),
        ((1, "", "longer than 20 bytes"),),
    )
    huge = b"x" * 5_000_000
    yield one_file(
        "a field of 5 MB",
        PAIRS,
        b"1,x\n2," + huge + b"\n3,y",
        ((1, "x"), (3, "y")),
        ((2, "", "longer than 4194304 bytes"),),
    )
    yield one_file(
        "a string of 5 MB in JSON",
        OBJECTS,
        b'{"b":"' + huge + b'"}\n{"a":1}',
        ((1, None),),
        ((1, "", "longer than 4194304 bytes"),),
    )
    yield one_file("a field of 4 MB", PAIRS, b"1," + huge[:4_000_000] + b"\n3,y", ((1, "x" * 4_000_000), (3, "y")))
    yield one_file(
        "a last line of 5 MB", PAIRS, b"1,x\n2," + huge, ((1, "x"),), ((2, "", "longer than 4194304 bytes"),)
    )
