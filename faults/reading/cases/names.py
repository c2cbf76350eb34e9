"""Names of files and directories, and inputs in which there is nothing."""

from collections.abc import Iterator
from dataclasses import replace

from faults.reading.cases.case import Case, Expected, one_file
from hotset import Dataset

PAIRS = Dataset("a int, b string", format="csv", header=False)
NAMED = Dataset("a int, b string", format="csv")
OBJECTS = Dataset("a int, b string", format="json")
BAD = b"1,x\nq,y\n"
FAULT = ((2, "a", "not of type int"),)

ODD_NAMES = {
    "a blank": "with blank.csv",
    "blanks at its ends": " x .csv",
    "braces": "{a,b}.csv",
    "brackets": "[a-z].csv",
    "a star": "a*.csv",
    "a question mark": "a?.csv",
    "a comma": "a,b.csv",
    "a per cent sign": "100%.csv",
    "an escaped slash": "a%2Fb.csv",
    "letters of other scripts": "daten-é-数据.csv",
    "decomposed letters": "e\u0301.csv",
    "a newline": "a\nb.csv",
    "a backslash": "a\\b.csv",
    "quotes": "a'\"b.csv",
    "a dollar and a brace": "${HOME}.csv",
    "a hash": "a#b.csv",
    "a plus sign": "a+b.csv",
    "an ampersand and a semicolon": "a&b;c.csv",
    "an equals sign": "a=b.csv",
    "a tab": "a\tb.csv",
    "an emoji": "\U0001f600.csv",
    "as many bytes as a name may have": "n" * 251 + ".csv",
    "no suffix": "part",
    "a suffix in capitals": "PART.CSV",
    "a tilde": "~root.csv",
    "a minus sign first": "-rf.csv",
}
HIDDEN = ("_SUCCESS", ".part.csv.crc", ".hidden.csv", "_temporary/part.csv", "part.csv._COPYING_", ".dir/part.csv")


def cases() -> Iterator[Case]:
    for what, name in ODD_NAMES.items():
        yield one_file(f"a name with {what}", PAIRS, BAD, ((1, "x"),), FAULT, file=name)
        if what in ("a blank", "a per cent sign", "a newline", "braces"):
            yield one_file(f"a directory with {what}", PAIRS, BAD, ((1, "x"),), FAULT, file=f"{name}/part.csv")
    faults = frozenset({Expected("part.csv", 2, "a", "not of type int")})
    files = {"part.csv": BAD} | dict.fromkeys(HIDDEN, b"never,read,this\n")
    yield Case("hidden and temporary names", PAIRS, files, ((1, "x"),), faults)
    yield from _nothing()
    yield from _nothing_is_refused()


def _nothing() -> Iterator[Case]:
    yield one_file("CSV of no bytes", PAIRS, b"")
    yield one_file("CSV with a header, of no bytes", NAMED, b"")
    yield one_file("JSON of no bytes", OBJECTS, b"")


def _nothing_is_refused() -> Iterator[Case]:
    for what, dataset, content in (
        ("CSV of no bytes", PAIRS, b""),
        ("a header alone", NAMED, b"a,b\n"),
        ("lines of nothing", PAIRS, b"\n\n"),
        ("JSON of no bytes", OBJECTS, b""),
        ("a byte-order mark alone", PAIRS, b"\xef\xbb\xbf"),
    ):
        yield _fails(f"{what}, under --on-empty fail", dataset, {f"input.{dataset.format}": content})
    yield _fails("many files without a record", NAMED, {"a.csv": b"", "b.csv": b"a,b", "c.csv": b"a,b\n\n"})
    yield Case("an empty directory", PAIRS, {}, refused=(3, "no file to read"))
    yield Case("only hidden names", PAIRS, dict.fromkeys(HIDDEN, BAD), refused=(3, "no file to read"))
    one = replace(PAIRS, longest_line_bytes=2)
    fault = frozenset({Expected("input.csv", 1, "", "longer than 2 bytes")})
    yield Case(
        "a record, though set aside, under --on-empty fail", one, {"input.csv": b"1,x"}, (), fault, on_empty="fail"
    )


def _fails(name: str, dataset: Dataset, files: dict[str, bytes]) -> Case:
    return Case(name, dataset, files, refused=(3, "no record"), on_empty="fail")
