"""One log: intervals, from programs whose seconds are known."""

import json
from pathlib import Path

import pytest
from program import Program, node, rdd

from hotset.advice import Advice, advise


def grouped(base: int, columns: str, *, where: str = "", keys: str = "k#1") -> dict[str, object]:
    """The same grouped frame with other columns and other numbers, below an exchange."""
    read = node(
        "Scan parquet ", f"FileScan parquet [k#{base},{columns}] Location: InMemoryFileIndex[file:/d]", ids=[base]
    )
    kept = (
        node("Filter", f"Filter (isnotnull(k#{base}) AND (k#{base} > {where}))", read, ids=[base + 4])
        if where
        else read
    )
    counted = node("HashAggregate", f"HashAggregate(keys=[{keys}], functions=[max(h#{base})])", kept, ids=[base + 1])
    moved = node("Exchange", f"Exchange hashpartitioning(k#{base}, 2), [plan_id={base}]", counted, ids=[base + 2])
    return node("SortAggregate", f"SortAggregate(key=[], functions=[sum(of_{base}#{base + 9})])", moved, ids=[base + 3])


def asked(tmp_path: Path, *plans: dict[str, object], seconds: float = 5.0) -> Advice:
    program = Program(tags="job:shop,step:report")
    for plan in plans:
        base = plan["metrics"][0]["accumulatorId"] - 3  # type: ignore[index]
        program.query("use", plan, (seconds, [base, base + 1, base + 2, base + 4]), (0.1, [base + 3]))
    return advise(program.write(tmp_path / "log"))


def test_what_is_computed_again_and_again_is_to_be_kept(tmp_path: Path) -> None:
    advice = asked(tmp_path, grouped(100, "x#101"), grouped(200, "x#201,y#202"), grouped(300, "z#301"))

    verdict = advice.verdicts[0]

    # of 3 * 5 s two are spared; keeping a hundred rows costs next to nothing
    assert (verdict.kind, verdict.subject, verdict.uses) == ("KEEP", "Aggregate[k] of Scan parquet d", 3)
    assert verdict.saving_task_seconds.low < 10 < verdict.saving_task_seconds.high
    assert verdict.saving_task_seconds.low > 5
    assert verdict.evidence[0].where == "step report, collect at job.py:12, query 0"
    assert verdict.job == "shop"


def test_other_rows_are_not_the_same_data(tmp_path: Path) -> None:
    advice = asked(tmp_path, grouped(100, "x#101", where="5"), grouped(200, "x#201", where="6"))

    # what both read is the same, and no more than that
    assert [(verdict.kind, verdict.confidence) for verdict in advice.verdicts] == [("LIKELY", "low")]
    assert advice.verdicts[0].subject == "Scan parquet d"


def test_other_keys_are_not_the_same_data(tmp_path: Path) -> None:
    advice = asked(tmp_path, grouped(100, "x#101"), grouped(200, "x#201", keys="day#7"))

    assert [verdict.subject for verdict in advice.verdicts] == ["Scan parquet d"]  # so dear for a hundred rows


def test_what_is_computed_once_is_nothing_to_keep(tmp_path: Path) -> None:
    advice = asked(tmp_path, grouped(100, "x#101"))

    assert [verdict.kind for verdict in advice.verdicts] == ["NOTHING"]


def test_what_takes_no_time_is_nothing_to_keep(tmp_path: Path) -> None:
    advice = asked(tmp_path, grouped(100, "x#101"), grouped(200, "x#201"), seconds=0.02)

    assert [verdict.kind for verdict in advice.verdicts] == ["NOTHING"]


def test_a_cache_that_nothing_reads_again_is_to_be_removed(tmp_path: Path) -> None:
    program = Program()
    kept = rdd(3, "pairs", [2], "MEMORY_ONLY")
    program.job([(4.0, [], [rdd(4, "PythonRDD", [3]), kept, rdd(2, "ParallelCollectionRDD", [])])], {})
    program.block(3, 0, 1000)

    verdict = advise(program.write(tmp_path / "log")).verdicts[0]

    assert (verdict.kind, verdict.subject, verdict.level, verdict.uses) == ("REMOVE", "pairs", "MEMORY_ONLY", 1)
    assert verdict.bytes == 1000
    assert verdict.saving_seconds.low <= verdict.saving_seconds.high <= 0


def once(tags: str = "job:shop,step:report") -> Program:
    """A cache that is built and read by nothing afterwards."""
    program = Program(tags=tags)
    kept = rdd(3, "pairs", [2], "MEMORY_ONLY")
    program.job([(4.0, [], [rdd(4, "PythonRDD", [3]), kept, rdd(2, "ParallelCollectionRDD", [])])], {})
    return program


