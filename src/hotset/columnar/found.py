"""What a reader finds in a piece: good rows, and faults."""

from dataclasses import dataclass

import pyarrow as pa

from hotset.columnar.csv_structure import Spans

LONGEST_RAW_BYTES = 64 * 1024
BATCH_ROWS = 16 * 1024


@dataclass(frozen=True)
class Good:
    """Rows: their values, and if somebody has to know where they stand, the line of each and its text."""

    batch: pa.RecordBatch
    lines: pa.Int64Array | None = None
    raws: pa.StringArray | None = None

    @classmethod
    def of(cls, batch: pa.RecordBatch, piece: bytes, spans: Spans) -> "Good":
        """Rows that stand where `spans` says."""
        raws = [shown(piece[start:end]) for start, end in zip(spans.starts, spans.ends, strict=True)]
        return cls(batch, pa.array(spans.lines), pa.array(raws, pa.string()))


@dataclass(frozen=True)
class Bad:
    """One fault: of the record that begins on this line, from 0."""

    line: int
    raw: bytes
    column: str | None
    reason: str


def shown(raw: bytes) -> str:
    """The text of a record for the quarantine: its head, with bytes that are no UTF-8 as `\\xff`."""
    return raw[:LONGEST_RAW_BYTES].decode(errors="backslashreplace")
