"""The caches that there are: what each one saved or cost, from one log."""

from collections.abc import Sequence

from hotset.advice import rates
from hotset.advice.caches import Cache, Touch
from hotset.advice.naming import where
from hotset.advice.operators import HEAVY, is_layer, is_python, is_through
from hotset.advice.stages import below, run_seconds, wall
from hotset.advice.verdicts import ZERO, Confidence, Evidence, Kind, Span, Verdict
from hotset.eventlog import Application, Blocks, Stage

GONE = 0.05  # of the stored blocks: more evictions than that are worth a change
WARM = 0.25  # of the first time: what computing takes in a JVM that has done it before, at least
WARM_PYTHON = 0.12  # where workers had to start
MOSTLY = 0.95  # of the building of a cache that computes nothing is writing, at most
AT_ONCE = 2  # tasks that start without a worker or code of their own
SLOWER = 1.3  # times the time of building: the same work, on a busy machine
COLUMNAR = ("Parquet", "parquet", "ORC", "orc", "Orc")
MUCH_LESS = 0.15  # of what it may gain is what it may cost
COLD = 0.15  # of the building: code that only a cache needs, run for the first time
PUSHED = 0.25  # of a scan, where a condition is pushed down into it
MATTERS_S, MATTERS_SHARE = 0.05, 0.01  # of the program's time: less makes no difference
ONCE = "what is read once gains nothing by being kept"
SERIALISED = 0.65  # of the bytes of a deserialised frame


def of_cache(cache: Cache, application: Application) -> Verdict:
    """CHANGE where it was evicted, REMOVE where it cannot pay, FINE where it does; TRY where one log cannot tell."""
    blocks = application.blocks.get(cache.rdd) if cache.rdd is not None else None
    size = _size(cache, blocks)
    tasks, clock = _saving(cache, size)
    kind, reason, level = _judged(cache, application, blocks, clock, tasks)
    return Verdict(
        kind,
        cache.name,
        reason,
        level or cache.level,
        tasks,
        clock,
        round(size.bounds.high) or None,
        size.by,
        cache.uses,
        _build_seconds(cache),
        _read_seconds(cache),
        blocks.evictions if blocks else None,
        cache.job,
        cache.named,
        True,
        *_confidence(kind, cache, clock, end_unknown=counts_on_the_end(kind, cache, application)),
        _evidence(cache, application),
        end_unknown=counts_on_the_end(kind, cache, application),
    )


def counts_on_the_end(kind: Kind, cache: Cache, application: Application) -> bool:
    """Whether a program that broke off before its reads would look the same: its log ends like any other."""
    return kind == "REMOVE" and cache.is_unread and (not cache.job or cache.job != application.done_job)


def _build_seconds(cache: Cache) -> float:
    return sum(run_seconds((*touch.before, *touch.built)) for touch in cache.builds)


def _read_seconds(cache: Cache) -> float | None:
    """Of one use, on average."""
    reads = [run_seconds(touch.read) for touch in cache.touches if touch.read]
    return sum(reads) / len(reads) if reads else None


def _size(cache: Cache, blocks: Blocks | None) -> rates.Size:
    if blocks and blocks.memory_bytes + blocks.disk_bytes:
        return rates.measured(blocks.memory_bytes + blocks.disk_bytes)
    return rates.estimated(cache.rows, cache.columns, None, None)


def _saving(cache: Cache, size: rates.Size) -> tuple[Span, Span]:
    """(task seconds, seconds of the clock) against computing the data anew for each use."""
    builds = [stage for touch in cache.builds for stage in touch.built]
    build = run_seconds(builds)
    write, again = _shares_of_building(cache, build, size)
    saved = ZERO - write
    for touch in cache.touches[1:]:
        saved += Span(_least(cache, touch) * again.low, again.high) - _reading(touch, size, cache)
    for _ in range(cache.uses - len(cache.touches)):  # further reads in the same stages
        saved += Span(WARM_PYTHON * again.low, again.high) - rates.read(size, pickled=not cache.frame)
    if cache.uses > 1:
        saved += Span(-rates.NOISE * build, rates.NOISE * build)
    clock = wall(builds)
    parallel = max(build / clock, 1.0) if clock else 1.0
    jobs = Span(rates.JOB_S.low, rates.JOB_S.high * cache.uses)
    return saved, saved.over(parallel * 0.8, parallel * 1.25) - jobs


def _shares_of_building(cache: Cache, build: float, size: rates.Size) -> tuple[Span, Span]:
    """(writing, computing anew): the seconds of building are both; a file of columns is read faster than written."""
    write = rates.write(size, pickled=not cache.frame)
    if _is_bare_scan(cache):
        columnar = any(name in _text(cache) for name in COLUMNAR)
        return Span(min(write.low, build), MOSTLY * build), Span(0.0, build * (MOSTLY / 2 if columnar else SLOWER))
    write = Span(min(write.low, build), min(write.high + COLD * build, MOSTLY * build))
    return write, Span(max(0.0, build - write.high - _beside(cache)), SLOWER * (build - write.low))


def _beside(cache: Cache) -> float:
    """What the stages that built may have spent on other things: starting, and the use that came first."""
    first = cache.builds[0].built if cache.builds else ()
    tasks = max((stage.tasks for stage in first), default=0)
    start = rates.WORKER_START_S if _starts_workers(cache) else rates.START_S
    use = max((run_seconds(touch.read) for touch in cache.touches if touch.read), default=0.0)
    return start * min(tasks, AT_ONCE) + (0.0 if cache.frame else use)


