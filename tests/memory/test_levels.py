import pytest
from pyspark import StorageLevel

from hotset import UsageError
from hotset.memory.explained import EXPLAINED
from hotset.memory.levels import OTHERS, REPLICATED, STORAGE, Level, name_of, named


@pytest.mark.parametrize("name", [*STORAGE, *REPLICATED, *OTHERS])
def test_a_level_is_written_as_it_is_read(name: str) -> None:
    assert str(Level.parse(f" {name.lower().replace('_', '-')} ")) == name
    assert str(Level.parse(f"{name} by word, day")) == f"{name} by word,day"


def test_every_constant_of_pyspark_is_known_by_its_name() -> None:
    constants = {name: level for name, level in vars(StorageLevel).items() if isinstance(level, StorageLevel)}

    assert {name: Level.of(level).name for name, level in constants.items()} == {name: name for name in constants}
    assert all(Level.parse(name).storage == level for name, level in constants.items() if name != "NONE")


def test_a_level_without_a_constant_is_told_in_words_and_stays_itself() -> None:
    flags = StorageLevel(False, True, False, True)

    level = Level.of(flags)

    assert (level.name, level.storage, level.drops) == ("memory, deserialised", flags, True)
    assert name_of(StorageLevel(True, True, True, True, 2)) == "off-heap memory and disk, deserialised, 2 copies"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("MEMORY_ONLY_SER", "say MEMORY_ONLY: PySpark serialises"),
        ("MEMORY_AND_DISK_SER", "say MEMORY_AND_DISK: PySpark serialises"),
        ("MEMORY_ONLY_DESER", r"StorageLevel\(False, True, False, True\)"),
        ("DISC_ONLY", "did you mean DISK_ONLY"),
        ("fast", "there are MEMORY_AND_DISK_DESER, MEMORY_AND_DISK"),
        ("", "there are"),
    ],
)
def test_names_that_pyspark_does_not_have_are_refused_with_what_is_meant(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Level.parse(text)


@pytest.mark.parametrize("text", ["DISK_ONLY", "=DISK_ONLY", "counts=", "counts"])
def test_a_wish_without_a_name_or_a_level_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--level takes NAME=LEVEL"):
        named(text)


def test_a_wish_is_a_name_and_a_level() -> None:
    assert named("my counts=DISK_ONLY by word") == ("my counts", Level("DISK_ONLY", ("word",)))


def test_every_level_is_explained() -> None:
    told = {line.name for line in EXPLAINED}

    assert {*STORAGE, *OTHERS} <= told
