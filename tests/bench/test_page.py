"""The tables, against ones written by hand, and the page of this checkout against its results."""

import re
from pathlib import Path

import pytest
from bench.page import PAGE, RESULTS, rendered, shown, update
from bench.results import Result, Timing, load
from bench.work import ROOT
from bench.works import NAMES
from sections import section

MEASURED = (
    Timing("classic", "whole", "1MB", 1, seconds=20.0, peak_pss_bytes=900_000_000),
    Timing("classic", "whole", "1MB", 2, seconds=30.0, peak_pss_bytes=800_000_000),
    Timing("ours", "whole", "1MB", 1, seconds=10.0, peak_pss_bytes=500_000_000, busy_cores_before=0.2),
    Timing("ours", "whole", "1MB", 2, seconds=10.0, peak_pss_bytes=700_000_000),
    Timing("ours", "warm", "1MB", 1, seconds=2.5),
    Timing("ours", "warm", "1MB", 2, failed="ended with exit code 7; its output ends with\nTraceback"),
)


def test_a_work_is_rendered_with_its_losses() -> None:
    measured = section(*MEASURED)
    measured.skipped["late"] = "not written yet"

    text = rendered(Result("counting", "Counting", {"main": measured}))

    assert text == (
        "| program | whole, s | times as fast | peak memory | warm, s | times as fast |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        "| hotset | 10.0 (10.0–10.0) | 2.50 (2.00–3.00) | 0.70 GB | 2.50, failed | – |\n"
        "| classic program | 25.0 (20.0–30.0) | 1.00 (1.00–1.00) | 0.90 GB | – | – |\n"
        "\n"
        "1MB of generated text (seed 7), 2 rounds, 2026-01-02. 2 cores of Abacus, 8.00 GB of memory, Linux x86_64; "
        "others kept at most 0.2 cores busy just before a time was taken. Python 3.11.7.\n"
        "\n"
        "- failed: hotset, warm, 1MB round 2: ended with exit code 7\n"
        "- not run: late: not written yet"
    )


def test_growth_is_rendered_with_the_cost_of_a_byte() -> None:
    measured = section(
        Timing("ours", "whole", "1MB", 1, seconds=0.5, peak_pss_bytes=40_000_000),
        Timing("ours", "whole", "2MB", 1, seconds=0.6, peak_pss_bytes=50_000_000),
        rounds=1,
    )
    measured.sizes["2MB"] = 2_000_000

    lines = rendered(Result("counting", "Counting", {"growth": measured})).splitlines()

    assert lines[2:6] == [
        "| program | mode | input | seconds | ns per byte | peak memory | bytes of memory per byte |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
        "| hotset | whole | 1MB | 0.50 | 500 | 0.04 GB | 40.0 |",
        "| hotset | whole | 2MB | 0.60 | 300 | 0.05 GB | 25.0 |",
    ]


def test_growth_of_rows_is_rendered_with_the_cost_of_a_row() -> None:
    measured = section(Timing("ours", "whole", "2k rows", 1, seconds=0.5, peak_pss_bytes=40_000_000), rounds=1)
    measured.sizes, measured.unit = {"2k rows": 2_000}, "rows"

    lines = rendered(Result("counting", "Counting", {"growth": measured})).splitlines()

    assert lines[2:5] == [
        "| program | mode | input | seconds | ns per row | peak memory | bytes of memory per row |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
        "| hotset | whole | 2k rows | 0.50 | 250000 | 0.04 GB | 20000 |",
    ]
    assert lines[6].startswith("2k rows of generated text (seed 7), 1 round")


def test_a_page_is_changed_only_between_the_markers_of_the_work(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- bench: other -->\n<!-- end -->\nb\n<!-- bench: counting -->\nold\n<!-- end -->\nc\n")
    result = Result("counting", "Counting", {"main": section(*MEASURED)})

    assert update(page, result)
    assert update(page, result)  # a second time changes nothing more

    text = page.read_text()
    assert text.startswith("a\n<!-- bench: other -->\n<!-- end -->\nb\n<!-- bench: counting -->\n\n| program")
    assert text.endswith("<!-- end -->\nc\n")
    assert shown(text) == {"other": "", "counting": rendered(result)}
    assert not update(page, Result("unknown", "Unknown"))


@pytest.mark.parametrize("work", NAMES)
def test_the_page_shows_the_results(work: str) -> None:
    result = load(RESULTS / f"{work}.json")

    # where it does not: `python -m bench.page`
    assert shown(PAGE.read_text("utf-8"))[work] == (rendered(result) if result else "")


README_ROWS = {
    "word count": ("wordcount", "hotset, `columnar`"),
    "CSV group-count": ("group", "hotset, `group`"),
    "mean by nearly unique key": ("unique", "hotset, `group`"),
    "left join": ("join", "hotset, `join`"),
    "sensor report": ("sensors", "hotset, `sensor-report`"),
    "array": ("array", "hotset, `columnar`"),
}
PEERS = ("plain PySpark|classic program", "Dask( array)?$", "pandas$", "Polars$", "DuckDB$")


def warm_seconds(work: str) -> dict[str, float]:
    """label -> the median of a table of the page."""
    table = PAGE.read_text("utf-8").partition(f"<!-- bench: {work} -->")[2].partition("<!-- end -->")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {row[0]: float(row[4].split()[0]) for row in rows[2:] if len(row) == 6 and row[4][:1].isdigit()}


def test_the_readme_shows_what_follows_from_the_page() -> None:
    measured = (ROOT / "README.md").read_text("utf-8").partition("## Measured")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in measured.splitlines() if line.startswith("| ")][2:]

    assert len(rows) == len(README_ROWS)
    for name, seconds, *times in rows:
        work, ours = next(value for start, value in README_ROWS.items() if name.startswith(start))
        found = warm_seconds(work)
        assert float(seconds) == found[ours]
        for peer, told in zip(PEERS, times, strict=True):
            theirs = max((found[label] for label in found if re.match(peer, label)), default=None)
            if theirs is None or told == "–":
                assert told == "–", (name, peer)
                continue
            assert abs(float(told) - theirs / found[ours]) <= (0.05 if theirs > found[ours] else 0.005) * 1.5, name
