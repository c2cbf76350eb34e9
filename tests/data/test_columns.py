"""Names of columns: told from each other, kept apart, and few in a message."""

import pytest
from pyspark.sql.types import ArrayType, DataType, IntegerType, MapType, StringType, StructType

from hotset import Dataset
from hotset.data.columns import ddl, differing, differing_in_case, type_text, unlike
from hotset.naming import listed


def struct(*names: str, kind: DataType | None = None) -> StructType:
    found = StructType()
    for name in names:
        found = found.add(name, kind or IntegerType())
    return found


@pytest.mark.parametrize(
    ("kind", "pairs"),
    [
        (struct("Id", "ID"), [("Id", "ID")]),
        (struct("id", "v", "iD", "ID"), [("id", "iD"), ("id", "ID")]),
        (struct("한국", "Straße", "STRASSE"), [("Straße", "STRASSE")]),
        (struct("k", "\u212a"), [("k", "\u212a")]),  # the sign of kelvin
        (struct("s", kind=struct("a", "A")), [("a", "A")]),
        (struct("l", kind=ArrayType(struct("x.y", "X.Y"))), [("x.y", "X.Y")]),
        (struct("m", kind=MapType(StringType(), struct("b", "B"))), [("b", "B")]),
        (struct("m", kind=MapType(struct("c", "C"), StringType())), [("c", "C")]),
        (struct("a", "s", kind=struct("A", "S")), []),
        (struct("id", "id ", "i d", "ıd"), []),
    ],
)
def test_names_that_differ_in_case_only_are_found_at_any_depth(kind: DataType, pairs: list[tuple[str, str]]) -> None:
    assert list(dict.fromkeys(differing_in_case(kind))) == pairs


def test_types_are_written_so_that_they_are_read_again() -> None:
    kind = struct("x.y", "b`c", "select", kind=ArrayType(struct("p q", "한")))
    inner = "array<struct<`p q`:int,`한`:int>>"

    assert type_text(kind) == f"struct<`x.y`:{inner},`b``c`:{inner},select:{inner}>"
    assert ddl({"m": MapType(StringType(), struct("a:b")), "n": "int"}) == "`m` map<string,struct<`a:b`:int>>, `n` int"


@pytest.mark.usefixtures("spark")
def test_a_struct_of_any_names_is_read_again_from_its_text() -> None:
    names = [
        "x.y",
        "b`c",
        "select",
        "null",
        "struct",
        "NOT",
        "join",
        "1",
        "_1",
        "a:b",
        ">",
        ",",
        " ",
        "눈",
        "timestamp",
    ]

    assert Dataset(ddl({"s": ArrayType(struct(*names))})).schema()["s"].dataType == ArrayType(struct(*names))


@pytest.mark.parametrize(
    ("name", "names", "expected"),
    [("__raw", ["a"], "__raw"), ("__raw", ["__RAW", "___raw"], "____raw"), ("x", [], "x")],
)
def test_a_name_of_ours_is_unlike_all_others(name: str, names: list[str], expected: str) -> None:
    assert unlike(name, names) == expected


MANY = [f"column_{number:04}" for number in range(3_000)]


@pytest.mark.parametrize(
    ("names", "wanted", "expected"),
    [
        (["a", "b"], "", "a, b"),
        (["a", "b"], "c", "a, b"),
        (["ID", "b"], "id", "ID, b; 'ID' differs in case only"),
        (["ID", "iD"], "id", "ID, iD; 'ID', 'iD' differs in case only"),
        (MANY, "", "column_0000, column_0001, column_0002, column_0003, column_0004 and 2,995 more"),
        (MANY, "zz", "column_0000, column_0001, column_0002, column_0003, column_0004 and 2,995 more"),
        ([*MANY, "Price"], "price", "Price and 3,000 more; 'Price' differs in case only"),
    ],
)
def test_a_message_lists_few_names(names: list[str], wanted: str, expected: str) -> None:
    assert listed(names, wanted) == expected


def test_of_many_names_the_most_alike_are_listed() -> None:
    assert listed(MANY, "colum_1234").startswith("column_1234, ")
    assert len(listed(MANY, "column_12345")) < 200


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (["a", "b"], ["a", "c"], ("a, b", "a, c")),
        (["a"], [], ("a", "")),
        (MANY, [*MANY[:2990], "x", *MANY[2991:]], (f"(2,990 alike) {', '.join(MANY[2990:])}", None)),
        (MANY, MANY[:-1], ("(2,999 alike) column_2999", "(2,999 alike) ")),
        (MANY, ["x", *MANY], (f"{', '.join(MANY[:20])} and 2,980 more", None)),
    ],
)
def test_two_lists_are_told_from_their_first_difference_on(
    one: list[str], other: list[str], expected: tuple[str, str | None]
) -> None:
    found = differing(one, other)

    assert found[0] == expected[0]
    assert expected[1] is None or found[1] == expected[1]
    assert max(map(len, found)) < 400


def test_names_that_one_cannot_see_stand_in_quotes() -> None:
    names = ["k", "\ufeffk", " v", "w ", "a\0", "", "눈 사람"]

    assert listed(names) == "k, '\\ufeffk', ' v', 'w ', 'a\\x00', '', 눈 사람"
    assert differing(["k", "v"], ["k\0", "v"]) == ("k, v", "'k\\x00', v")
