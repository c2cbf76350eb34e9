"""What the parts of a run enter into its report, and what a job that begins again takes back."""

from hotset.report.entries import Entries
from hotset.report.model import Keep, Read, Report, Table
from hotset.row_counts import RowCounts


def entries() -> Entries:
    return Entries(Report("id", "job", {}, "2026-01-01", {}))


def test_a_job_that_begins_again_takes_back_what_it_said_and_no_more() -> None:
    run = entries()
    run.warn("before the job")
    run.begin_job()
    run.warn("by the job")
    run.note({"words": 3})
    run.show(Table("words", ("word",), [("a",)]))
    run.keep(Keep("kept", "rows", "ARROW", 1, 1, 3, 0, 0, 0.0))

    run.begin_again(["k is read as string"])

    report = run.report
    assert report.warnings == ["before the job", "k is read as string"]
    assert (report.notes, report.tables, report.keeps) == ({}, [], [])


def test_an_input_that_was_read_in_vain_is_dropped_though_another_looks_like_it() -> None:
    run, first, second = entries(), Read(("a",), 1, 1, (), "f"), Read(("a",), 1, 1, (), "f")
    run.add_read(first)
    run.add_read(second)
    run.count(second, RowCounts.all_good(2), None)
    second.counts, first.counts = None, None

    run.drop_reads([first])

    assert len(run.report.reads) == 1
    assert run.report.reads[0] is second


def test_what_is_said_twice_is_told_once() -> None:
    run = entries()
    run.warn_once("one")
    run.warn_once("one")

    assert run.report.warnings == ["one"]
