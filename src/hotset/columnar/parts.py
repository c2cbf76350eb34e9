"""Write Parquet from the tasks themselves: each its own files, of which only those of tasks that count stay."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hotset.columnar.batches import Batches
from hotset.columnar.chunks import gathered, this_task
from hotset.columnar.kernel import Kernel
from hotset.data.writing import part_name
from hotset.errors import ClusterError

PARTS_DDL = "draft string, part string, rows bigint"
PARTS = pa.schema([("draft", pa.string()), ("part", pa.string()), ("rows", pa.int64())])
LOOKED_AT_ROWS = 64 * 1024
ROW_GROUP_ROWS = 1024**2
CODEC = "spark.sql.parquet.compression.codec"
CODECS = {"uncompressed": "none", "lz4_raw": "lz4"}  # that Arrow calls otherwise


@dataclass(frozen=True)
class PartWriter:
    """In a task: batches -> the names of files that hold them. A draft bears the attempt, so that no two meet."""

    directory: Path
    run_id: str
    schema: pa.Schema
    codec: str
    file_bytes: int

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        task, attempt = this_task().partitionId(), this_task().taskAttemptId()
        for number, table in enumerate(self._of_files(batches)):
            part = part_name(task, self.run_id, number, "parquet")
            draft = f".{part}.{attempt}"
            rows = self._write(self.directory / draft, table)
            yield pa.RecordBatch.from_pylist([{"draft": draft, "part": part, "rows": rows}], PARTS)

    def _of_files(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
        """The same rows as tables for a file each; one large batch may be several."""
        for table in gathered(batches, self.file_bytes):
            files = max(round(table.nbytes / self.file_bytes), 1)
            rows = -(-table.num_rows // files)
            yield from (table.slice(start, rows) for start in range(0, table.num_rows, rows))

    def _write(self, path: Path, table: pa.Table) -> int:
        table = pa.Table.from_arrays(
            [table[name].cast(self.schema.field(name).type) for name in self.schema.names], schema=self.schema
        )
        repeated = repetitive(table)
        pq.write_table(table, path, row_group_size=ROW_GROUP_ROWS, use_dictionary=repeated, compression=self.codec)
        return int(table.num_rows)


def repetitive(table: pa.Table) -> list[str]:
    """The columns that a dictionary makes smaller: by their head, no value stands there but once on the whole."""
    head = table.slice(0, LOOKED_AT_ROWS)
    return [
        name
        for name in table.column_names
        if not pa.types.is_nested(head[name].type) and pc.count_distinct(head[name]).as_py() * 2 <= head.num_rows
    ]


def write_parts(batches: Batches, version: Path, run_id: str) -> int:
    """rows written to Parquet files in `version`, which is there then; drafts of attempts that do not count are gone.

    Raises ClusterError when a draft is not here: the workers write to another file system.
    """
    version.mkdir()
    schema = batches.schema
    codec = str(batches.spark.conf.get(CODEC)).lower()
    writer = PartWriter(version, run_id, schema, CODECS.get(codec, codec), batches.file_bytes)
    writing = batches.map(Kernel(PARTS_DDL, writer))
    written = writing.frame().collect()
    for row in written:
        try:
            (version / row["draft"]).rename(version / row["part"])
        except FileNotFoundError:
            raise ClusterError(
                f"the workers' files do not arrive at {version.parent}; give an output that all workers share"
            ) from None
    for left in version.glob(".part-*"):
        left.unlink()
    if not written:
        pq.write_table(schema.empty_table(), version / part_name(0, run_id, 0, "parquet"))
    return sum(row["rows"] for row in written)
