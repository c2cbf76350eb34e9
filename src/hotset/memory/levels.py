"""Where kept data may lie: Spark's storage levels, and the choices beside them that are none."""

import difflib
from dataclasses import dataclass, field

from pyspark import StorageLevel

from hotset.errors import UsageError

STORAGE = {
    "MEMORY_AND_DISK_DESER": StorageLevel.MEMORY_AND_DISK_DESER,
    "MEMORY_AND_DISK": StorageLevel.MEMORY_AND_DISK,
    "MEMORY_ONLY": StorageLevel.MEMORY_ONLY,
    "DISK_ONLY": StorageLevel.DISK_ONLY,
    "OFF_HEAP": StorageLevel.OFF_HEAP,
}
# a copy more on another executor; where there is none, Spark stores one without a word
REPLICATED = {
    "MEMORY_AND_DISK_2": StorageLevel.MEMORY_AND_DISK_2,
    "MEMORY_ONLY_2": StorageLevel.MEMORY_ONLY_2,
    "DISK_ONLY_2": StorageLevel.DISK_ONLY_2,
    "DISK_ONLY_3": StorageLevel.DISK_ONLY_3,
}
NONE = "NONE"
LOCAL_CHECKPOINT = "LOCAL_CHECKPOINT"
PARQUET = "PARQUET"
AUTO = "AUTO"
OTHERS = (NONE, LOCAL_CHECKPOINT, PARQUET, AUTO)

# Scala's names, and what is meant by them here: in Python data is serialised whatever the level, and the constants
# without DESER serialise it once more
SERIALISED = "PySpark serialises at the levels without DESER in their name"
FOREIGN = {
    "MEMORY_ONLY_SER": ("MEMORY_ONLY", SERIALISED),
    "MEMORY_ONLY_SER_2": ("MEMORY_ONLY_2", SERIALISED),
    "MEMORY_AND_DISK_SER": ("MEMORY_AND_DISK", SERIALISED),
    "MEMORY_AND_DISK_SER_2": ("MEMORY_AND_DISK_2", SERIALISED),
    "MEMORY_ONLY_DESER": ("MEMORY_AND_DISK_DESER", "PySpark has no constant for it; from code, StorageLevel(False, "
                          "True, False, True) is taken"),
    "CHECKPOINT": ("LOCAL_CHECKPOINT", "a reliable checkpoint survives the run, and is kept by nobody"),
}  # fmt: skip


@dataclass(frozen=True)
class Level:
    """One choice, written `DISK_ONLY` or `DISK_ONLY by word,day`: the data is partitioned by these columns first."""

    name: str
    by: tuple[str, ...] = ()
    flags: StorageLevel | None = field(default=None, compare=False, repr=False)  # of a level that has no constant

    def __str__(self) -> str:
        return f"{self.name} by {','.join(self.by)}" if self.by else self.name

    @property
    def storage(self) -> StorageLevel | None:
        """Spark's flags; None for what is no storage level."""
        return self.flags or STORAGE.get(self.name) or REPLICATED.get(self.name)

    @property
    def drops(self) -> bool:
        """Whether blocks that do not fit are thrown away, and computed again when somebody asks for them."""
        return self.storage is not None and not self.storage.useDisk

    @classmethod
    def parse(cls, text: str) -> "Level":
        """Raises UsageError for a name that neither PySpark nor hotset has."""
        name, _, columns = (part.strip() for part in text.partition(" by "))
        name = name.upper().replace("-", "_")
        if name not in STORAGE and name not in REPLICATED and name not in OTHERS:
            raise UsageError(f"no storage level is called {text!r}; {_meant(name)}")
        return cls(name, tuple(column.strip() for column in columns.split(",") if column.strip()))

    @classmethod
    def of(cls, asked: "str | StorageLevel | Level") -> "Level":
        """The level by its name, or by PySpark's own object, one without a constant included."""
        if isinstance(asked, Level):
            return asked
        if isinstance(asked, str):
            return cls.parse(asked)
        if not isinstance(asked, StorageLevel):
            raise UsageError(f"a level is a name or a pyspark.StorageLevel, got {asked!r}; say 'DISK_ONLY'")
        name = name_of(asked)
        return cls(name, flags=None if cls(name).storage or name == NONE else asked)


def named(text: str) -> tuple[str, Level]:
    """`counts=DISK_ONLY` -> ("counts", its level). Raises UsageError for anything else."""
    name, equals, level = text.partition("=")
    if not (name.strip() and equals and level.strip()):
        raise UsageError(f"--level takes NAME=LEVEL, got {text!r}; say --level counts=DISK_ONLY")
    return name.strip(), Level.parse(level)


def name_of(storage: StorageLevel) -> str:
    """PySpark's constant, or the flags in words where it has none: "memory, deserialised"."""
    if not (storage.useMemory or storage.useDisk):
        return NONE
    for name, constant in (STORAGE | REPLICATED).items():
        if constant == storage:
            return name
    places = (("off-heap memory" if storage.useOffHeap else "memory", storage.useMemory), ("disk", storage.useDisk))
    words = [" and ".join(place for place, used in places if used)]
    words.append("deserialised" if storage.deserialized else "serialised")
    return ", ".join(words + [f"{storage.replication} copies"] * (storage.replication > 1))


def _meant(name: str) -> str:
    if name in FOREIGN:
        level, why = FOREIGN[name]
        return f"say {level}: {why}"
    known = (*STORAGE, *REPLICATED, *OTHERS)
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
