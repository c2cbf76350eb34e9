import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from hotset.lab.options import Family, Option
from hotset.lab.records import Record, Records, Stored
from hotset.lab.verdict import Verdict, is_out, is_settled, judge

ROUNDS = 8
TRIALS = 200


def stored(memory_bytes: int, disk_bytes: int = 0) -> Stored:
    return Stored("DataFrame", "", None, 1.0, 2, 1.0, memory_bytes, disk_bytes, 0)


def family(*labels: str) -> Family:
    return Family("counts", {label: Option(label) for label in labels})


def records(directory: Path, times: Mapping[str, list[float]], memory: Mapping[str, int] | None = None) -> Records:
    """Each option's seconds, round by round."""
    kept = {label: {"counts": stored((memory or {}).get(label, 0))} for label in times}
    found = Records(directory / "records.jsonl")
    found.all = [
        Record(label, number, one, one, kept=kept[label])
        for label, seconds in times.items()
        for number, one in enumerate(seconds, 1)
    ]
    return found


def judged(directory: Path, times: Mapping[str, list[float]], memory: Mapping[str, int] | None = None) -> Verdict:
    found = judge(family(*times), records(directory, times, memory), 0.95)
    assert found is not None
    return found


def test_an_option_that_every_other_is_slower_than_wins(tmp_path: Path) -> None:
    times = {"NONE": [10.0, 10.1, 9.9], "DISK_ONLY": [5.0, 5.1, 5.0], "MEMORY_ONLY": [2.0, 2.02, 2.01]}

    verdict = judged(tmp_path, times)

    assert (verdict.best, verdict.take, verdict.has_winner) == ("MEMORY_ONLY", "MEMORY_ONLY", True)
    assert verdict.to_none["DISK_ONLY"].value == pytest.approx(0.503, abs=0.001)
    assert list(verdict.relative) == ["MEMORY_ONLY", "DISK_ONLY", "NONE"]
    assert is_settled(verdict)


def test_of_those_that_do_not_differ_nothing_is_kept_if_that_is_one_of_them(tmp_path: Path) -> None:
    times = {"NONE": [10.0, 10.1, 9.9, 10.0], "MEMORY_ONLY": [9.95, 10.1, 9.9, 10.0]}

    verdict = judged(tmp_path, times, {"MEMORY_ONLY": 100})

    assert (verdict.best, verdict.take, verdict.has_winner) == ("MEMORY_ONLY", "NONE", False)


def test_of_those_that_do_not_differ_the_one_with_the_least_memory_is_taken(tmp_path: Path) -> None:
    times = {
        "NONE": [10.0, 10.1, 9.9, 10.0],
        "MEMORY_AND_DISK_DESER": [5.0, 5.02, 5.01, 5.0],
        "MEMORY_AND_DISK": [5.03, 5.0, 5.0, 5.01],
    }

    verdict = judged(tmp_path, times, {"MEMORY_AND_DISK_DESER": 300, "MEMORY_AND_DISK": 100})

    assert set(verdict.alike) == {"MEMORY_AND_DISK_DESER", "MEMORY_AND_DISK"}
    assert verdict.take == "MEMORY_AND_DISK"


def test_an_option_that_may_be_slower_is_open_and_not_taken_for_its_memory(tmp_path: Path) -> None:
    times = {"NONE": [10.0, 30.0, 10.0], "MEMORY_ONLY": [9.0, 8.0, 9.5]}

    verdict = judged(tmp_path, times, {"MEMORY_ONLY": 100})

    assert (verdict.open, verdict.take, verdict.decided) == (("NONE",), "MEMORY_ONLY", False)
    assert not is_settled(verdict)


def test_two_rounds_decide_nothing(tmp_path: Path) -> None:
    verdict = judged(tmp_path, {"NONE": [10.0, 10.0], "MEMORY_ONLY": [1.0, 1.0]})

    assert not verdict.decided
    assert not verdict.has_winner
    assert not is_settled(verdict)


def test_an_option_that_is_much_slower_is_out_but_none_never_is(tmp_path: Path) -> None:
    verdict = judged(tmp_path, {"NONE": [9.0, 9.1, 9.0], "PARQUET": [4.0, 4.1, 4.0], "MEMORY_ONLY": [1.0, 1.01, 1.0]})

    assert is_out(verdict, "PARQUET")
    assert not is_out(verdict, "NONE")
    assert not is_out(verdict, "MEMORY_ONLY")


def test_where_none_fails_the_others_are_compared_all_the_same(tmp_path: Path) -> None:
    times = {"MEMORY_ONLY": [1.0, 1.01, 1.0], "DISK_ONLY": [2.0, 2.02, 2.01]}
    found = records(tmp_path, times)
    found.all.append(Record("NONE", 0, error="not done after 600 s"))

    verdict = judge(family("NONE", *times), found, 0.95)

    assert verdict is not None
    assert (verdict.best, verdict.has_winner, verdict.to_none) == ("MEMORY_ONLY", True, {})


def test_without_a_difference_most_trials_end_without_a_winner(tmp_path: Path) -> None:
    labels = ("NONE", "MEMORY_AND_DISK_DESER", "MEMORY_AND_DISK", "MEMORY_ONLY", "DISK_ONLY", "PARQUET")
    chance = random.Random(7)

    verdicts = [
        judged(tmp_path, {label: [chance.lognormvariate(1, 0.05) for _ in range(ROUNDS)] for label in labels})
        for _ in range(TRIALS)
    ]

    assert sum(verdict.has_winner for verdict in verdicts) <= 0.05 * TRIALS
    assert sum(len(verdict.alike) + len(verdict.open) == len(labels) for verdict in verdicts) >= 0.9 * TRIALS


def test_a_difference_of_a_fifth_is_found_in_most_trials(tmp_path: Path) -> None:
    chance = random.Random(7)
    means = {"NONE": 1.0, "MEMORY_ONLY": 0.8, "DISK_ONLY": 1.0}

    verdicts = [
        judged(
            tmp_path,
            {label: [mean * chance.lognormvariate(1, 0.05) for _ in range(ROUNDS)] for label, mean in means.items()},
        )
        for _ in range(TRIALS)
    ]

    assert sum(verdict.take == "MEMORY_ONLY" and verdict.has_winner for verdict in verdicts) >= 0.95 * TRIALS