def _is_bare_scan(cache: Cache) -> bool:
    """Whether the cache holds what files held, as it stood there."""
    if cache.plan is None:
        return False
    work = [node for node in below(cache.plan) if not (is_layer(node) or is_through(node))]
    return len(work) <= 1 and not HEAVY.search(_text(cache))


def _text(cache: Cache) -> str:
    return " ".join(node.text for node in below(cache.plan)) if cache.plan else ""


def _least(cache: Cache, touch: Touch) -> float:
    """The least part of the building that this use would have had to do without the cache."""
    warm = WARM_PYTHON if _starts_workers(cache) else WARM
    if cache.plan is None or not _is_bare_scan(cache):
        return warm
    return warm * touch.share * (PUSHED if touch.filtered else 1.0)


def _starts_workers(cache: Cache) -> bool:
    return cache.plan is None or any(is_python(node) for node in below(cache.plan))


def _reading(touch: Touch, size: rates.Size, cache: Cache) -> Span:
    """What of the stages that read the cache was reading: the rest would have been there without it."""
    took = run_seconds(touch.read)
    return Span(0.0, min(took, rates.read(size, pickled=not cache.frame).high + 0.02 * len(touch.read)))


def _judged(
    cache: Cache, application: Application, blocks: Blocks | None, clock: Span, tasks: Span
) -> tuple[Kind, str, str]:
    """(kind, reason, level to change to)."""
    build = _build_seconds(cache)
    told = f"built in {build:.1f} task seconds, read {_times(cache.uses - 1)} more"
    if clock.is_no_gain and tasks.is_no_gain:
        return _without_gain(cache, told, application)
    if blocks and blocks.evictions > GONE * max(len(blocks.stored), 1):
        level, why = _other_level(cache, application, blocks)
        return "CHANGE", f"{blocks.evictions:,} of {len(blocks.stored):,} partitions were evicted; {why}", level
    if (again := _built_again(cache)) > 1:
        return "CHANGE", f"computed again by {again - 1} later uses: it does not stay in memory", "MEMORY_AND_DISK"
    if clock.is_gain and tasks.is_gain:
        return "FINE", f"{told}: it pays", ""
    if 0 < -clock.low < MUCH_LESS * clock.high and tasks.high > 0:
        return "FINE", f"{told}: it most likely pays", ""
    if max(-clock.low, clock.high) <= max(MATTERS_S, MATTERS_SHARE * application.seconds):
        return "FINE", f"{told}: it makes no difference that matters", ""
    return "TRY", f"{told}: one log cannot say whether that pays; compare with a log without it", ""


def _without_gain(cache: Cache, told: str, application: Application) -> tuple[Kind, str, str]:
    """A cache that no bound speaks for: REMOVE, unless what the log does not hold may have read it."""
    why = "built once and read by nothing else"
    if cache.uses > 1:
        why = f"{told}: reading and writing it cost more than computing it anew"
    if application.is_whole:
        return "REMOVE", why, ""
    return "TRY", f"{why}, as far as the log goes; what is missing of it may have read it more often", ""


def _built_again(cache: Cache) -> int:
    """Uses that computed as much as the first did; parts that were not wanted before are no rebuilding."""
    if not cache.builds or not cache.partitions:
        return 0
    tasks = [max((stage.tasks for stage in touch.built), default=0) for touch in cache.builds]
    return sum(count >= cache.partitions for count in tasks)


def _other_level(cache: Cache, application: Application, blocks: Blocks) -> tuple[str, str]:
    """The level at which it should stay, and why that one."""
    whole = (blocks.memory_bytes + blocks.disk_bytes) * len(blocks.stored) / max(len(blocks.stored - blocks.lost), 1)
    if "DESER" in cache.level and whole * SERIALISED < application.memory_bytes * 0.8:
        return "MEMORY_AND_DISK", "serialised it would fit"
    return "DISK_ONLY", "on disk it stays"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _confidence(kind: Kind, cache: Cache, clock: Span, *, end_unknown: bool) -> tuple[Confidence, str]:
    if end_unknown:
        return "medium", f"{ONCE}, unless the program ended by an error before it was read, which a log does not show"
    if kind == "REMOVE" and cache.uses == 1:
        return "high", ONCE
    if kind == "TRY" and clock.is_no_gain:
        return "low", "the log does not hold the whole program"
    if kind == "TRY" or (kind == "FINE" and clock.low < 0):
        return "low", "what a use would cost without the cache is not in the log"
    return "medium", "bounds from the time it took to build, and from its size"


def _evidence(cache: Cache, application: Application) -> tuple[Evidence, ...]:
    found = []
    for touch in cache.touches:
        execution = touch.unit.execution if touch.unit else None
        for how, stages in (("build", (*touch.before, *touch.built)), ("read", touch.read)):
            if stages:
                ids = tuple(stage.id for stage in stages)
                place = where(application, stages, execution)
                found.append(Evidence(place, how, run_seconds(stages), wall(stages), ids, _shared(touch, stages)))
    return tuple(found)


def _shared(touch: Touch, stages: Sequence[Stage]) -> bool:
    return touch.unit is not None and any(not touch.unit.own_ids.isdisjoint(stage.ids) for stage in stages)
