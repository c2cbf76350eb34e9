"""What somebody else's CSV looks like: the right hint, and none where there is nothing to say."""

from pathlib import Path
from typing import Any

import pytest

from hotset import Dataset
from hotset.columnar.dialect import hints_for_rejects, recognise_dialect

ROOT = Path(__file__).parents[2]
CSV = Dataset("a string", format="csv")


def options(head: bytes, **facts: Any) -> list[str]:
    return [hint.option for hint in recognise_dialect(head, Dataset("a string", **{"format": "csv", **facts}))]


HINTED = {
    "semicolons": ("city;temp\nBern;1\nBern;2\n", ["--separator ';'"]),
    "semicolons and decimal commas": ("city;temp\nBern;1,5\nBern;2,5\n", ["--separator ';'", "--decimal-comma"]),
    "tabs": ("k\tv\na\t1\na\t2\n", [r"--separator '\t'"]),
    "bars": ("k|v|w\na|1|x, y\nb|2|z\n", ["--separator '|'"]),
    "a semicolon beside commas in texts": ("name;note\na;x, y\nb;z\nc;u, v, w\n", ["--separator ';'"]),
    "a line sep=": ("sep=;\na;b\n1;2\n3;4\n", ["--skip 1", "--separator ';'"]),
    "a line sep= that says what is": ("sep=,\na,b\n1,2\n", ["--skip 1"]),
    "a title": ("Sales of 2023\n\nshop,n\na,1\nb,2\nc,3\n", ["--skip 2"]),
    "a title with empty cells": ("Sales of 2023,,\n,,\nshop,n,m\na,1,2\nb,2,3\n", ["--skip 2"]),
    "titles with a separator in one": ("Report of 2024\nBy: me, you\n\nk,v\na,1\nb,2\n", ["--skip 3"]),
    "a title above a table with a blank line": ("Sales\nk,v\na,1\n\nb,2\nc,3\n", ["--skip 1"]),
    "a minus for null": ("id,n\na,1\nb,-\nc,3\n", ["--null=-"]),
    "comments": ("# made by hand\n# on a Monday\nk,v\na,1\nb,2\nc,3\nd,4\n", ["--skip 2"]),
    "comments with commas": ("# by hand, on a Monday, late\nk,v\na,1\nb,2\nc,3\n", ["--skip 1"]),
    "comments above one column": ("# made by hand\nk\na\nb\n", ["--skip 1"]),
    "a blank first line": ("\nday,n\n2024-01-01,3\n2024-01-01,4\n", ["--skip 1"]),
    "blank first lines above one column": ("\n\nday\n2024-01-01\n", ["--skip 2"]),
    "line ends in quotes": ('id,note,v\n1,"first line\nsecond line",5\n2,plain,7\n', ["--multiline"]),
    "blank lines in quotes": ('id,note\n1,"a\n\n, b"\n2,"c"\n3,d\n', ["--multiline"]),
    "thousands": ('shop,sales\na,"1,234"\na,"2,000"\nb,17\n', [""]),
    "thousands of Switzerland": ("shop,sales\na,1'234.50\nb,17\n", [""]),
    "decimal commas in quotes": ('shop,share\na,"1,5"\nb,"22,25"\nc,7\n', ["--decimal-comma"]),
    "points between thousands": ("a;b\nx;1.234,56\ny;7,00\n", ["--separator ';'", "--decimal-comma"]),
    "single quotes": ("a,b\n'x, y','1'\n'z','2'\n", ["--quote \"'\""]),
    "single quotes around plain words": ("a,b\n'x',1\n'z',2\n", ["--quote \"'\""]),
    "no names": ("1,2.5,3\n4,5.5,6\n7,8,9\n", ["--no-header"]),
    "no names but a fraction": ("5.1,3.5,setosa\n4.9,3.0,setosa\n", ["--no-header"]),
    "NA": ("id,n\na,1\nb,NA\nc,3\n", ["--null NA"]),
    "NA beside empty cells": ("id,n\na,1\nb,NA\nc,\n", ["--null '' --null NA"]),
    "several texts for null": ("id,n,d\na,1,-\nb,NULL,2024-01-01\n", ["--null NULL --null=-"]),
    "texts of Excel": ('id,n\n="001",1\n="002",2\n', [""]),
    "carriage returns": ("k;v\ra;1\rb;2\r", ["--separator ';'"]),
}  # fmt: skip


@pytest.mark.parametrize("case", HINTED)
def test_a_file_that_is_written_in_another_way_is_recognised(case: str) -> None:
    text, wanted = HINTED[case]

    assert options(text.encode()) == wanted


SILENT = {
    "nothing": "",
    "names alone": "a,b\n",
    "one row": "a,b\n1,2\n",
    "one column": "name\nBern\nGenf\n",
    "one column of sentences": "note\nwell; yes\nno, not really; no\nperhaps\n",
    "quotes": 'a,b\n"x, y",1\n"say ""a""",2\n',
    "apostrophes": "a,b\n'tis,1\nO'Neill,2\ndogs',3\n",
    "years as names": "2019,2020,2021\n1,2,3\n4,5,6\n",
    "years beside a name": "country,2019,2020\nx,1,2\ny,3,4\n",
    "dates as names": "country,2020-01-22,2020-01-23\nx,1,2\ny,3,4\n",
    "NA for Namibia": "country,code\nNamibia,NA\nNorway,NO\n",
    "a minus among words": "grade,n\nA,1\n-,2\nB,3\n",
    "quoted NA": 'a,n\nx,"NA"\ny,1\n',
    "semicolons in a text": "a,b\nx;y,1\nz;u,2\n",
    "a bar in a text": "a,b\nx|y,1\nz|u,2\n",
    "numbers in a text": "a,b\nx,\"about 1,234\"\ny,\"1,234 or so\"\n",
    "a name with a hash": "#chrom,start\nchr1,5\nchr2,7\n",
    "ragged rows": "a,b,c\n1,2\n1,2,3\n1,2,3,4\n1\n",
    "a comma at the end of rows": "a,b\n1,2,\n3,4,\n",
    "an unclosed quote": 'a,b\n1,"x\n2,y\n3,z\n',
    "inches": 'a,b\n5" pipe,1\n6" pipe,2\n',
    "empty columns": "a,b,c\n1,,\n2,,\n",
    "times": "t,x\n2024-01-01 10:00,1.5\n2024-01-01 11:00,2.5\n",
    "times with commas in quotes": 't,x\n"Jan 5, 2024",1\n"Jan 6, 2024",2\n',
    "coordinates": 'place,at\nx,"47.5,8.5"\ny,"46.2,7.1"\n',
    "prose": "It was a dark night, and the rain fell.\nNobody came; nobody called.\nThen, at last, a light.\n",
    "letters of UTF-8": "name,n\nJosé,1\n한글,2\n",
}  # fmt: skip


