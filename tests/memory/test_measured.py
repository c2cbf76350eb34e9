from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from hotset.memory.measured import Measurement, add_measurements, like, load_measurements

SMALL = 1_000_000


def measurement(name: str = "counts", level: str = "DISK_ONLY", run_id: str = "1", **facts: object) -> Measurement:
    given: dict[str, object] = {"variant": "a", "taken": "2026-01-31T12:00:00+00:00", "input_bytes": SMALL} | facts
    return Measurement(name=name, level=level, run_id=run_id, **given)  # type: ignore[arg-type]


def file_of(state: Path) -> Path:
    return next((state / "measured").glob("*.json"))


def add_twenty(state: Path, run_id: str) -> None:
    for number in range(20):
        add_measurements(state, "job", [measurement(f"{run_id}-{number}", run_id=run_id)])


def test_what_is_added_is_there_for_the_next_run_the_oldest_first(tmp_path: Path) -> None:
    add_measurements(tmp_path, "wordcount", [measurement(run_id="1", rows=8, others={"words": "NONE"})])
    add_measurements(tmp_path, "wordcount", [measurement(run_id="2", build_seconds=1.5)])

    first, second = load_measurements(tmp_path, "wordcount")

    assert (first.run_id, first.rows, first.others) == ("1", 8, {"words": "NONE"})
    assert (second.run_id, second.build_seconds) == ("2", 1.5)


def test_jobs_whose_names_look_alike_keep_theirs_apart(tmp_path: Path) -> None:
    add_measurements(tmp_path, "my job", [measurement(run_id="space")])
    add_measurements(tmp_path, "my/job", [measurement(run_id="slash")])
    add_measurements(tmp_path, "../job", [measurement(run_id="dots")])

    found = [[one.run_id for one in load_measurements(tmp_path, job)] for job in ("my job", "my/job", "../job")]

    assert found == [["space"], ["slash"], ["dots"]]
    assert [entry.name for entry in tmp_path.iterdir()] == ["measured"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"layout": 1}', b'{"layout": 2, "measurements": []}', b"1" * 99],
)
def test_garbage_counts_as_nothing_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    add_measurements(tmp_path, "job", [measurement(run_id="lost")])
    file_of(tmp_path).write_bytes(content)

    read = load_measurements(tmp_path, "job")
    add_measurements(tmp_path, "job", [measurement(run_id="new")])

    assert read == ()
    assert [one.run_id for one in load_measurements(tmp_path, "job")] == ["new"]


def test_a_file_that_is_too_large_to_be_ours_is_not_read(tmp_path: Path) -> None:
    add_measurements(tmp_path, "job", [measurement()])
    content = file_of(tmp_path).read_bytes()

    file_of(tmp_path).write_bytes(content + b" " * 4_000_000)

    assert load_measurements(tmp_path, "job") == ()


def test_entries_of_a_later_version_are_read_without_what_is_new(tmp_path: Path) -> None:
    add_measurements(tmp_path, "job", [measurement(rows=8)])
    book = msgspec.json.decode(file_of(tmp_path).read_bytes())
    book["measurements"][0]["energy_joules"] = 7

    file_of(tmp_path).write_bytes(msgspec.json.encode(book))

    assert [one.rows for one in load_measurements(tmp_path, "job")] == [8]


def test_of_each_set_at_each_level_the_newest_eight_stay(tmp_path: Path) -> None:
    add_measurements(tmp_path, "job", [measurement(level="NONE", run_id="first")])
    for number in range(10):
        add_measurements(tmp_path, "job", [measurement(run_id=str(number))])

    stayed = [one.run_id for one in load_measurements(tmp_path, "job")]

    assert stayed == ["first", "2", "3", "4", "5", "6", "7", "8", "9"]


def test_a_file_does_not_grow_without_end(tmp_path: Path) -> None:
    add_measurements(tmp_path, "job", [measurement(f"set-{number}") for number in range(1000)])

    stayed = load_measurements(tmp_path, "job")

    assert len(stayed) == 400
    assert stayed[-1].name == "set-999"
    assert file_of(tmp_path).stat().st_size < 4_000_000


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as both:  # a lock on a file keeps threads apart as it does processes
        for done in [both.submit(add_twenty, tmp_path, run_id) for run_id in ("one", "other")]:
            done.result()

    assert len({one.name for one in load_measurements(tmp_path, "job")}) == 40


def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "measured").write_text("a file where the directory should be")

    with pytest.raises(OSError, match="measured"):
        add_measurements(tmp_path, "job", [measurement()])

    assert load_measurements(tmp_path, "job") == ()


def test_only_the_same_set_of_the_same_variant_counts() -> None:
    both = [measurement(run_id="1"), measurement("words"), measurement(variant="b")]

    assert [one.run_id for one in like(both, "counts", "a", SMALL)] == ["1"]


@pytest.mark.parametrize(
    ("now", "rows"), [(500_000, 50), (1_000_000, 100), (2_000_000, 200), (499_999, None), (2_000_001, None), (0, None)]
)
def test_from_half_to_double_the_input_it_is_scaled_and_beyond_it_counts_no_more(now: int, rows: int | None) -> None:
    found = like([measurement(rows=100)], "counts", "a", now)

    assert [one.rows for one in found] == ([] if rows is None else [rows])


def test_all_that_grows_with_the_input_is_scaled_and_reads_are_not() -> None:
    before = measurement(
        rows=100,
        memory_bytes=10,
        disk_bytes=20,
        build_seconds=1.0,
        read_seconds=0.5,
        seconds=4.0,
        reads=3,
        partitions=4,
    )

    (now,) = like([before], "counts", "a", 2 * SMALL)

    assert (now.rows, now.memory_bytes, now.disk_bytes) == (200, 20, 40)
    assert (now.build_seconds, now.read_seconds, now.seconds) == (2.0, 1.0, 8.0)
    assert (now.reads, now.partitions) == (3, 4)


def test_runs_without_inputs_are_alike() -> None:
    assert len(like([measurement(input_bytes=0)], "counts", "a", 0)) == 1
