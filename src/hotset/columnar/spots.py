"""A few texts from all over an input, to guess types by, as the driver reads them: by the reader of all of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from hotset.columnar.blocks import Slice, line_start
from hotset.columnar.exact import Fault
from hotset.columnar.faults import Unheard
from hotset.columnar.fields import fields_of
from hotset.columnar.json_values import Members, read_object
from hotset.columnar.layout import Layout
from hotset.columnar.pieces import lines_of
from hotset.columnar.records import Records
from hotset.data.dataset import Dataset
from hotset.data.encoding import can_be_cut
from hotset.data.listing import InputFile, Listing
from hotset.data.suffixes import is_compressed
from hotset.errors import InputError

HEAD_BYTES = 1024**2  # of the largest file
SPOTS = 15  # further places, evenly through all files
SPOT_BYTES = 64 * 1024


@dataclass(frozen=True)
class Spot:
    """Whole lines of a file; of which only about `most_bytes` are looked at."""

    part: Slice
    most_bytes: int


def spots(listing: Listing, dataset: Dataset) -> Iterator[Spot]:
    """The head of the largest file, the heads of others, and places inside of them. Raises InputError."""
    files = [file for file in listing.files if file.size_bytes]
    if not files:
        return
    largest = max(files, key=lambda file: file.size_bytes)
    yield _spot(largest, 0, HEAD_BYTES, dataset)
    seen = {(largest.path, 0)}
    for file, position in _positions(files):
        if file is largest and position < HEAD_BYTES:
            continue
        position = position if _may_begin_inside(file, dataset) else 0
        if (file.path, position) not in seen:
            seen.add((file.path, position))
            yield _spot(file, position, SPOT_BYTES, dataset)


def sample_rows(listing: Listing, layout: Layout) -> pa.Table:
    """Well-formed records of CSV, in the types of the layout. Raises InputError and SchemaError."""
    batches = []
    for spot in spots(listing, layout.dataset):
        part = replace(spot.part, fields=fields_of(spot.part.file, layout))
        left = spot.most_bytes
        for batch in Records((part,), layout, Unheard()).batches():
            batches.append(batch)
            left -= batch.nbytes
            if left <= 0:
                break
    return pa.Table.from_batches(batches, layout.schema)


def sample_objects(listing: Listing, dataset: Dataset) -> list[Members]:
    """Lines of JSON that are objects. Raises InputError."""
    objects = []
    for spot in spots(listing, dataset):
        left = spot.most_bytes
        for piece in lines_of(spot.part):
            for line in piece.splitlines():
                try:
                    objects.append(read_object(line, dataset))
                except Fault:  # the reading finds it
                    continue
            left -= len(piece)
            if left <= 0:
                break
    return objects


def _positions(files: list[InputFile]) -> Iterator[tuple[InputFile, int]]:
    """The heads of a few files, and places evenly through the bytes of all."""
    yield from ((file, 0) for file in files[:SPOTS])
    total = sum(file.size_bytes for file in files)
    for number in range(1, SPOTS + 1):
        position = total * number // (SPOTS + 1)
        for file in files:
            if position < file.size_bytes:
                yield file, position
                break
            position -= file.size_bytes


def _may_begin_inside(file: InputFile, dataset: Dataset) -> bool:
    """Whether a line end in the midst of the file is surely the end of a record."""
    return not is_compressed(file.path) and not dataset.multiline and can_be_cut(dataset.encoding)


def _spot(file: InputFile, position: int, size: int, dataset: Dataset) -> Spot:
    if not _may_begin_inside(file, dataset):
        return Spot(Slice.whole(file, dataset.encoding), size)
    try:
        with file.path.open("rb") as content:
            start = line_start(content, position, file.size_bytes) if position else 0
            end = line_start(content, min(start + size, file.size_bytes), file.size_bytes)
    except OSError as why:
        raise InputError(f"cannot read {file.path}: {why.strerror}") from None
    return Spot(Slice(file, start, end, end - start, encoding=dataset.encoding), size)