def test_that_nothing_reads_a_cache_again_is_not_sure_by_a_log_alone(tmp_path: Path) -> None:
    verdict = advise(once().write(tmp_path / "log")).verdicts[0]

    assert (verdict.kind, verdict.confidence, verdict.end_unknown) == ("REMOVE", "medium", True)
    assert "unless the program ended by an error before it was read, which a log does not show" in verdict.why


@pytest.mark.parametrize(("job", "confidence"), [("shop", "high"), ("bank", "medium")])
def test_by_the_report_of_a_run_that_ended_well_it_is_sure_for_the_job_that_ran(
    tmp_path: Path, job: str, confidence: str
) -> None:
    log = once().write(tmp_path / "log")
    (tmp_path / "report.json").write_text(
        json.dumps({"run_id": "r", "job": job, "layout": 1, "event_log": str(log), "exit_code": 0})
    )

    verdict = advise(tmp_path / "report.json").verdicts[0]

    assert (verdict.kind, verdict.confidence) == ("REMOVE", confidence)


@pytest.mark.parametrize("lost", ["SparkListenerJobEnd", "SparkListenerStageSubmitted", "SparkListenerStageCompleted"])
def test_of_a_log_of_which_spark_dropped_an_event_no_cache_is_superfluous(tmp_path: Path, lost: str) -> None:
    program = once()
    program.job([(1.0, [], [rdd(7, "other", [])])], {})
    program.events.remove([event for event in program.events if event["Event"] == lost][-1])

    advice = advise(program.write(tmp_path / "log"))

    assert "REMOVE" not in [verdict.kind for verdict in advice.verdicts]
    assert {verdict.confidence for verdict in advice.verdicts} == {"low"}
    assert any("of its" in note and "what is there was used" in note for note in advice.notes)


def test_of_a_program_that_failed_no_cache_is_superfluous_and_the_note_says_so(tmp_path: Path) -> None:
    program = once()
    program.events[-1]["Job Result"] = {"Result": "JobFailed", "Exception": {"Message": "x", "Stack Trace": []}}

    advice = advise(program.write(tmp_path / "log"))

    assert [verdict.kind for verdict in advice.verdicts] == ["TRY"]
    assert advice.notes[0].endswith("log: it failed in job 0; what would have come after that is not in it")


def test_a_cache_that_is_evicted_is_to_change_its_level(tmp_path: Path) -> None:
    program = Program()
    kept = rdd(3, "pairs", [2], "MEMORY_ONLY")
    for number in range(3):
        program.job([(4.0, [], [rdd(4 + number, "PythonRDD", [3]), kept, rdd(2, "ParallelCollectionRDD", [])])], {})
        program.block(3, 0, 1000)
        program.block(3, 0, 0)

    verdict = advise(program.write(tmp_path / "log")).verdicts[0]

    assert (verdict.kind, verdict.level, verdict.evictions) == ("CHANGE", "DISK_ONLY", 3)


def test_what_shuffle_files_hold_is_not_computed_again(tmp_path: Path) -> None:
    program = Program()
    lines, mapped = rdd(1, "lines.txt", []), rdd(2, "PairwiseRDD", [1])
    kept = rdd(4, "counts", [3], "MEMORY_ONLY")
    read = [rdd(3, "ShuffledRDD", [2]), kept]
    program.job([(60.0, [], [mapped, lines]), (1.0, [], [rdd(5, "PythonRDD", [4]), *read])], {})
    program.job([(0.1, [], [rdd(6, "PythonRDD", [4]), *read])], {})

    verdict = advise(program.write(tmp_path / "log")).verdicts[0]

    # the minute before the shuffle is not saved: its files stay; the second after it may be
    assert verdict.saving_task_seconds.high < 3
    assert verdict.build_seconds == pytest.approx(61.0)


def test_rdds_that_several_jobs_compute_may_be_worth_keeping(tmp_path: Path) -> None:
    program = Program()
    for number in range(3):
        program.job([(3.0, [], [rdd(10 + number, "PythonRDD", [1]), rdd(1, "lines.txt", [])])], {})

    verdict = advise(program.write(tmp_path / "log")).verdicts[0]

    assert (verdict.kind, verdict.subject, verdict.uses) == ("TRY", "lines.txt", 3)
    assert verdict.saving_seconds.low < 0 < verdict.saving_seconds.high <= 9


def test_of_an_unfinished_log_the_note_says_so(tmp_path: Path) -> None:
    program = Program()
    program.job([(3.0, [], [rdd(1, "lines.txt", [])])], {})

    advice = advise(program.write(tmp_path / "log", ended=False))

    assert "unfinished: the end of the application is not in it; what is there was used" in advice.notes[0]
