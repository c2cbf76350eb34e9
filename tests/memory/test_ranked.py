from hotset.memory.levels import Level
from hotset.memory.placed import Placement
from hotset.memory.ranked import LAB, Asked, Ranked

DISK, NONE, MEMORY = Level("DISK_ONLY"), Level("NONE"), Level("MEMORY_ONLY")
LINE = Placement("job", "counts", DISK, 100, conf={"spark.a": "1"})


def test_an_experiment_ranks_above_the_code_the_command_line_and_the_file_in_this_order() -> None:
    file, asked = (LINE,), (("counts", MEMORY), ("counts", NONE), ("other", DISK))

    ranks = [
        Ranked({"counts": MEMORY}, asked, file).of("counts", NONE, 100),
        Ranked({}, asked, file).of("counts", MEMORY, 100),
        Ranked({}, asked, file).of("counts", None, 100),
        Ranked({}, (), file, "my.toml").of("counts", None, 100),
        Ranked({}, (), file).of("others", None, 100),
    ]

    assert ranks == [
        Asked(MEMORY, LAB),
        Asked(MEMORY, "the code"),
        Asked(NONE, "--level"),
        Asked(DISK, "my.toml"),
        None,
    ]


def test_a_line_of_another_size_of_input_is_out() -> None:
    ranked = Ranked(placements=(LINE,))

    assert (ranked.of("counts", None, 300), ranked.out_of_range("counts", 300)) == (None, LINE)
    assert (ranked.out_of_range("counts", 150), ranked.out_of_range("others", 300)) == (None, None)


def test_settings_belong_to_lines_that_are_used() -> None:
    assert Ranked(placements=(LINE,)).conf(150) == {"spark.a": "1"}
    assert Ranked(placements=(LINE,)).conf(300) == {}
    assert Ranked(asked=(("counts", NONE),), placements=(LINE,)).conf(150) == {}
    assert Ranked({"counts": NONE}, placements=(LINE,)).conf(150) == {}
