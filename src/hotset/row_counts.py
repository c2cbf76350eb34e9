"""The one account of rows: how many were read of an input, how many of them are good, how many were rejected."""

from dataclasses import dataclass, fields

from hotset.errors import DataError


@dataclass
class RowCounts:
    """Rows of an input, or of a part of one, as far as it was read. Blank lines are no rows."""

    read: int = 0
    good: int = 0
    rejected: int = 0
    blanks: int = 0
    invalid_utf8: int = 0  # lines in which U+FFFD stands for what is no UTF-8

    @classmethod
    def all_good(cls, rows: int, invalid_utf8: int = 0) -> "RowCounts":
        """Rows of which none can be rejected."""
        return cls(rows, rows, invalid_utf8=invalid_utf8)

    def __add__(self, other: "RowCounts") -> "RowCounts":
        return RowCounts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def reject(self, rows: int) -> "RowCounts":
        """The same account when so many of the good rows turn out to be none."""
        return RowCounts(self.read, self.good - rows, self.rejected + rows, self.blanks, self.invalid_utf8)

    def check(self, of: str) -> None:
        """Raises DataError when a row of the input was neither kept nor rejected, or was both."""
        if self.read != self.good + self.rejected:
            raise DataError(
                f"the books of {of} do not balance: {self.read:,} rows read, {self.good:,} good and "
                f"{self.rejected:,} set aside; nothing was published, please report it"
            )
