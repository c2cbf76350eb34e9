"""What a run puts up with in its inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotset.data.listing import Listing
from hotset.errors import InputError, UsageError
from hotset.units import Share


@dataclass(frozen=True)
class Limits:
    """What a run puts up with: this many bad rows, or this share of them; and inputs without a record."""

    max_bad: Share = Share("0")
    on_empty: str = "fail"

    def __post_init__(self) -> None:
        if self.on_empty not in ("fail", "ok"):
            raise UsageError(f"--on-empty is fail or ok, got {self.on_empty!r}")

    def check(self, listings: Mapping[tuple[str, ...], Listing]) -> None:
        """Raises InputError for an input that is empty as far as its files' sizes tell, unless that may be."""
        for paths, listing in listings.items():
            if not listing.size_bytes and self.on_empty == "fail":
                raise no_record(paths)

    def exceeded(self, bad: int, rows: int) -> bool:
        """Whether so many bad rows, of all rows, are too many."""
        return self.max_bad.exceeded(bad, rows)


def no_record(paths: Sequence[str]) -> InputError:
    """The error for an input without any."""
    return InputError(f"no record in {', '.join(paths)}; give another input, or take it with --on-empty ok")
