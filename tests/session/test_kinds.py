"""Values of settings that are none are told before Spark uses them, in our words and with who gave them."""

import re
from typing import Any

import pytest
from py4j.protocol import Py4JError
from pyspark import SparkContext
from pyspark.sql import SparkSession

from hotset import open_run
from hotset.errors import UsageError
from hotset.session.kinds import KNOWN, SWITCH, check_values, check_values_with_spark, refused_value
from hotset.session.settings import Ask


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("spark.driver.memory", "lots", "is a size of at least 450m, got 'lots' from --conf; write it like 512m or 2g"),
        ("spark.driver.memory", "1.5g", "is a size of at least 450m, got '1.5g'"),
        ("spark.driver.memory", "2gb", "is a size of at least 450m, got '2gb'"),
        ("spark.driver.memory", "", "is a size of at least 450m, got ''"),
        ("spark.driver.memory", "-1g", "is a size of at least 450m"),
        ("spark.driver.memory", "64m", "is a size of at least 450m"),
        ("spark.driver.memory", "2048", "is a size of at least 450m"),
        ("spark.executor.memory", "lots", "is a size, got 'lots'"),
        ("spark.driver.maxResultSize", "1.5g", "is a size, got '1.5g'"),
        ("spark.sql.shuffle.partitions", "many", "is a whole number, got 'many' from --conf; write it like 4"),
        ("spark.sql.shuffle.partitions", "99999999999", "is a whole number"),
        ("spark.executor.cores", "2.5", "is a whole number"),
        ("spark.memory.fraction", "half", "is a number, got 'half'"),
        ("spark.network.timeout", "soon", "is a time, got 'soon'"),
        ("spark.sql.ansi.enabled", "yes", "is true or false, got 'yes'"),
    ],
)
def test_a_value_that_is_none_is_told_without_a_jvm(key: str, value: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_values([Ask(key, value, "--conf"), Ask(key, "1g", "a file that it outranks")])

    assert str(refused.value).startswith(f"{key} {said}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("spark.driver.memory", "900m"),
        ("spark.driver.memory", "2G"),
        ("spark.driver.memory", "500000000"),
        ("spark.executor.memory", " 2gb "),
        ("spark.driver.memory", "${spark.executor.memory}"),
        ("spark.sql.shuffle.partitions", " 8 "),
        ("spark.memory.fraction", "6e-1"),
        ("spark.network.timeout", "2min"),
        ("spark.ui.enabled", "FALSE"),
        ("spark.hadoop.my.own.enabled", "perhaps"),
        ("spark.my.own", "lots"),
    ],
)
def test_a_value_that_may_be_is_left_to_spark(key: str, value: str) -> None:
    check_values([Ask(key, value, "--conf")])


def registered(jvm: Any) -> Any:
    return getattr(getattr(jvm.org.apache.spark.internal.config, "ConfigEntry$"), "MODULE$")


def test_kinds_are_those_that_spark_s_own_list_has(spark: SparkSession) -> None:
    entries = registered(spark.sparkContext._jvm)
    check_values_with_spark([Ask("spark.my.own", "x", "--conf")])  # makes them known
    keys, seen = entries.knownConfigs().keySet().iterator(), 0

    while keys.hasNext():
        key = keys.next()
        kind = next((kind for pattern, kind in KNOWN if re.fullmatch(pattern, key)), None)
        if kind and (kind is not SWITCH or key.startswith("spark.sql.adaptive")):
            seen += 1
            with pytest.raises(UsageError, match=re.escape(key)):
                check_values_with_spark([Ask(key, "lots", "--conf")])

    assert seen > 25


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("spark.sql.broadcastTimeout", "soon", "spark.sql.broadcastTimeout is a time, got 'soon' from --conf"),
        ("spark.buffer.pageSize", "lots", "spark.buffer.pageSize is a size, got 'lots' from --conf"),
        ("spark.ui.retainedJobs", "x", "spark.ui.retainedJobs is a whole number, got 'x'"),
        (
            "spark.sql.parquet.compression.codec",
            "zzz",
            "spark.sql.parquet.compression.codec cannot be 'zzz'",
        ),
        ("spark.sql.shuffle.partitions", "-1", "spark.sql.shuffle.partitions cannot be '-1' from --conf: The value"),
    ],
)
def test_spark_s_own_converters_have_the_last_word(key: str, value: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_values_with_spark([Ask(key, value, "--conf")])

    assert str(refused.value).startswith(said)
    assert "SQLSTATE" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("spark")
def test_what_spark_takes_or_does_not_know_passes() -> None:
    taken = {"spark.task.cpus": "1", "spark.network.timeout": "2min", "spark.my.own": "x", "spark.ui.port": "4041"}

    check_values_with_spark([Ask(key, value, "--conf") for key, value in taken.items()])


def test_without_a_jvm_there_is_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SparkContext, "_jvm", None)

    check_values_with_spark([Ask("spark.ui.retainedJobs", "x", "--conf")])


@pytest.mark.usefixtures("spark")
def test_a_run_in_a_session_that_is_open_refuses_such_a_value() -> None:
    with pytest.raises(UsageError, match="autoBroadcastJoinThreshold is a size, got 'lots' from open_run"):
        open_run("sizes", conf={"spark.sql.autoBroadcastJoinThreshold": "lots"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            ": java.lang.NumberFormatException: Size must be specified as bytes (b), kibibytes (k)\nFailed: lots",
            "Size must be specified as bytes (b), kibibytes (k); mend that setting",
        ),
        (
            "org.apache.spark.SparkIllegalArgumentException: [INVALID_DRIVER_MEMORY.SYSTEM_MEMORY] Insufficient "
            "driver memory: System memory 4 must be at least 5.\nPlease increase heap size using the "
            '--driver-memory option or "spark.driver.memory" in Spark configuration. SQLSTATE: F0000\n\tat org.apache',
            "Insufficient driver memory: System memory 4 must be at least 5; mend spark.driver.memory of --conf",
        ),
    ],
)
def test_what_a_session_cannot_be_made_with_is_a_wrong_value(text: str, said: str) -> None:
    error = refused_value(Py4JError(text), [Ask("spark.driver.memory", "460m", "--conf")])

    assert str(error) == said


def test_another_failure_of_a_start_is_no_value() -> None:
    assert refused_value(Py4JError("All masters are unresponsive"), []) is None
    assert refused_value(ValueError("INVALID_CONF_VALUE"), []) is None
