"""The fuzz campaign's own machinery: the same chunk twice, and inputs made small."""

from collections.abc import Mapping

from faults.reading.fuzz import make_chunk
from faults.reading.shrink import smallest


def test_a_chunk_is_made_again_by_its_seed_and_number() -> None:
    first, again, other = make_chunk(7, 3), make_chunk(7, 3), make_chunk(8, 3)

    assert (first.subject.dataset, first.files) == (again.subject.dataset, again.files)
    assert first.files != other.files


def test_smallest_leaves_out_files_lines_and_bytes_that_do_not_matter() -> None:
    files = {f"{number}.csv": b"a,b\r\n" * 50 + b"\n" for number in range(8)}
    files["5.csv"] = b"a,b\n" * 70 + b"1,x\xffy,2\r" + b"c,d\n" * 30

    def disagree(some: Mapping[str, bytes]) -> str:
        return "differ" if any(b"\xff" in content for content in some.values()) else ""

    assert smallest(files, disagree) == {"5.csv": b"\xff"}


def test_smallest_keeps_what_matters_only_together() -> None:
    files = {"a.csv": b"x,1\n" * 5, "b.csv": b"y,1\n" * 5, "c.csv": b"z,1\n"}

    def disagree(some: Mapping[str, bytes]) -> str:
        return "differ" if b"x" in some.get("a.csv", b"") and b"y" in some.get("b.csv", b"") else ""

    assert smallest(files, disagree) == {"a.csv": b"x", "b.csv": b"y"}
