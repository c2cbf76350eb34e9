"""The caches that an application had: at which level, what built them, and what read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hotset.advice.lineage import Lineage
from hotset.advice.naming import described, job_name, short
from hotset.advice.operators import cache_name, is_cache_scan
from hotset.advice.stages import ROWS, Ran, below, ids_of
from hotset.eventlog import Application, PlanNode, Rdd, Stage


@dataclass
class Touch:
    """One query or job that built a part of the cache, or read it."""

    unit: Ran | None
    built: tuple[Stage, ...]
    read: tuple[Stage, ...]
    share: float = 1.0  # of the cache's columns
    filtered: bool = False
    further: int = 0  # reads in the same stages, beyond the first
    before: tuple[Stage, ...] = ()  # of an RDD: what filled its shuffles; Spark keeps their files, cache or no cache


@dataclass
class Cache:
    """One cached frame or RDD."""

    name: str
    named: bool
    frame: bool
    level: str = ""
    rdd: int | None = None
    job: str = ""
    touches: list[Touch] = field(default_factory=list)
    plan: PlanNode | None = None
    rows: int | None = None
    columns: int = 1
    partitions: int = 0

    @property
    def builds(self) -> list[Touch]:
        return [touch for touch in self.touches if touch.built]

    @property
    def uses(self) -> int:
        return sum(1 + touch.further for touch in self.touches)

    @property
    def is_unread(self) -> bool:
        """Whether nothing read it after the query or the job that built it first."""
        return not any(touch.further for touch in self.touches) and not any(touch.read for touch in self.touches[1:])


def caches(application: Application, ran: Sequence[Ran], lineage: Lineage) -> list[Cache]:
    frames = _frames(ran)
    for cache in frames:
        _find_rdd(cache, application)
    taken = {cache.rdd for cache in frames}
    rdds = [
        _of_rdd(rdd, application, lineage)
        for rdd in application.rdds.values()
        if rdd.level and rdd.id not in taken and not _is_frames(rdd)
    ]
    return [cache for cache in [*frames, *rdds] if cache.touches]


def _is_frames(rdd: Rdd) -> bool:
    """Whether it is the RDD below a cached frame."""
    return rdd.name.startswith(("In-memory table ", "AdaptiveSparkPlan ", "*(", "InMemoryTableScan", "== "))


def _frames(ran: Sequence[Ran]) -> list[Cache]:
    found: list[Cache] = []
    of: dict[int, Cache] = {}  # metric below a scan -> cache: the cached plan is one object, whoever scans it
    for one in ran:
        scans: dict[int, list[PlanNode]] = {}
        for node in _all_scans(one.execution.plan):
            inner = _inner_ids(node)
            cache = next((of[id_] for id_ in inner if id_ in of), None)
            if cache is None:
                cache = Cache(cache_name(node), bool(cache_name(node)), frame=True)
                found.append(cache)
            of.update(dict.fromkeys(inner, cache))
            cache.plan = node.children[0] if node.children else cache.plan
            cache.job = cache.job or job_name(one.execution.tags) or _job_of(one.stages, one.application)
            scans.setdefault(id(cache), []).append(node)
        for cache in found:
            if id(cache) in scans:
                _touch(cache, one, scans[id(cache)])
    for cache in found:
        cache.name = cache.name or (described(cache.plan) if cache.plan else "a cached frame")
    return found


def _all_scans(plan: PlanNode) -> Iterable[PlanNode]:
    """Also those below another cache: that reads them while it is built."""
    return [node for node in plan.walk() if is_cache_scan(node)]


def _inner_ids(scan: PlanNode) -> frozenset[int]:
    """The metrics of the cached plan itself."""
    return ids_of(node for child in scan.children for node in below(child))


def _touch(cache: Cache, one: Ran, scans: Sequence[PlanNode]) -> None:
    inner = frozenset().union(*(_inner_ids(scan) for scan in scans))
    outer = ids_of(scans)
    built = one.stages_of(inner)
    read = tuple(stage for stage in one.stages_of(outer) if stage not in built)
    if not built and not read:
        return
    width = _width(cache)
    share = min(1.0, max(_listed(scan) for scan in scans) / width)
    cache.columns = width
    cache.touches.append(Touch(one, built, read, share, any("], [" in scan.text for scan in scans), len(scans) - 1))
    if built and cache.plan is not None and cache.rows is None:
        cache.rows = _rows(cache.plan, one)


def _rows(plan: PlanNode, one: Ran) -> int | None:
    """Of the topmost operator that counted any."""
    return next((rows for node in below(plan) if (rows := one.count(node, ROWS)) is not None), None)


def _width(cache: Cache) -> int:
    """Columns of the cached plan, as far as its operators list them."""
    if cache.plan is None:
        return 1
    return max((_listed(node) for node in below(cache.plan) if node.name != "Filter"), default=1)


def _listed(node: PlanNode) -> int:
    start, _, rest = node.text.partition("[")
    return max(rest.split("]", 1)[0].count("#"), 1) if start else 1


def _find_rdd(cache: Cache, application: Application) -> None:
    """The RDD that holds the frame's batches: by its name, else the newest cached one of a stage that touched it."""
    stages = [stage for touch in cache.touches for stage in (*touch.built, *touch.read)]
    held = {id_: application.rdds[id_] for stage in stages for id_ in stage.cached if id_ in application.rdds}
    table = f"In-memory table {cache.name}"
    wanted = [rdd for rdd in held.values() if rdd.name == table] if cache.named else []
    others = [rdd for rdd in held.values() if not rdd.name.startswith("In-memory table ")] if not cache.named else []
    if rdd := max(wanted or others, key=lambda one: one.id, default=None):
        cache.rdd, cache.level, cache.partitions = rdd.id, rdd.level, rdd.partitions


def _of_rdd(rdd: Rdd, application: Application, lineage: Lineage) -> Cache:
    name, named = rdd_name(rdd, next((stages[0] for _, stages in lineage.touching(rdd.id)), None))
    cache = Cache(name, named, frame=False, level=rdd.level, rdd=rdd.id, partitions=rdd.partitions)
    filled = 0
    for job, stages in lineage.touching(rdd.id):
        built: tuple[Stage, ...] = ()
        before: tuple[Stage, ...] = ()
        read = stages
        if filled < max(rdd.partitions, 1):
            filled += sum(stage.tasks for stage in stages)
            built, read, before = stages, (), lineage.only_for(rdd.id, job, stages)
        further = sum(lineage.readers(rdd.id, stage) for stage in stages) - 1
        cache.touches.append(Touch(None, built, read, further=max(further, 0), before=before))
        cache.job = cache.job or _job_of(stages, application)
    return cache


def rdd_name(rdd: Rdd, first: Stage | None = None) -> tuple[str, bool]:
    """(what to call it, whether the program called it so): a line of Python where the log has one."""
    if rdd.name not in KINDS and not rdd.name.endswith("RDD"):
        return short(rdd.name), True
    if ".py:" in rdd.callsite or first is None or ".py:" not in first.name:
        return f"{rdd.name} [{rdd.id}] of {short(rdd.callsite)}", False
    return f"{rdd.name} [{rdd.id}], first used by {short(first.name)}", False


KINDS = ("PythonRDD", "MapPartitionsRDD", "ParallelCollectionRDD", "UnionRDD", "CoGroupedRDD", "ShuffledRDD")


def _job_of(stages: Iterable[Stage], application: Application) -> str:
    tags = (application.jobs[stage.job].tags for stage in stages if stage.job in application.jobs)
    return next((name for tag in tags if (name := job_name(tag))), "")
