"""A small, seeded part of the campaign: real processes, real kills, no Spark but the tests' own."""

import random
from pathlib import Path

import pytest
from faults.programs import every_format
from faults.rows.flips import flip_published
from faults.rows.kills import kill_all, leave_remains
from faults.rows.paths import publish_onto_file, publish_onto_input
from faults.rows.publishing import kill_publisher
from faults.scene import Scene
from faults.subjects import SUBJECTS

pytestmark = pytest.mark.thorough

SEED = 7


def scene(tmp_path: Path, number: int = 0) -> Scene:
    directory, shared = tmp_path / "trial", tmp_path / "shared"
    for each in (directory, shared, directory / "marks"):
        each.mkdir()
    return Scene(SUBJECTS["hotset"], directory, shared, number)


def test_no_kill_of_the_publishing_step_leaves_less_than_a_version_and_no_reader_sees_a_mixture(tmp_path: Path) -> None:
    finding = kill_publisher(scene(tmp_path), random.Random(SEED), kills=40)

    assert finding.broken == {}
    assert finding.phases["killed while writing"] > 0
    assert finding.phases["killed between manifest and exchange"] > 0
    assert finding.phases["reads"] > 100


@pytest.mark.usefixtures("spark")
def test_every_bit_that_turns_in_what_was_published_is_found(tmp_path: Path) -> None:
    stage = scene(tmp_path)
    every_format.main(stage.shared / "every-format")

    finding = flip_published(stage, random.Random(SEED), flips=60)

    assert finding.broken == {}
    assert {kind.split()[1] for kind in finding.phases} == {"data", "manifest", "quarantine"}


@pytest.mark.parametrize("number", range(3))
def test_an_output_that_is_the_input_is_refused_in_any_spelling(tmp_path: Path, number: int) -> None:
    finding = publish_onto_input(scene(tmp_path, number), random.Random(SEED))

    assert finding.broken == {}


def test_a_file_at_the_outputs_place_stays(tmp_path: Path) -> None:
    finding = publish_onto_file(scene(tmp_path), random.Random(SEED))

    assert finding.broken == {}


@pytest.mark.doors
@pytest.mark.parametrize("number", [9, 11, 13])  # while it publishes, while it writes, while it closes
def test_a_job_that_is_killed_leaves_the_old_version_or_the_new_one(tmp_path: Path, number: int) -> None:
    finding = kill_all(scene(tmp_path, number), random.Random(SEED))

    assert finding.bit
    assert finding.broken == {}


@pytest.mark.doors
def test_what_a_killed_job_has_left_is_gone_after_the_next_one(tmp_path: Path) -> None:
    finding = leave_remains(scene(tmp_path), random.Random(SEED))

    assert finding.bit
    assert finding.broken == {}
