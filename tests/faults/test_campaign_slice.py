"""A small, seeded part of the campaign: real processes, real kills, no Spark but the tests' own."""

import random
from pathlib import Path

import pytest
from faults.programs import every_format
from faults.rows.flips import flip_published
from faults.rows.kills import kill_all, leave_remains
from faults.rows.paths import publish_onto_file, publish_onto_input
from faults.rows.publishing import kill_publisher
from faults.scene import CACHE, Scene
from faults.subjects import SUBJECTS

import doors

pytestmark = pytest.mark.thorough

SEED = 7


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What several trials begin with: a version that was there before, how long a run takes, Spark's archive."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture
def scene(tmp_path: Path, shared: Path, request: pytest.FixtureRequest) -> Scene:
    """One trial; its number says which of a row's ways it takes."""
    directory = tmp_path / "trial"
    (directory / "marks").mkdir(parents=True)
    number: int = getattr(request, "param", 0)
    return Scene(SUBJECTS["hotset"], directory, shared, number)


@pytest.fixture
def _archive(shared: Path) -> None:
    """That of all doors, which is there already."""
    if not (shared / CACHE).exists():
        (shared / CACHE).symlink_to(doors.CACHE.name)


def test_no_kill_of_the_publishing_step_leaves_less_than_a_version_and_no_reader_sees_a_mixture(scene: Scene) -> None:
    finding = kill_publisher(scene, random.Random(SEED), kills=40)

    assert finding.broken == {}
    assert finding.phases["killed while writing"] > 0
    assert finding.phases["killed between manifest and exchange"] > 0
    assert finding.phases["reads"] > 100


@pytest.mark.usefixtures("spark")
def test_every_bit_that_turns_in_what_was_published_is_found(scene: Scene) -> None:
    every_format.main(scene.shared / "every-format")

    finding = flip_published(scene, random.Random(SEED), flips=60)

    assert finding.broken == {}
    assert {kind.split()[1] for kind in finding.phases} == {"data", "manifest", "quarantine"}


@pytest.mark.parametrize("scene", range(3), indirect=True)
def test_an_output_that_is_the_input_is_refused_in_any_spelling(scene: Scene) -> None:
    finding = publish_onto_input(scene, random.Random(SEED))

    assert finding.broken == {}


def test_a_file_at_the_outputs_place_stays(scene: Scene) -> None:
    finding = publish_onto_file(scene, random.Random(SEED))

    assert finding.broken == {}


@pytest.mark.doors
@pytest.mark.usefixtures("_archive")
@pytest.mark.parametrize("scene", [9, 11, 13], indirect=True)  # while it publishes, while it writes, while it closes
def test_a_job_that_is_killed_leaves_the_old_version_or_the_new_one(scene: Scene) -> None:
    finding = kill_all(scene, random.Random(SEED))

    assert finding.bit
    assert finding.broken == {}


@pytest.mark.doors
@pytest.mark.usefixtures("_archive")
def test_what_a_killed_job_has_left_is_gone_after_the_next_one(scene: Scene) -> None:
    finding = leave_remains(scene, random.Random(SEED))

    assert finding.bit
    assert finding.broken == {}
