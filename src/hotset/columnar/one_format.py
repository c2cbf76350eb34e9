"""The format of files that nobody has named one for: each says it by its first bytes or its name, and all the same."""

from hotset.data.dataset import Format
from hotset.data.kinds import kind_of
from hotset.data.listing import InputFile, Listing
from hotset.data.suffixes import FORMATS, format_of
from hotset.errors import UsageError

BINARY: dict[str | None, Format] = {"Parquet": "parquet", "ORC": "orc"}


def format_of_files(listing: Listing, first: InputFile) -> Format:
    """That of the file that is looked at, and of all others. Raises UsageError where one does not say it."""
    kind = _format(first)
    for file in listing.files:
        if file.size_bytes and format_of(file.path) != kind and (other := _format(file)) != kind:
            raise UsageError(
                f"files of one input have one format, got {kind} in {first.path} and {other} in {file.path}; "
                f"name those that are meant"
            )
    return kind


def _format(file: InputFile) -> Format:
    """By the first bytes, or the suffix below that of a compression."""
    found = BINARY.get(kind_of(file.path)) or format_of(file.path)
    if found is None:
        known = ", ".join(FORMATS)
        raise UsageError(f"cannot tell the format of {file.path}; give it a suffix ({known}), or leave it out")
    return found
