"""What names of directories say, and below which directory they are listened to."""

import os
from pathlib import Path

import pytest

from hotset.data.listing import list_inputs
from hotset.data.partitions import partition_of


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("day=2026-01-31/part-0", {"day": "2026-01-31"}),
        ("part-0", {}),
        ("day=1/a=b.csv", {"day": "1"}),
        ("day=1/plain/hour=2/x", {"day": "1", "hour": "2"}),
        ("a=b=c/x", {"a": "b=c"}),
        ("a=/x", {"a": ""}),
        ("=a/x", {}),
        ("=/x", {}),
        ("a=__HIVE_DEFAULT_PARTITION__/x", {"a": None}),
        ("a%2Fb=c%20d%3D/x", {"a/b": "c d="}),
        ("a=%ED%95%9C%EA%B5%AD/x", {"a": "한국"}),
        ("한국=눈/x", {"한국": "눈"}),
        ("a=100%/x", {"a": "100%"}),
        ("a=%FF/x", {"a": "%FF"}),
        ("a=1/a=2/x", {"a": "2"}),
        ("Day=1/day=2/x", {"Day": "1", "day": "2"}),
        ("[x] =1;2/x", {"[x] ": "1;2"}),
    ],
)
def test_a_directory_says_name_and_value(path: str, expected: dict[str, str | None]) -> None:
    assert partition_of(path) == expected


INPUTS = [
    (("run=7/in.csv",), {}),
    (("run=7",), {}),
    (("run=7/days",), {"day": "1"}),
    (("run=7/days/day=1",), {}),
    (("run=7/*.csv",), {}),
    (("run=*/in.csv",), {"run": "7"}),
    (("run=[78]/in.csv",), {"run": "7"}),
    (("run=7/days/*",), {"day": "1"}),
    (("run=7/days/day=*/*.csv",), {"day": "1"}),
    (("run=7/days/**/*.csv",), {"day": "1"}),
    (("run=7/days/day=1/x.*",), {}),
    (("run=7/days", "run=7/days/day=1/x.csv"), {"day": "1"}),
    (("run=7/days/day=1/x.csv", "run=7/days"), {"day": "1"}),
    (("latest",), {}),
    (("linked",), {"day": "9"}),
]


@pytest.mark.parametrize(("paths", "expected"), INPUTS, ids=[" ".join(paths) for paths, _ in INPUTS])
def test_only_directories_below_the_input_that_was_named_count(
    tmp_path: Path, paths: tuple[str, ...], expected: dict[str, str]
) -> None:
    root = tmp_path / "root=1"
    (root / "run=7" / "days" / "day=1").mkdir(parents=True)
    (root / "linked").mkdir()
    (root / "run=7" / "in.csv").write_text("n\n1\n")
    (root / "run=7" / "days" / "day=1" / "x.csv").write_text("n\n1\n")
    (root / "latest").symlink_to("run=7/days/day=1")
    (root / "linked" / "day=9").symlink_to("../run=7/days/day=1")

    listing = list_inputs([os.fspath(root / path) for path in paths])

    whole = [path for path in paths if path == "run=7"]
    assert [file.partition for file in listing.files if not whole or file.path.name == "in.csv"] == [expected]
