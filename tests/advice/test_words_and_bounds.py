"""What is said follows from the bounds: KEEP where no bound is a loss, REMOVE where none is a gain."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from program import Program, node, rdd
from test_pair import use

from hotset.advice import Advice, Evidence, Span, Verdict, advise
from hotset.advice.applying import apply
from hotset.advice.cached import _judged
from hotset.advice.caches import Cache, Touch
from hotset.advice.keeping import Found, _verdict
from hotset.advice.rates import Size
from hotset.advice.show import effect
from hotset.advice.verdicts import Kind
from hotset.eventlog import Application
from hotset.memory.placed import load_placements

BOUNDS = st.tuples(st.floats(-100, 100), st.floats(-100, 100)).map(lambda pair: Span(min(pair), max(pair)))
SECONDS = st.floats(0.01, 30)


def check(verdict: Verdict, *, is_whole: bool = True) -> None:
    """The words against the bounds that stand beside them."""
    clock, tasks = verdict.saving_seconds, verdict.saving_task_seconds
    if verdict.kind == "KEEP":
        assert clock.low > 0, verdict
        assert tasks.low > 0, verdict
    if verdict.kind == "REMOVE":
        assert clock.high <= 0, verdict
        assert tasks.high <= 0, verdict
        assert is_whole, verdict
    if "it pays" in verdict.reason:
        assert clock.low > 0, verdict
    if verdict.confidence == "high":
        assert clock.low > 0 or clock.high <= 0, verdict


@given(clock=BOUNDS, tasks=BOUNDS, likely=st.floats(-100, 100), seconds=st.floats(0, 1000))
def test_to_keep_something_is_advised_only_if_both_intervals_are_gains(
    clock: Span, tasks: Span, likely: float, seconds: float
) -> None:
    size, used = Size(Span(0, 0), "unknown"), (Evidence("job.py:1", "compute", 1.0, 1.0, (1,)),)
    found = Found("x", "DISK_ONLY", "shop", size, tasks, clock, likely, used, "high", "measured")

    verdict = _verdict(found, Application("log", start=1.0, end=1.0 + seconds))

    if verdict is not None:
        check(verdict)
        assert (verdict.kind == "KEEP") is (clock.low > 0 and tasks.low > 0)


@given(clock=BOUNDS, tasks=BOUNDS, uses=st.integers(1, 5), gap=st.booleans(), seconds=st.floats(0, 1000))
def test_to_remove_a_cache_is_advised_only_if_no_bound_is_a_gain_and_the_log_is_whole(
    clock: Span, tasks: Span, uses: int, gap: bool, seconds: float
) -> None:
    assume(uses > 1 or (clock.high <= 0 and tasks.high <= 0))  # what is read once gains nothing
    cache = Cache("x", True, frame=True, touches=[Touch(None, (), ()) for _ in range(uses)])
    application = Application("log", start=1.0, end=1.0 + seconds, gaps=["events_2 is missing"] if gap else [])

    kind, reason, _ = _judged(cache, application, None, clock, tasks)

    check(Verdict(kind, "x", reason, saving_seconds=clock, saving_task_seconds=tasks), is_whole=not gap)
    if "makes no difference" in reason:
        assert max(-clock.low, clock.high) <= max(0.05, 0.01 * seconds)


@given(parts=st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=5), ended=st.booleans(), level=st.booleans())
@settings(max_examples=60, deadline=None)
def test_of_programs_of_any_times_the_words_follow_from_the_bounds(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[float, float]], ended: bool, level: bool
) -> None:
    program = Program(tags="job:shop,step:report")
    for number, (seconds, own) in enumerate(parts):
        base = 100 * (number + 1)
        read = node("Scan csv ", "FileScan csv [k#1] Location: InMemoryFileIndex[file:/d]", ids=[base])
        counted = node("HashAggregate", "HashAggregate(keys=[k#1], functions=[sum(x#2)])", read, ids=[base + 1])
        moved = node("Exchange", "Exchange hashpartitioning(k#1, 2), [plan_id=1]", counted, ids=[base + 2])
        last = node("SortAggregate", f"SortAggregate(key=[], functions=[max(a{base}#3)])", moved, ids=[base + 3])
        program.query("use", last, (seconds, [base, base + 1, base + 2]), (own, [base + 3]))
        kept = rdd(3, "pairs", [2], "MEMORY_ONLY" if level else "")
        program.job([(own, [], [rdd(4 + number, "PythonRDD", [3]), kept, rdd(2, "lines.txt", [])])], {})

    advice = advise(program.write(tmp_path_factory.mktemp("any") / "log", ended=ended))

    for verdict in advice.verdicts:
        check(verdict, is_whole=ended)


@given(without=st.lists(SECONDS, min_size=2, max_size=4), with_it=st.lists(SECONDS, min_size=4, max_size=4),
       ended=st.booleans(), more=st.booleans())  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_of_two_logs_too(
    tmp_path_factory: pytest.TempPathFactory, without: list[float], with_it: list[float], ended: bool, more: bool
) -> None:
    directory = tmp_path_factory.mktemp("pair")
    first, second = Program(tags="step:report"), Program(tags="step:report")
    for number, seconds in enumerate(without):
        base = 100 * (number + 1)
        first.query("use", use(base, cached=False), (seconds, [base, base + 1]), (0.5, [base + 2]))
        ids = [1, 2, base, base + 2] if number == 0 else [base, base + 2]
        second.query("use", use(base, cached=True), (with_it[number], ids))
    if more:
        second.query("use", use(900, cached=True), (1.0, [900, 902]))

    advice = advise(first.write(directory / "a"), second.write(directory / "b", ended=ended))

    for verdict in advice.verdicts:
        check(verdict, is_whole=ended)
        if more and "same queries" not in verdict.why:
            assert verdict.kind not in ("KEEP", "REMOVE")


@pytest.mark.parametrize("kind", ["LIKELY", "CHANGE", "TRY", "FINE", "NOTHING"])
def test_what_may_be_a_loss_is_not_applied(tmp_path: Path, kind: Kind) -> None:
    open_ = Verdict(kind, "pairs", "", "DISK_ONLY", Span(-1, 9), Span(-1, 9), job="shop", named=True)

    placements, refused = apply(Advice((), (open_,)), tmp_path / "levels.toml")

    assert placements == []
    assert not (tmp_path / "levels.toml").exists()
    assert bool(refused) is (kind in ("LIKELY", "CHANGE"))
    assert all("leave a loss open; `hotset lab` decides" in line for line in refused)


def test_a_change_that_is_sure_to_gain_is_applied(tmp_path: Path) -> None:
    sure = Verdict("CHANGE", "pairs", "", "DISK_ONLY", Span(1, 9), Span(1, 9), job="shop", named=True)
    program = Program().write(tmp_path / "log")
    programs = advise(program).programs

    apply(Advice(programs, (sure,)), tmp_path / "levels.toml")

    assert [str(one.level) for one in load_placements(tmp_path / "levels.toml")] == ["DISK_ONLY"]


@pytest.mark.parametrize("events", [1, 3, 5])
def test_a_cache_that_is_read_once_as_far_as_the_log_goes_may_be_read_later(tmp_path: Path, events: int) -> None:
    program = Program()
    for number in range(3):
        kept = rdd(3, "pairs", [2], "MEMORY_ONLY")
        program.job([(4.0, [], [rdd(9 + number, "PythonRDD", [3]), kept, rdd(2, "ParallelCollectionRDD", [])])], {})
    log = program.write(tmp_path / "log")
    whole = log.read_text().splitlines()[:-1]
    log.write_text("\n".join(whole[: 3 + events]))

    verdict = advise(log).verdicts[0]

    assert verdict.kind != "REMOVE"
    assert verdict.confidence == "low"
    assert json.loads(whole[0])["Event"] == "SparkListenerLogStart"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(1, 2), "it saves 1.00 to 2.00 s"),
        (Span(2, 2), "it saves 2.00 s"),
        (Span(-2, -1), "it costs 1.00 to 2.00 s"),
        (Span(-1, 2), "it may save up to 2.00 s and may cost up to 1.00 s"),
        (Span(0, 0), "it saves 0.00 s"),
    ],
)
def test_an_interval_in_words(span: Span, said: str) -> None:
    assert effect(span) == said
