"""Fields and quotes of CSV: too few, too many, quotes that do not close, line ends inside."""

from collections.abc import Iterator

from faults.reading.cases.case import Case, one_file
from hotset import Dataset

PAIRS = Dataset("a int, b string", format="csv", header=False)
LINES = Dataset("a int, b string", format="csv", header=False, multiline=True)
NAMED_LINES = Dataset("a int, b string", format="csv", multiline=True)
STRINGS = Dataset("b string, c string", format="csv", header=False, multiline=True)
SHORT_LINES = Dataset("a int, b string", format="csv", header=False, multiline=True, longest_line_bytes=12)
TABS = Dataset("a int, b string", format="csv", header=False, separator="\t", quote="'", null="NA")
UNQUOTED = Dataset("a int, b string", format="csv", header=False, quote="")
ONE_LINES = Dataset("b string", format="csv", header=False, multiline=True)

UNCLOSED, AFTER = "unclosed quote", "text after a closing quote"


def fields(found: int, expected: int = 2) -> str:
    return f"{found} fields, expected {expected}"


def cases() -> Iterator[Case]:
    yield from _fields()
    yield from _quotes()
    yield from _dialects()
    yield from _multiline()
    yield from _malformed_multiline()


def _fields() -> Iterator[Case]:
    yield one_file("too few fields", PAIRS, b"1,x\n2\n3,y", ((1, "x"), (3, "y")), ((2, "", fields(1)),))
    yield one_file("too many fields", PAIRS, b"1,x\n2,y,z\n3,y", ((1, "x"), (3, "y")), ((2, "", fields(3)),))
    yield one_file("a decimal comma", PAIRS, b"1,5,x", (), ((1, "", fields(3)),))
    yield one_file("a separator at the end", PAIRS, b"1,x,\n2,y", ((2, "y"),), ((1, "", fields(3)),))
    yield one_file("only separators", PAIRS, b",\n,,\n", ((None, None),), ((2, "", fields(3)),))
    yield one_file("another separator", PAIRS, b"1;x\n2,y", ((2, "y"),), ((1, "", fields(1)),))
    yield one_file("fields and a bad value", PAIRS, b"z,x,y", (), ((1, "", fields(3)),))
    yield one_file("a separator of a thousand fields", PAIRS, b"," * 999, (), ((1, "", fields(1000)),))


def _quotes() -> Iterator[Case]:
    yield one_file("an unclosed quote", PAIRS, b'1,x\n2,"y\n3,z', ((1, "x"), (3, "z")), ((2, "", UNCLOSED),))
    yield one_file("an unclosed quote in the last line", PAIRS, b'1,x\n2,"y', ((1, "x"),), ((2, "", UNCLOSED),))
    yield one_file("a quote alone", PAIRS, b'"\n1,x', ((1, "x"),), ((1, "", UNCLOSED),))
    yield one_file("three quotes", PAIRS, b'1,"""\n2,y', ((2, "y"),), ((1, "", UNCLOSED),))
    yield one_file("four quotes", PAIRS, b'1,""""', ((1, '"'),))
    yield one_file("an escaped quote", PAIRS, b'1,"x\\"y"\n2,z', ((2, "z"),), ((1, "", AFTER),))
    yield one_file("text after a quote", PAIRS, b'1,"x"y\n2,z', ((2, "z"),), ((1, "", AFTER),))
    yield one_file("a blank after a quote", PAIRS, b'"1" ,x\n2,z', ((2, "z"),), ((1, "", AFTER),))
    yield one_file("a blank before a quote", PAIRS, b'1, "x,y"\n2, "z"', ((2, ' "z"'),), ((1, "", fields(3)),))
    yield one_file("a quote inside", PAIRS, b'1,5" pipe\n2,x"', ((1, '5" pipe'), (2, 'x"')))
    yield one_file("a separator in quotes", PAIRS, b'1,"x,y"\n"2","z"', ((1, "x,y"), (2, "z")))
    yield one_file(
        "a line end in quotes", PAIRS, b'1,"x\ny"\n2,z', ((2, "z"),), ((1, "", UNCLOSED), (2, "", fields(1)))
    )
    yield one_file("nothing in quotes", PAIRS, b'1,""\n"",x\n3,', ((1, ""), (3, None)), ((2, "a", "not of type int"),))
    yield one_file("an unclosed quote and too few fields", PAIRS, b'"1,x', (), ((1, "", UNCLOSED),))


