"""Two logs of one program: the figure is what the queries took without the cache, less what they took with it."""

from pathlib import Path

import pytest
from program import Program, node, rdd

from hotset.advice import advise
from hotset.errors import InputError


def scan(first_id: int) -> dict[str, object]:
    return node("Scan parquet ", "FileScan parquet [id#1,x#2] Location: InMemoryFileIndex[file:/d]", ids=[first_id])


def use(base: int, *, cached: bool) -> dict[str, object]:
    """An aggregation over the frame; the cached frame is one object, whoever scans it."""
    if not cached:
        counted = node("HashAggregate", "HashAggregate(keys=[k#1], functions=[sum(x#2)])", scan(base), ids=[base + 1])
        return node("SortAggregate", "SortAggregate(key=[], functions=[max(s#3)])", counted, ids=[base + 2])
    plan = node("HashAggregate", "HashAggregate(keys=[k#1], functions=[sum(x#2)])", scan(1), ids=[2])
    read = node("Scan In-memory table sums", "Scan In-memory table sums [k#1, s#3]", plan, ids=[base])
    return node("SortAggregate", "SortAggregate(key=[], functions=[max(s#3)])", read, ids=[base + 2])


def without() -> Program:
    program = Program(tags="job:shop,step:report")
    for base, seconds in ((100, 4.0), (200, 3.0), (300, 3.0)):
        program.query("use", use(base, cached=False), (seconds, [base, base + 1]), (0.5, [base + 2]))
    return program


def with_cache() -> Program:
    program = Program(tags="job:shop,step:report")
    held = [rdd(9, "In-memory table sums", [], "MEMORY_AND_DISK_DESER")]
    first = use(100, cached=True)
    start = program.now
    program.query("use", first, (4.5, [1, 2]), (0.7, [100, 102]))
    for base in (200, 300):
        program.query("use", use(base, cached=True), (0.7, [base, base + 2]))
    for event in program.events:
        if event["Event"] == "SparkListenerStageCompleted":
            event["Stage Info"]["RDD Info"] = held
    assert program.now == pytest.approx(start + 4.5 + 3 * 0.7)
    return program


def test_what_a_cache_saved_is_the_difference_of_its_queries(tmp_path: Path) -> None:
    first, second = without().write(tmp_path / "a"), with_cache().write(tmp_path / "b")

    verdict = advise(first, second).verdicts[0]

    # 3 queries in 11.5 s without; 4.5 to build and 3 * 0.7 to read with it
    assert (verdict.kind, verdict.subject, verdict.level) == ("KEEP", "sums", "MEMORY_AND_DISK_DESER")
    assert verdict.saving_seconds.low == verdict.saving_seconds.high == pytest.approx(11.5 - 4.5 - 2.1)
    assert verdict.saving_task_seconds.low == pytest.approx(11.5 - 4.5 - 2.1)
    assert (verdict.uses, verdict.job, verdict.confidence) == (3, "shop", "high")


def test_the_order_of_the_two_logs_does_not_matter(tmp_path: Path) -> None:
    first, second = without().write(tmp_path / "a"), with_cache().write(tmp_path / "b")

    assert advise(first, second).verdicts == advise(second, first).verdicts


def test_queries_that_only_one_log_has_are_left_out(tmp_path: Path) -> None:
    more = Program(tags="job:shop,step:prepare")
    more.query("prepare", node("Range", "Range (0, 9, step=1, splits=1)", ids=[50]), (20.0, [50]))
    more.tags = "job:shop,step:report"
    for base, seconds in ((100, 4.0), (200, 3.0), (300, 3.0)):
        more.query("use", use(base, cached=False), (seconds, [base, base + 1]), (0.5, [base + 2]))

    verdict = advise(more.write(tmp_path / "a"), with_cache().write(tmp_path / "b")).verdicts[0]

    assert verdict.saving_seconds.low == pytest.approx(11.5 - 4.5 - 2.1)


def test_a_cache_that_cost_more_than_it_saved_is_to_be_removed(tmp_path: Path) -> None:
    cheap = Program(tags="job:shop,step:report")
    for base in (100, 200, 300):
        cheap.query("use", use(base, cached=False), (0.3, [base, base + 1]), (0.5, [base + 2]))

    verdict = advise(cheap.write(tmp_path / "a"), with_cache().write(tmp_path / "b")).verdicts[0]

    assert verdict.kind == "REMOVE"
    assert verdict.saving_seconds.high == pytest.approx(3 * 0.8 - 4.5 - 2.1)


def broken_off() -> tuple[Program, Program]:
    """The program without its cache, and with it, where it ends before the cache is read."""
    whole, early = Program(tags="job:shop,step:report"), Program(tags="job:shop,step:report")
    for number, base in enumerate((100, 200, 300)):
        whole.tags = f"job:shop,step:report {number}"
        whole.query("use", use(base, cached=False), (0.3, [base, base + 1]), (0.5, [base + 2]))
    early.tags = "job:shop,step:report 0"
    early.query("use", use(100, cached=True), (4.5, [1, 2]), (0.7, [100, 102]))
    return whole, early


def test_a_run_that_ends_before_the_other_one_does_not_make_its_cache_superfluous(tmp_path: Path) -> None:
    whole, early = broken_off()

    verdict = advise(whole.write(tmp_path / "a"), early.write(tmp_path / "b")).verdicts[0]

    assert (verdict.kind, verdict.confidence) == ("TRY", "low")
    assert "the log without the cache goes on where the other one ends" in verdict.why


def test_where_both_runs_end_before_the_cache_is_read_it_is_not_sure(tmp_path: Path) -> None:
    _, early = broken_off()
    first = Program(tags="job:shop,step:report 0")
    first.query("use", use(100, cached=False), (0.3, [100, 101]), (0.5, [102]))

    verdict = advise(first.write(tmp_path / "a"), early.write(tmp_path / "b")).verdicts[0]

    assert (verdict.kind, verdict.confidence, verdict.end_unknown) == ("REMOVE", "medium", True)
    assert "nothing read it" in verdict.why


def test_logs_of_different_programs_are_refused(tmp_path: Path) -> None:
    other = Program(name="bank", tags="job:bank,step:audit")
    other.query("audit", node("Range", "Range (0, 9, step=1, splits=1)", ids=[5]), (1.0, [5]))

    with pytest.raises(InputError, match=r"of different programs, got 'shop' .* and 'bank'"):
        advise(without().write(tmp_path / "a"), other.write(tmp_path / "b"))


def test_two_logs_with_the_same_caches_are_refused(tmp_path: Path) -> None:
    first, second = with_cache().write(tmp_path / "a"), with_cache().write(tmp_path / "b")

    with pytest.raises(InputError, match="the same caches"):
        advise(first, second)
