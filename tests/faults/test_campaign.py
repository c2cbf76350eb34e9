"""The campaign itself: what it repeats, what it keeps, and when it is not content."""

import random
from collections import Counter
from pathlib import Path

import pytest
from faults.campaign import Campaign
from faults.results import Trial, added_up, trials_in
from faults.row import Finding, Inject, Row
from faults.rows import all_rows
from faults.scene import Scene
from faults.subjects import SUBJECTS


def campaign(tmp_path: Path) -> Campaign:
    return Campaign(SUBJECTS["plain"], tmp_path, seed=7)


def hit(_: Scene, __: random.Random) -> Finding:
    return Finding()


def miss(_: Scene, __: random.Random) -> Finding:
    return Finding(bit=False)


def row(inject: Inject, trials: int = 1) -> Row:
    return Row("3", "a fault", {"plain": trials}, inject)


def test_a_fault_that_hits_nothing_is_tried_again_with_another_seed(tmp_path: Path) -> None:
    drawn: list[float] = []

    def inject(_: Scene, rng: random.Random) -> Finding:
        drawn.append(rng.random())
        return Finding(bit=len(drawn) == 3)

    trials = campaign(tmp_path).run([row(inject)])

    assert [(trial.bit, trial.missed) for trial in trials] == [(True, 2)]
    assert len(set(drawn)) == 3


def test_a_fault_that_never_hits_leaves_the_row_incomplete(tmp_path: Path) -> None:
    never = row(miss)

    result = added_up(never, 1, campaign(tmp_path).run([never]))

    assert (result.trials, result.bit, result.complete) == (1, 0, False)


def test_what_cannot_be_injected_leaves_the_row_incomplete_and_is_tried_again_the_next_time(tmp_path: Path) -> None:
    tried: list[int] = []

    def inject(scene: Scene, _: random.Random) -> Finding:
        tried.append(scene.number)
        raise OSError("no disk to mount")

    refusing = row(inject)
    result = added_up(refusing, 1, campaign(tmp_path).run([refusing]))
    campaign(tmp_path).run([refusing])

    assert (result.not_injected, result.complete) == ("OSError: no disk to mount", False)
    assert tried == [0, 0]


def test_a_campaign_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    numbers: list[int] = []

    def inject(scene: Scene, _: random.Random) -> Finding:
        numbers.append(scene.number)
        if numbers == [0, 1, 2]:
            raise KeyboardInterrupt
        return Finding()

    with pytest.raises(KeyboardInterrupt):
        campaign(tmp_path).run([row(inject, 4)])
    trials = campaign(tmp_path).run([row(inject, 4)])

    assert numbers == [0, 1, 2, 2, 3]
    assert [trial.number for trial in trials] == [0, 1, 2, 3]


def test_equal_seeds_draw_equal_faults(tmp_path: Path) -> None:
    drawn: list[float] = []

    def inject(_: Scene, rng: random.Random) -> Finding:
        drawn.append(rng.random())
        return Finding()

    for name in ("one", "two"):
        campaign(tmp_path / name).run([row(inject, 2)])

    assert drawn[:2] == drawn[2:]
    assert len(set(drawn)) == 2


def test_a_line_that_a_kill_cut_off_is_no_trial(tmp_path: Path) -> None:
    log = tmp_path / "trials.jsonl"
    log.write_text('{"row": "3", "number": 0, "seed": "7/3/0/0", "bit": true}\n{"row": "3", "num')

    assert [trial.number for trial in trials_in(log)] == [0]


def test_trials_add_up_with_what_broke_and_where() -> None:
    trials = [
        Trial("3", 0, "a", bit=True, phases={"writing": 1}),
        Trial("3", 1, "b", True, 1, 1, {"A2": 1}, ["A2: gone"], {"kept": 1}, missed=2),
    ]

    result = added_up(row(hit, 2), 2, trials)

    assert (result.bit, result.failed, result.missed, result.complete) == (2, 1, 2, True)
    assert (result.broken, result.phases) == ({"A2": 1}, {"writing": 1, "kept": 1})
    assert result.failures == [{"seed": "b", "problems": ["A2: gone"]}]


def test_many_kills_in_one_trial_count_each(tmp_path: Path) -> None:
    def inject(_: Scene, __: random.Random) -> Finding:
        return Finding({"A2": ["torn", "torn"]}, trials=100, failed=2, phases=Counter(writing=100))

    many = Row("5", "kills", {"plain": 1}, inject, unit=100)

    result = added_up(many, 1, campaign(tmp_path).run([many]))

    assert (result.wanted, result.bit, result.failed, result.broken) == (100, 100, 2, {"A2": 2})


def test_every_row_of_the_publishing_half_is_tried_with_hotset() -> None:
    wanted = {
        *map(str, range(1, 17)),
        "29",
        "32",
        "33",
        *map(str, range(37, 47)),
        "51",
        "59",
        "60",
        "43b",
        "47b",
        "51b",
    }

    tried = {row.key for row in all_rows() if row.trials.get("hotset")}

    assert wanted == tried


def test_counts_are_those_that_were_promised() -> None:
    counts = Counter[str]()
    for row in all_rows():
        counts[row.key] += row.trials.get("hotset", 0) * row.unit

    assert counts["3"] >= 60
    assert counts["5"] >= 1000
    assert counts["7"] >= 50
    assert counts["43b"] >= 1000
    assert counts["60"] >= 6 * 300
