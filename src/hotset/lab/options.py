"""The ways to keep what a job keeps that an experiment compares, the most telling first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hotset.errors import UsageError
from hotset.lab.records import Record, Stored
from hotset.memory.levels import AUTO, LOCAL_CHECKPOINT, NONE, PARQUET, Level

AS_IT_IS = "as it is"
PLAIN, OFF_HEAP, ARROW = "plain", "off-heap", "Arrow"  # kinds of session
UNCOMPRESSED = "UNCOMPRESSED"  # MEMORY_AND_DISK_DESER without the cache's own compression
ARROW_CACHE = "ARROW"  # MEMORY_AND_DISK_DESER with batches of Arrow in the cache
ARROW_CONF = {"spark.sql.cache.serializer": "org.apache.spark.sql.execution.columnar.ArrowCachedBatchSerializer"}
UNCOMPRESSED_CONF = {"spark.sql.inMemoryColumnarStorage.compressed": "false"}
FRAMES_DEFAULT = "MEMORY_AND_DISK_DESER"
LEVELS = (
    NONE,
    FRAMES_DEFAULT,
    "MEMORY_AND_DISK",
    "DISK_ONLY",
    PARQUET,
    "MEMORY_ONLY",
    LOCAL_CHECKPOINT,
    UNCOMPRESSED,
    "OFF_HEAP",
    ARROW_CACHE,
)


@dataclass(frozen=True)
class Option:
    """One way to run the job: levels forced on some names, settings, and the kind of session that it needs.

    `conf` belongs to the choice; what is static in it is set when the session starts, the rest for the run.
    """

    key: str
    levels: Mapping[str, str] = field(default_factory=dict)
    session: str = PLAIN
    conf: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """The options for one kept name: label -> option. All other names stay as they are."""

    name: str
    options: Mapping[str, Option]


AS_THE_JOB_HAS_IT = Option(AS_IT_IS)


def check_level(text: str) -> str:
    """A name for `--levels`. Raises UsageError for an unknown one."""
    name = text.strip().upper().replace("-", "_")
    if name == AUTO:
        raise UsageError("--levels takes levels to compare, got AUTO, which is a way to choose one; leave it out")
    return name if name in (UNCOMPRESSED, ARROW_CACHE) else str(Level.parse(text.strip()))


def families(probe: Record, wanted: Sequence[str], by: Mapping[str, str], off_heap: Mapping[str, str]) -> list[Family]:
    """For each name that the job keeps its options, NONE first. `by`: name -> columns to partition by.

    Raises UsageError for a name that the job does not keep.
    """
    for name in by:
        if name not in probe.kept:
            raise UsageError(f"--by names {name!r}, which the job does not keep; it keeps {', '.join(probe.kept)}")
    return [
        Family(
            name,
            {
                label: option
                for level in _levels(wanted, _standing(kept), by.get(name) or probe.partitioned.get(name))
                for label, option in _options(name, level, kept, off_heap)
            },
        )
        for name, kept in probe.kept.items()
    ]


def all_options(found: Iterable[Family]) -> list[Option]:
    """Every option once: what several names share is run once for all of them. The most telling come first."""
    by_rank = [list(family.options.values()) for family in found]
    ranks = range(max((len(options) for options in by_rank), default=0))
    ordered = [options[rank] for rank in ranks for options in by_rank if rank < len(options)]
    return list({option.key: option for option in (AS_THE_JOB_HAS_IT, *ordered)}.values())


def _levels(wanted: Sequence[str], standing: str, columns: str | None) -> Sequence[str]:
    """Nothing and what the job has are always among them."""
    by_key = [f"{FRAMES_DEFAULT} by {columns}"] if columns else []
    return tuple(dict.fromkeys((NONE, standing, *(wanted or LEVELS), *by_key)))


def _options(name: str, level: str, kept: Stored, off_heap: Mapping[str, str]) -> Iterable[tuple[str, Option]]:
    """(label, option); none where the level means nothing for this kind of data."""
    if level in (UNCOMPRESSED, ARROW_CACHE):
        if kept.kind != "DataFrame":
            return
        arrow = level == ARROW_CACHE
        label = f"{FRAMES_DEFAULT} {level.lower()}"
        session, settings = (ARROW, ARROW_CONF) if arrow else (PLAIN, UNCOMPRESSED_CONF)
        yield label, Option(f"{name}: {label}", {name: FRAMES_DEFAULT}, session, settings)
    elif level == _standing(kept):
        yield level, AS_THE_JOB_HAS_IT
    else:
        apart = level == "OFF_HEAP" and bool(off_heap)
        session, conf = (OFF_HEAP, off_heap) if apart else (PLAIN, {})
        yield level, Option(f"{name}: {level}", {name: level}, session, conf)


def _standing(kept: Stored) -> str:
    """The level that the job has it at, by the name that was asked for: a checkpoint and a copy are no levels."""
    return kept.level if kept.asked in ("", AUTO) else kept.asked
