"""What each level really is for frames and for RDDs, in a sentence each: read from PySpark 4.3's code, and measured."""

from dataclasses import dataclass

from hotset.memory.levels import AUTO, LOCAL_CHECKPOINT, NONE, PARQUET


@dataclass(frozen=True)
class Explained:
    """One line of the truth table."""

    name: str
    frame: str
    rdd: str


EXPLAINED = (
    Explained(
        "MEMORY_AND_DISK_DESER",
        "what cache() and persist() of a frame are: columns in batches, compressed each in its own way, as objects in "
        "the heap; what does not fit is written to disk",
        "pickled batches of rows as they are, larger and fastest to read again; what does not fit is written to disk",
    ),
    Explained(
        "MEMORY_AND_DISK",
        "the same batches serialised and LZ4-compressed once more: smaller and slower; not what cache() is here, "
        "though Scala's constant of this name is",
        "pickled batches, LZ4-compressed; what does not fit is written to disk",
    ),
    Explained(
        "MEMORY_ONLY",
        "serialised and compressed; what does not fit is thrown away and computed again for each reading",
        "what cache() and persist() of an RDD are: pickled batches, LZ4-compressed; what does not fit is computed "
        "again",
    ),
    Explained(
        "DISK_ONLY",
        "serialised and compressed into files of spark.local.dir, which the system caches while it has room",
        "pickled batches, LZ4-compressed, in such files",
    ),
    Explained(
        "OFF_HEAP",
        "serialised and compressed outside of the heap, where no garbage collector looks; needs "
        "spark.memory.offHeap.enabled and .size, without which Spark would put it on disk",
        "the same",
    ),
    Explained(
        "…_2, DISK_ONLY_3",
        "the same with as many copies, each on another executor; on local[…] there is one executor, and Spark stores "
        "one copy without an error: refused here",
        "the same",
    ),
    Explained(NONE, "nothing is kept: computed anew for each reading", "the same"),
    Explained(
        LOCAL_CHECKPOINT,
        "rows, not columns, computed at once, on the heap and on disk; the plan behind them is forgotten, so that they "
        "stay until the run ends",
        "pickled batches; the lineage behind them is forgotten",
    ),
    Explained(
        PARQUET,
        "a copy in Parquet files on this machine's disk, written at once: columns that are not needed are not read",
        "refused: an RDD has no columns",
    ),
    Explained(AUTO, "chosen from what earlier runs and `hotset calibrate` measured; the report says how", "the same"),
)
