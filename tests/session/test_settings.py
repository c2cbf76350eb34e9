"""Who asks for which setting, who wins, and the properties format both ways."""

import re
from pathlib import Path

import pytest

from hotset.errors import UsageError
from hotset.session.machine import GIB, Machine
from hotset.session.settings import (
    Ask,
    as_properties,
    changes_results,
    check_master,
    command_line_asks,
    conf_file,
    default_master,
    file_asks,
    own_asks,
    winners,
)

MACHINE = Machine(4, "a quota", 8 * GIB, "a limit")


def test_winners_are_the_first_of_each_setting() -> None:
    asks = [Ask("spark.a", "1", "first"), Ask("spark.b", "2", "first"), Ask("spark.a", "3", "second")]

    won = winners(asks)

    assert won == {"spark.a": Ask("spark.a", "1", "first"), "spark.b": Ask("spark.b", "2", "first")}


def test_command_line_asks_keep_values_whole() -> None:
    asks = command_line_asks(["spark.a=x=y z", "spark.b="], "local[2]")

    assert set(asks) == {
        Ask("spark.master", "local[2]", "--master"),
        Ask("spark.a", "x=y z", "--conf"),
        Ask("spark.b", "", "--conf"),
    }


def test_command_line_master_wins_and_of_two_confs_the_later() -> None:
    asks = command_line_asks(["spark.master=yarn", "spark.a=1", "spark.a=2"], "local[2]")

    won = winners(asks)

    assert (won["spark.master"].value, won["spark.a"].value) == ("local[2]", "2")


@pytest.mark.parametrize(
    ("pair", "got"),
    [
        ("nonsense", "'nonsense'"),
        ("", "''"),
        ("spark.a", "'spark.a'"),
        ("=x", "'=…'"),
        ("hadoop.password=canary", "'hadoop.password=…'"),
        (" spark.a=1", "' spark.a=…'"),
    ],
)
def test_command_line_asks_refuse_anything_else_without_showing_its_value(pair: str, got: str) -> None:
    with pytest.raises(UsageError) as refused:
        command_line_asks([pair], None)

    assert str(refused.value) == f"--conf takes spark.NAME=VALUE, got {got}"


def test_file_asks_read_java_properties(tmp_path: Path) -> None:
    file = tmp_path / "my.conf"
    file.write_text(
        "# a comment\n! another\nspark.a 1\nspark.b=2\n  spark.c : 3 \nspark.d x \\\n   y\n"
        "spark.e \\u00e9 눈\nspark.f C\\:\\\\tmp\nspark.a later\nhadoop.x 9\n",
        encoding="utf-8",
    )

    asks = file_asks(file, "me")

    assert {ask.key: ask.value for ask in asks} == {
        "spark.a": "later",
        "spark.b": "2",
        "spark.c": "3",
        "spark.d": "x y",
        "spark.e": "é 눈",
        "spark.f": "C:\\tmp",
    }
    assert {ask.by for ask in asks} == {"me"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot read the properties file '{file}': No such file or directory"),
        (b"spark.a \xff", "'{file}' is no properties file in UTF-8: "),
        (b"spark.a \\uZZZZ", "'{file}' is no properties file in UTF-8: "),
    ],
)
def test_file_asks_refuse_what_cannot_be_read(tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "my.conf"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(UsageError) as refused:
        file_asks(file, "me")

    assert str(refused.value).startswith(reason.format(file=file))


def test_as_properties_escapes_what_java_would_read_otherwise() -> None:
    settings = {"spark.a": " lead", "spark.b": "=x", "spark.c d": "#y:z!", "spark.e": "C:\\tmp\n\té", "spark.f": ""}

    text = as_properties(settings)

    assert text == (
        "spark.a \\ lead\nspark.b \\=x\nspark.c\\ d \\#y\\:z\\!\nspark.e C\\:\\\\tmp\\n\\t\\u00e9\nspark.f \n"
    )


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("spark.sql.session.timeZone", True),
        ("spark.sql.ansi.enabled", True),
        ("spark.sql.legacy.timeParserPolicy", True),
        ("spark.sql.caseSensitive", True),
        ("spark.sql.shuffle.partitions", False),
        ("spark.driver.memory", False),
    ],
)
def test_changes_results_knows_which_settings_change_an_answer(key: str, changes: bool) -> None:
    assert changes_results(key) is changes


def test_own_asks_on_this_machine_give_heap_and_local_conf() -> None:
    asks = winners(own_asks("local[4]", MACHINE))

    assert asks["spark.driver.memory"] == Ask("spark.driver.memory", "3072m", "hotset, from a limit")
    assert asks["spark.sql.session.timeZone"].value == "UTC"
    assert asks["spark.ui.enabled"] == Ask("spark.ui.enabled", "false", "hotset, conf/local.conf")


@pytest.mark.parametrize("master", ["yarn", "spark://host:7077", "k8s://https://host"])
def test_own_asks_on_a_cluster_leave_speed_and_memory_to_it(master: str) -> None:
    asks = winners(own_asks(master, MACHINE))

    assert asks["spark.sql.session.timeZone"].value == "UTC"
    assert asks["spark.sql.ansi.enabled"].value == "true"
    assert not {"spark.driver.memory", "spark.sql.shuffle.partitions", "spark.driver.host"} & set(asks)


@pytest.mark.parametrize(
    ("cores", "input_bytes", "options", "by"),
    [
        (2, None, "-XX:+UseSerialGC", "hotset, for 2 cores by a quota"),
        (
            2,
            0,
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "hotset, for 2 cores by a quota, for 0 bytes of input in the JVM",
        ),
        (2, 50_000_000, "-XX:+UseSerialGC", "hotset, for 2 cores by a quota"),
        (4, 49_999_999, "-XX:TieredStopAtLevel=1", "hotset, for 49,999,999 bytes of input in the JVM"),
    ],
)
def test_collector_and_compiler_follow_cores_and_input(
    cores: int, input_bytes: int | None, options: str, by: str
) -> None:
    machine = Machine(cores, "a quota", 8 * GIB, "a limit")

    asks = winners(own_asks("local[*]", machine, input_bytes=input_bytes))

    key = "spark.driver.defaultJavaOptions"
    assert asks[key] == Ask(key, options, by)


def test_many_cores_and_unknown_input_leave_the_jvm_its_own_choice() -> None:
    assert "spark.driver.defaultJavaOptions" not in winners(own_asks("local[4]", MACHINE))


def test_default_master_has_the_cores_of_the_machine() -> None:
    assert default_master(MACHINE) == Ask("spark.master", "local[4]", "hotset, from a quota")


@pytest.mark.parametrize("name", ["local.conf", "log4j2.properties"])
def test_conf_file_is_found(name: str) -> None:
    assert conf_file(name).is_file()


@pytest.mark.parametrize(
    "master",
    ["", "local[]", "local[x]", "local[0]", "local[-1]", "local[99999999999]", "local[1.5]", "local[2,x]",
     "local-cluster[1,2]", "local-cluster[a,b,c]", "local[2", "mesos://x"],
)  # fmt: skip
def test_a_master_that_no_spark_can_have_is_refused(master: str) -> None:
    with pytest.raises(UsageError, match=re.escape(repr(master))):
        check_master(master)


@pytest.mark.parametrize(
    "master",
    ["local", "local[2]", "local[*]", "local[2, 3]", "local[*,3]", "local-cluster[1, 2, 512]", "yarn", "spark://a:1"],
)
def test_a_master_that_spark_may_have_is_taken(master: str) -> None:
    check_master(master)
