from pathlib import Path

import psutil
import pytest

from hotset.lab.compare import compare

pytestmark = pytest.mark.thorough

JOB = Path(__file__).with_name("kept_twice.py")


def test_options_run_as_forced_in_a_session_of_their_own_and_what_is_recorded_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")  # over before the second compiler has paid
    arguments = ["--output", str(tmp_path / "out"), "--rows", "70"]
    ran: list[str] = []

    first = compare(
        str(JOB), arguments, 1, records=tmp_path / "r.jsonl", levels=["DISK_ONLY", "OFF_HEAP"],
        tell=lambda option, number: ran.append(f"{number} {option.key}"),
    )  # fmt: skip
    again = compare(str(JOB), arguments, 1, records=tmp_path / "r.jsonl", levels=["DISK_ONLY", "OFF_HEAP"])

    runs = first.runs()["numbers"]
    assert {label: len(records) for label, records in runs.items()} == {
        "NONE": 1, "MEMORY_AND_DISK_DESER": 1, "DISK_ONLY": 1, "OFF_HEAP": 0, "MEMORY_AND_DISK_DESER by k": 1,
    }  # fmt: skip
    on_disk = runs["DISK_ONLY"][0].kept["numbers"]
    assert (on_disk.level, on_disk.memory_bytes) == ("DISK_ONLY", 0)
    assert on_disk.disk_bytes > 0
    assert all(records[0].answers["out"].rows == 7 for records in runs.values() if records)
    assert "spark.memory.offHeap" in first.records.failures()["numbers: OFF_HEAP"]
    assert ran[0] == "0 as it is"
    assert again.records.all == first.records.all
    assert not (tmp_path / "out").exists()
    assert not [one for one in psutil.Process().children(recursive=True) if "hotset.lab.worker" in one.cmdline()]
