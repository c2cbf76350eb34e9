"""The report as JSON: whole, private, and the same facts that went in."""

import json
import os
import stat
from pathlib import Path

import pytest

from hotset.report.model import Keep, Publication, Read, Report, Step, Table
from hotset.row_counts import RowCounts


def report(**changes: object) -> Report:
    facts: dict[str, object] = {"run_id": "r1", "job": "wordcount", "params": {}, "started": "now", "versions": {}}
    return Report(**(facts | changes))  # type: ignore[arg-type]


def test_write_keeps_every_fact(tmp_path: Path) -> None:
    full = report(
        params={"input": ("a", "b c"), "where": Path("/x")},
        reads=[Read(("a",), 2, 10, (("/.h", "hidden"),), "f00", counts=RowCounts(3, 3))],
        keeps=[Keep("counts", "DataFrame", "MEMORY", 4, 3, 7, 100, 0, 1.5)],
        publishes=[Publication("/out", "text", 3, 1, 10, 0.5)],
        steps=[Step("count", 0.25)],
        tables=[Table("Top", ("word", "n"), [("눈", 2)])],
    )

    full.write(tmp_path / "r.json")

    facts = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert facts["params"] == {"input": ["a", "b c"], "where": "/x"}
    assert facts["reads"][0]["skipped"] == [["/.h", "hidden"]]
    assert facts["reads"][0]["counts"] == {"read": 3, "good": 3, "rejected": 0, "blanks": 0, "invalid_utf8": 0}
    assert (facts["keeps"][0]["partitions_stored"], facts["publishes"][0]["bytes"]) == (3, 10)
    assert (facts["steps"], facts["tables"][0]["rows"]) == ([{"name": "count", "seconds": 0.25}], [["눈", 2]])
    assert (facts["outcome"], facts["exit_code"], facts["layout"]) == ("running", None, 2)


def test_write_is_for_its_owner_and_leaves_no_draft(tmp_path: Path) -> None:
    before = os.umask(0)

    report().write(tmp_path / "r.json")
    os.umask(before)

    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]
    assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o600


def test_write_replaces_an_older_report(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("old " * 10_000)

    report(job="new").write(tmp_path / "r.json")

    assert json.loads((tmp_path / "r.json").read_text())["job"] == "new"


def test_write_that_fails_leaves_the_older_report(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("old")

    with pytest.raises(TypeError, match="keys must be"):
        report(params={("no", "key"): "of JSON"}).write(tmp_path / "r.json")

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"r.json": "old"}


def test_write_takes_names_that_are_not_utf8(tmp_path: Path) -> None:
    skipped = ((os.fsdecode(b"/d/_\xff"), "hidden"),)

    report(reads=[Read(("d",), 0, 0, skipped, "f")]).write(tmp_path / "r.json")

    assert json.loads((tmp_path / "r.json").read_text())["reads"][0]["skipped"] == [["/d/_\udcff", "hidden"]]
