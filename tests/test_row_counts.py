"""One account of rows: it adds up, and says so where it does not balance."""

import pytest

from hotset import DataError
from hotset.row_counts import RowCounts


def test_parts_add_up() -> None:
    parts = [RowCounts(5, 3, 2, 1, 1), RowCounts.all_good(4, invalid_utf8=2), RowCounts()]

    assert sum(parts, RowCounts()) == RowCounts(read=9, good=7, rejected=2, blanks=1, invalid_utf8=3)


def test_good_rows_that_are_rejected_after_all_are_still_rows() -> None:
    counts = RowCounts(5, 4, 1, 2, 3).reject(2)

    assert counts == RowCounts(5, 2, 3, 2, 3)
    counts.check("in.csv")


@pytest.mark.parametrize("counts", [RowCounts(3, 2, 0), RowCounts(3, 3, 1), RowCounts(0, 0, 1)])
def test_a_row_that_is_missing_or_there_twice_is_told(counts: RowCounts) -> None:
    with pytest.raises(DataError, match=r"the books of a\.csv do not balance: \d rows read, \d good and \d set aside"):
        counts.check("a.csv")
