import pytest
from pyspark.sql import SparkSession

from hotset.session.settings import Ask
from hotset.session.spark import WHY_NOT, Wishes, open_session
from hotset.session.truth import same_value


def test_a_running_session_reports_a_static_setting_as_ignored(spark: SparkSession) -> None:
    asks = (Ask("spark.executor.memory", "7g", "test"), Ask("spark.driver.memory", "9g", "test"))

    session = open_session(Wishes("again", asks))
    settings = {setting.key: setting for setting in session.settings()}
    session.close()

    assert settings["spark.executor.memory"].in_force is None
    assert settings["spark.executor.memory"].note == f"ignored: {WHY_NOT['running session']}"
    assert settings["spark.driver.memory"].in_force == "1g"
    assert settings["spark.driver.memory"].note == f"ignored: {WHY_NOT['running session']}"
    assert spark.range(1).count() == 1  # it is not ours to stop


def test_a_running_session_takes_a_setting_that_can_change(spark: SparkSession) -> None:
    asks = (Ask("spark.sql.shuffle.partitions", "3", "test"), Ask("spark.sql.shuffle.partitions", "5", "somebody"))

    session = open_session(Wishes("again", asks))
    settings = session.settings()
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    session.close()

    assert [(setting.by, setting.in_force, setting.note) for setting in settings] == [
        ("test", "3", ""),
        ("somebody", "3", "ignored: test outranks it"),
    ]


@pytest.mark.parametrize(("one", "other"), [("2g", "2048m"), ("True", "true"), (" 1G ", "1073741824"), ("a", "a")])
def test_two_spellings_of_one_value_are_the_same(one: str, other: str) -> None:
    assert same_value(one, other)


@pytest.mark.parametrize(("one", "other"), [("2g", "2000m"), ("true", "false"), ("1", "01x"), ("", "0")])
def test_other_values_are_not_the_same(one: str, other: str) -> None:
    assert not same_value(one, other)