@pytest.mark.parametrize("case", SILENT)
def test_nothing_is_said_where_there_is_nothing_to_say(case: str) -> None:
    assert recognise_dialect(SILENT[case].encode(), CSV) == []


@pytest.mark.parametrize("path", sorted((ROOT / "data").rglob("*.csv")), ids=lambda path: path.name)
@pytest.mark.parametrize("size", [300, 4096, 65536])
def test_nothing_is_said_of_the_data_that_comes_with_hotset(path: Path, size: int) -> None:
    assert recognise_dialect(path.read_bytes()[:size], CSV) == []


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("name,n\nJosé,1\nZoë,2\n".encode("cp1252"), ["--encoding cp1252"]),
        ("name;n\nJosé;1\n".encode("cp1252"), ["--encoding cp1252", "--separator ';'"]),
        ("name,n\nJosé,1\n".encode("utf-16"), ["--encoding utf-16"]),
        ("name,number\nJose,1\nZoe,22\n".encode("utf-16-le"), ["--encoding utf-16le"]),
        ("name,number\nJose,1\nZoe,22\n".encode("utf-16-be"), ["--encoding utf-16be"]),
        ("name,number\nJose,1\nZoe,22\n".encode("utf-32-le"), ["--encoding utf-32le"]),
        ("name,number\nJose,1\nZoe,22\n".encode("utf-32-be"), ["--encoding utf-32be"]),
        ("name\tn\nJosé\t1\nZ\t2\n".encode("utf-32"), ["--encoding utf-32", r"--separator '\t'"]),
        ("name,n\nJosé,1\nZ".encode()[:-2] + "é".encode()[:1], []),
        ("name,n\nJosé,1\n".encode() + b"Zo\xeb,2\n", []),
        ("имя,число\nИван,1\n".encode("koi8-r"), []),
        (b"a,b\n\x81\x8d,1\n", []),
        ("\ufeffname,n\nJosé,1\n".encode(), []),
    ],
)
def test_encodings_are_told_where_that_is_safe(head: bytes, wanted: list[str]) -> None:
    assert options(head) == wanted


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("city;temp\nBern;1,5\nBern;2,5\n", {"separator": ";", "decimal_comma": True}),
        ("sep=;\na;b\n1;2\n3;4\n", {"separator": ";", "skip": 1}),
        ("Sales\n\nshop,n\na,1\nb,2\nc,3\n", {"skip": 2}),
        ('id,note\n1,"a\nb"\n2,c\n', {"multiline": True}),
        ("a,b\n'x, y','1'\n'z','2'\n", {"quote": "'"}),
        ("1,2.5,3\n4,5.5,6\n", {"header": False}),
        ("id,n\na,1\nb,NA\nc,-\n", {"null": ("", "NA", "-")}),
    ],
)
def test_what_is_declared_is_not_said_again(text: str, facts: dict[str, Any]) -> None:
    assert options(text.encode(), **facts) == []


@pytest.mark.parametrize(
    ("head", "seen"),
    [
        (b"k,v\ncaf\xe9,1\nb,2\n", "'café,1'"),
        (b"k,v\r\ncaf\xe9\r\nb;2\r\n", "'café'"),
        (b"k,v\ra fairly long na\xefve text,1\rb,2\r", "'ly long naïve text,1'"),
    ],
)
def test_a_hint_on_the_encoding_shows_the_place(head: bytes, seen: str) -> None:
    assert recognise_dialect(head, CSV)[0].sentence == f"it is not UTF-8; as cp1252 it says {seen}"


def test_a_hint_says_what_was_seen() -> None:
    (hint,) = recognise_dialect(b'shop,sales\na,"1,234"\nb,17\n', CSV)

    assert hint.sentence == (
        "column 'sales' has marks between thousands, as in '1,234', so it is no number here; write it without them, "
        "or read it with --decimal-comma if it is one and some thousandths"
    )


@pytest.mark.parametrize(
    ("reasons", "facts", "wanted"),
    [
        ({"unclosed quote"}, {}, ["--multiline"]),
        ({"unclosed quote"}, {"multiline": True}, []),
        ({"not valid UTF-8", "not of type int"}, {}, ["--encoding cp1252"]),
        ({"not valid cp1252"}, {"encoding": "cp1252"}, []),
        ({"2 fields, expected 3"}, {}, []),
        ({"unclosed quote"}, {"format": "json"}, []),
    ],
)
def test_rejected_records_give_hints_too(reasons: set[str], facts: dict[str, Any], wanted: list[str]) -> None:
    dataset = Dataset("a string", **{"format": "csv", **facts})

    assert [hint.option for hint in hints_for_rejects(reasons, dataset)] == wanted
