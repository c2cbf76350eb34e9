"""From a run to the advice on it, as processes of their own."""

import json
from pathlib import Path

import pytest

from doors import BIN, call, report_of

pytestmark = pytest.mark.doors


def test_an_output_leads_to_the_log_of_its_run_or_to_the_command_that_makes_one(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("a rose is a rose\n" * 50)
    (tmp_path / "event logs").mkdir()
    job = ("run", "wordcount", "--input", "lines.txt", "--output", "out", "--method", "rdd")
    logging = ("--conf", "spark.eventLog.enabled=true", "--conf", f"spark.eventLog.dir={tmp_path / 'event logs'}")

    first = call(BIN / "hotset", *job, cwd=tmp_path)
    without = call(BIN / "hotset", "advise", "out", cwd=tmp_path)
    second = call(BIN / "hotset", *job, "--again", "--if-exists", "replace", *logging, cwd=tmp_path)
    advised = call(BIN / "hotset", "advise", "out", cwd=tmp_path)
    as_json = call(BIN / "hotset", "advise", "out", "--json", cwd=tmp_path)

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert (without.code, without.out, without.err.count("\n")) == (3, "", 1)
    assert "--again --if-exists replace --conf spark.eventLog.enabled=true" in without.err
    report = report_of(tmp_path / "out")
    assert report["event_log"].endswith(report["application"])
    assert advised.code == 0, advised.err
    assert f"wordcount  {report['application']}  Spark" in advised.out
    assert "counts" in advised.out
    content = json.loads(as_json.out)
    assert content["programs"][0]["id"] == report["application"]
    assert not any("missing" in note or "unfinished" in note for note in content["notes"])
