"""Headers of CSV that are not the declared columns, also in one of a hundred files; columns that are new or missing."""

from collections.abc import Iterator
from dataclasses import replace

from faults.reading.cases.case import Case, Expected, one_file, refused
from hotset import Dataset

NAMED = Dataset("id int, name string, size double", format="csv")
QUOTED = replace(NAMED, separator=";", quote="'")
IGNORING = replace(NAMED, on_new="ignore")
DEFAULTS = replace(NAMED, defaults={"size": 1.5, "name": "nobody"})
ALL_DEFAULTS = replace(IGNORING, defaults={"id": 1, "name": "", "size": 0.0})
LINES = replace(NAMED, multiline=True)
ONE = Dataset("id int", format="csv")

BAD_HEADERS = {
    "another order": b"name,id,size",
    "another name": b"id,title,size",
    "another case": b"ID,name,size",
    "a name twice": b"id,id,size",
    "one twice besides": b"id,name,size,id",
    "one missing": b"id,name",
    "one new": b"id,name,size,colour",
    "one new in front": b"row,id,name,size",
    "a blank beside a name": b"id, name,size",
    "a blank at the end": b"id,name,size ",
    "a separator at the end": b"id,name,size,",
    "another separator": b"id;name;size",
    "no header at all": b"1,x,2.5",
    "a line of nothing": b"",
    "a comment": b"# made by a machine\nid,name,size",
    "an unclosed quote": b'id,"name,size',
    "text after a quote": b'id,"name"s,size',
    "no UTF-8": b"id,name,size\xff",
    "a NUL": b"id,name,size\0",
    "a byte-order mark inside": b"id,\xef\xbb\xbfname,size",
    "look-alike letters": "іd,name,size".encode(),  # a Cyrillic i
    "no-break space": "id,name,size\u00a0".encode(),
}


def cases() -> Iterator[Case]:
    for what, header in BAD_HEADERS.items():
        yield refused(f"header: {what}", NAMED, header + b"\n1,x,2.5\n", 4)
    yield refused("header: another order, multiline", LINES, b"name,id,size\nx,1,2\n", 4)
    yield _one_of_a_hundred(b"name,id,size\nx,1,2\n")
    yield _one_of_a_hundred(b"id,name,size,more\n1,x,2,3\n")
    yield from _headers_that_will_do()
    yield from _new_and_missing()


def _one_of_a_hundred(content: bytes) -> Case:
    files = {f"part-{number:03}.csv": b"id,name,size\n1,x,2\n" for number in range(100)}
    files["part-061.csv"] = content
    return Case(f"one bad header among a hundred files: {content[:12]!r}", NAMED, files, refused=(4, "part-061.csv"))


def _headers_that_will_do() -> Iterator[Case]:
    row, bad = (1, "x", 2.5), ((3, "id", "not of type int"),)
    yield one_file("header in quotes", NAMED, b'"id","name",size\n1,x,2.5\nq,,\n', (row,), bad)
    yield one_file("header with carriage returns", NAMED, b"id,name,size\r\n1,x,2.5\r\nq,,\r\n", (row,), bad)
    yield one_file("header in quotes of another kind", QUOTED, b"id;'name';size\n1;x;2.5\nq;;\n", (row,), bad)
    yield one_file(
        "header again",
        NAMED,
        b"id,name,size\n1,x,2.5\nid,name,size\n",
        (row,),
        (*bad, (3, "size", "not of type double")),
    )
    yield one_file("header alone", NAMED, b"id,name,size")
    yield one_file("header and lines of nothing", NAMED, b"id,name,size\n\n\n")
    yield one_file("header of one column", ONE, b"id\n\n7\nq\n", ((None,), (7,)), ((4, "id", "not of type int"),))
    files = {"a.csv": b"id,name,size\n1,x,2.5\n", "b.csv": b"", "c.csv": b"id,name,size\n\nq,x,\n"}
    faults = frozenset({Expected("c.csv", 3, "id", "not of type int")})
    yield Case("a header in each file but an empty one", NAMED, files, (row,), faults)


def _new_and_missing() -> Iterator[Case]:
    yield one_file(
        "new columns ignored",
        IGNORING,
        b"more,id,name,other,size\nq,1,x,,2.5\nr,2,y,z\n",
        ((1, "x", 2.5),),
        ((3, "", "4 fields, expected 5"),),
    )
    yield one_file(
        "no new column to ignore",
        IGNORING,
        b"id,name,size\n1,x,2.5\n1,x,2.5,\n",
        ((1, "x", 2.5),),
        ((3, "", "4 fields, expected 3"),),
    )
    yield refused("a column missing beside new ones", IGNORING, b"id,more,size\n1,x,2.5\n", 4)
    yield refused("a declared column twice beside new ones", IGNORING, b"id,name,size,name\n1,x,2.5,y\n", 4)
    yield refused("another order beside new ones", IGNORING, b"name,more,id,size\nx,,1,2.5\n", 4)
    yield one_file(
        "a default for a missing column",
        DEFAULTS,
        b"id,name\n1,x\n2,\nq,y\n",
        ((1, "x", 1.5), (2, None, 1.5)),
        ((4, "id", "not of type int"),),
    )
    yield one_file("two defaults", DEFAULTS, b"id\n1\n\n", ((1, "nobody", 1.5), (None, "nobody", 1.5)))
    yield one_file("a default that is not needed", DEFAULTS, b"id,name,size\n1,,\n", ((1, None, None),))
    yield refused("no declared column, though each has a default", ALL_DEFAULTS, b"more\n1\n", 4)
    yield refused("a missing column without a default", DEFAULTS, b"name,size\nx,2.5\n", 4)
    yield refused("defaults do not excuse another order", DEFAULTS, b"name,id\nx,1\n", 4)
