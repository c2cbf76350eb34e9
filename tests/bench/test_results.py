"""What is kept comes back as it was, and is gone on with only where it was measured alike."""

from pathlib import Path

from bench.results import Result, Timing, load, save
from sections import section

GOOD = Timing("ours", "whole", "1MB", 1, load_before=0.5, seconds=2.5, peak_pss_bytes=10)
FAILED = Timing("ours", "warm", "1MB", 1, failed="ended with exit code 7")


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    result = Result("count", "Counting", {"main": section(GOOD, FAILED)})

    save(result, tmp_path / "new" / "count.json")

    assert load(tmp_path / "new" / "count.json") == result
    assert load(tmp_path / "other.json") is None


def test_going_on_keeps_good_times_and_tries_failed_ones_again() -> None:
    fresh = section()

    assert fresh.go_on_from(section(GOOD, FAILED))

    assert fresh.times == [GOOD]
    assert fresh.has(Timing("ours", "whole", "1MB", 1))
    assert not fresh.has(Timing("ours", "warm", "1MB", 1))


def test_going_on_drops_what_is_not_asked_for_any_more() -> None:
    fresh = section(rounds=1)
    fresh.programs.pop("classic")
    fresh.modes.remove("warm")
    before = section(
        GOOD,
        Timing("ours", "whole", "1MB", 2, seconds=1.0),
        Timing("ours", "warm", "1MB", 1, seconds=1.0),
        Timing("classic", "whole", "1MB", 1, seconds=1.0),
    )

    fresh.go_on_from(before)

    assert fresh.times == [GOOD]


def test_times_of_another_seed_or_machine_are_not_gone_on_with() -> None:
    fresh = section()
    elsewhere = section(GOOD)
    elsewhere.machine = elsewhere.machine | {"cores": 64}

    assert not fresh.go_on_from(section(GOOD, seed=8))
    assert not fresh.go_on_from(elsewhere)
    assert not fresh.go_on_from(None)
    assert fresh.times == []


def test_times_of_other_code_are_gone_on_with_only_when_asked() -> None:
    fresh, before = section(), section(GOOD)
    before.source = "0ddba11"

    assert not fresh.go_on_from(before)
    assert fresh.go_on_from(before, other_source=True)