def _dialects() -> Iterator[Case]:
    yield one_file(
        "tabs, apostrophes, NA",
        TABS,
        b"1\t'x\ty'\nNA\tNA\n3\t'NA'\n4\t",
        ((1, "x\ty"), (None, None), (3, "NA"), (4, "")),
    )
    yield one_file("an empty cell that is not null", TABS, b"\tx", (), ((1, "a", "not of type int"),))
    yield one_file(
        "null with blanks", TABS, b" NA\tx\nna\ty", (), ((1, "a", "not of type int"), (2, "a", "not of type int"))
    )
    yield one_file("null in quotes", TABS, b"'NA'\tx", (), ((1, "a", "not of type int"),))
    yield one_file("quotes of another kind", TABS, b"1\t\"x\n2\t'y", ((1, '"x'),), ((2, "", UNCLOSED),))
    yield one_file(
        "nothing is quoted", UNQUOTED, b'1,"x\n2,"y"\n3,"x,y"', ((1, '"x'), (2, '"y"')), ((3, "", fields(3)),)
    )


def _multiline() -> Iterator[Case]:
    yield one_file("a line end in a cell", LINES, b'1,"x\ny"\n2,z', ((1, "x\ny"), (2, "z")))
    yield one_file(
        "all line ends in a cell",
        LINES,
        b'1,"x\r\ny\rz\n\n"\r\nq,z',
        ((1, "x\r\ny\rz\n\n"),),
        ((6, "a", "not of type int"),),
    )
    yield one_file(
        "a record stands where it begins",
        LINES,
        b'1,x\nq,"y\nz"\n2,w',
        ((1, "x"), (2, "w")),
        ((2, "a", "not of type int"),),
    )
    yield one_file("lines of nothing between records", LINES, b'\n1,"\n\n"\n\n2,x\n', ((1, "\n\n"), (2, "x")))
    yield one_file("too few fields over lines", LINES, b'"x\ny"\n1,z', ((1, "z"),), ((1, "", fields(1)),))
    yield one_file("too many fields over lines", LINES, b'1,"x\ny","z\n"\n1,z', ((1, "z"),), ((1, "", fields(3)),))
    yield one_file(
        "no UTF-8 in the second line", LINES, b'1,"x\n\xff"\n1,z', ((1, "z"),), ((1, "", "not valid UTF-8"),)
    )
    yield one_file("NUL in the second line", LINES, b'1,"x\n\0"\n1,z', ((1, "z"),), ((1, "", "a NUL character"),))
    yield one_file(
        "a header, then a line end in a cell",
        NAMED_LINES,
        b'a,b\n1,"x\n"\nq,z',
        ((1, "x\n"),),
        ((4, "a", "not of type int"),),
    )
    yield one_file(
        "a bad line between line ends that would make one",
        ONE_LINES,
        b"\r\xff\n\n",
        ((None,), (None,)),
        ((2, "", "not valid UTF-8"),),
    )
    yield one_file(
        "a bad line among carriage returns",
        ONE_LINES,
        b'\r\r""x\r\r\n\r',
        ((None,), (None,), (None,), (None,)),
        ((3, "", AFTER),),
    )
    yield one_file("an empty last cell after a quoted one", STRINGS, b'"x","y"\n"x",', (("x", "y"), ("x", None)))
    yield one_file("one column over lines", ONE_LINES, b'"x\n\ny"\n\nz', (("x\n\ny",), (None,), ("z",)))


def _malformed_multiline() -> Iterator[Case]:
    yield one_file(
        "a quote that the file does not close",
        LINES,
        b'1,x\n2,"y\n3,z\n4,w\n',
        ((1, "x"), (3, "z"), (4, "w")),
        ((2, "", UNCLOSED),),
    )
    yield one_file(
        "quotes that mean something else each time",
        LINES,
        b'1,"x\n2,y""\n3,"""z',
        ((2, 'y""'),),
        ((1, "", AFTER), (3, "", UNCLOSED)),
    )
    yield one_file(
        "text after a quote in the next line",
        LINES,
        b'1,"x\ny"z\n2,w',
        ((2, "w"),),
        ((1, "", AFTER), (2, "", fields(1))),
    )
    yield one_file(
        "a quote closed by another record's", LINES, b'1,"x\n2,"y"\n3,z', ((2, "y"), (3, "z")), ((1, "", AFTER),)
    )
    yield one_file("a cell of just the length", SHORT_LINES, b'1,"45\n789\n1"\n2,x', ((1, "45\n789\n1"), (2, "x")))
    yield one_file(
        "a quote not closed within the length",
        SHORT_LINES,
        b'1,"45\n789\n12"\n2,x',
        ((2, "x"),),
        ((1, "", UNCLOSED), (2, "", fields(1)), (3, "", fields(1))),
    )
    yield one_file(
        "a record that is too long though its quotes close",
        SHORT_LINES,
        b'"1\n2",7890123\n2,x',
        ((2, "x"),),
        ((1, "", "longer than 12 bytes"),),
    )
    yield one_file(
        "a first line that is too long",
        SHORT_LINES,
        b'1,"4567890123\n"\n2,x',
        ((2, "x"),),
        ((1, "", "longer than 12 bytes"), (2, "", UNCLOSED)),
    )
    yield one_file(
        "no UTF-8 before an unclosed quote", LINES, b'\xff,"x\n2,y', ((2, "y"),), ((1, "", "not valid UTF-8"),)
    )
