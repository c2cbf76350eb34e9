import pytest

from hotset import UsageError
from hotset.lab.compare import off_heap_conf
from hotset.lab.experiment import in_turn
from hotset.lab.options import AS_THE_JOB_HAS_IT, Option, all_options, check_level, families
from hotset.lab.records import Record, Stored


def stored(kind: str, level: str) -> Stored:
    return Stored(kind, level, None, None, 0, None, 0, 0, 0)


def probe(**kept: Stored) -> Record:
    return Record("as it is", 0, kept=kept)


ARROW, UNCOMPRESSED = "MEMORY_AND_DISK_DESER arrow", "MEMORY_AND_DISK_DESER uncompressed"
FRAME = stored("DataFrame", "MEMORY_AND_DISK_DESER")
RDD = stored("RDD", "MEMORY_ONLY")


def test_a_frame_is_compared_at_every_level_and_the_one_it_has_needs_no_run_of_its_own() -> None:
    family = families(probe(counts=FRAME), (), {}, off_heap_conf(1))[0]

    assert list(family.options) == [
        "NONE", "MEMORY_AND_DISK_DESER", "MEMORY_AND_DISK", "DISK_ONLY", "PARQUET", "MEMORY_ONLY", "LOCAL_CHECKPOINT",
        "MEMORY_AND_DISK_DESER uncompressed", "OFF_HEAP", "MEMORY_AND_DISK_DESER arrow",
    ]  # fmt: skip
    assert family.options["MEMORY_AND_DISK_DESER"] is AS_THE_JOB_HAS_IT
    assert family.options["DISK_ONLY"].levels == {"counts": "DISK_ONLY"}


def test_what_is_session_wide_has_a_session_of_its_own() -> None:
    family = families(probe(counts=FRAME), (), {}, off_heap_conf(1))[0]

    sessions = {label: option.session for label, option in family.options.items()}

    assert (sessions["OFF_HEAP"], sessions[ARROW], sessions[UNCOMPRESSED]) == ("off-heap", "Arrow", "plain")
    assert family.options["OFF_HEAP"].conf["spark.memory.offHeap.enabled"] == "true"


def test_the_cache_of_frames_is_not_varied_for_an_rdd() -> None:
    family = families(probe(pairs=RDD), (), {}, {})[0]

    assert not {ARROW, UNCOMPRESSED} & family.options.keys()
    assert family.options["MEMORY_ONLY"] is AS_THE_JOB_HAS_IT


def test_levels_that_were_asked_for_come_with_none_and_with_the_one_that_the_job_has() -> None:
    family = families(probe(counts=FRAME), ("DISK_ONLY",), {"counts": "word"}, {})[0]

    assert list(family.options) == ["NONE", "MEMORY_AND_DISK_DESER", "DISK_ONLY", "MEMORY_AND_DISK_DESER by word"]


def test_several_names_share_the_run_of_the_job_as_it_is() -> None:
    found = families(probe(counts=FRAME, pairs=RDD), ("MEMORY_AND_DISK_DESER", "MEMORY_ONLY"), {}, {})

    keys = [option.key for option in all_options(found)]

    assert keys == [
        "as it is", "counts: NONE", "pairs: NONE", "counts: MEMORY_ONLY", "pairs: MEMORY_AND_DISK_DESER",
    ]  # fmt: skip


def test_a_key_for_what_is_not_kept_is_refused_with_what_is() -> None:
    with pytest.raises(UsageError, match="--by names 'count', which the job does not keep; it keeps counts"):
        families(probe(counts=FRAME), (), {"count": "word"}, {})


def test_an_unknown_level_and_auto_are_refused() -> None:
    assert (check_level(" disk-only"), check_level("arrow")) == ("DISK_ONLY", "ARROW")
    with pytest.raises(UsageError, match="no storage level is called 'DISK'"):
        check_level("DISK")
    with pytest.raises(UsageError, match="got AUTO"):
        check_level("auto")


def test_each_round_begins_with_another_option_and_holds_all() -> None:
    options = [Option(key) for key in "abc"]

    rounds = ["".join(option.key for option in in_turn(options, number)) for number in (1, 2, 3, 4)]

    assert rounds == ["abc", "acb", "cab", "cba"]
