from bench.advice.measured import Results
from bench.advice.page import PAGE, RESULTS, blocks, shown


def test_the_page_on_caching_shows_what_was_measured() -> None:
    results = Results.load(RESULTS)

    assert results is not None
    assert shown(PAGE.read_text("utf-8")) == blocks(results)


def test_both_halves_of_the_workloads_were_measured() -> None:
    results = Results.load(RESULTS)

    assert results is not None
    halves = [workload.half for workload in results.workloads.values()]
    assert len(halves) >= 20
    assert min(halves.count("build"), halves.count("report")) >= 10
