from pathlib import Path

from hotset.lab.records import Answer, Record, Records, Stored

STORED = Stored("DataFrame", "DISK_ONLY", 3, 0.5, 2, 0.25, 10, 20, 1)
RECORD = Record(
    "a", 1, 2.0, 2.5, 1.0, 0.5, 0.1, {"counts": STORED}, 7, 9, {"out": Answer(3, "-17", {"x": (3, 1, 2.0, 2.0)})}
)


def test_records_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.jsonl")
    records.add(RECORD)
    records.add(Record("b", 1, error="no"))

    again = Records(tmp_path / "records.jsonl")

    assert again.all == [RECORD, Record("b", 1, error="no")]
    assert (again.failures(), again.times("a"), again.last_round) == ({"b": "no"}, {1: 2.0}, 1)


def test_a_line_that_was_cut_off_is_left_out_and_written_over(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    Records(file).add(RECORD)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])

    records = Records(file)
    records.add(Record("b", 2, 1.0))

    assert Records(file).all == [RECORD, Record("b", 2, 1.0)]


def test_warm_ups_count_for_nothing_and_forgetting_forgets_all(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.jsonl")
    records.add(Record("a", 0, 9.0))

    times = records.times("a")
    records.forget()

    assert times == {}
    assert Records(tmp_path / "records.jsonl").all == []
