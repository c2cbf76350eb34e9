"""Paths of this machine stay that for Hadoop, and mean the same to it, whatever characters are in them."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from hotset.hadoop import hadoop_path, hadoop_pattern

NAMES = [
    "plain", "a b", "50%", "%41", "%25", "a#b", "a?b", "a+b", "a,b", "a&b=c", "{a}", "[b]", "a*b", "back\\slash",
    "'quote\"", "한글", "tab\tin", "~", "a;b", "$x", "@", "!", "e\u0301",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_to_a_path_is_read_from_the_same_path(name: str, spark: SparkSession, tmp_path: Path) -> None:
    jvm = spark.sparkContext._jvm
    assert jvm
    configuration = jvm.org.apache.hadoop.conf.Configuration()
    configuration.set("fs.defaultFS", "hdfs://127.0.0.1:9")
    hadoop = jvm.org.apache.hadoop.fs
    path = tmp_path / name

    written = hadoop.Path(hadoop_path(path))
    written.getFileSystem(configuration).create(written).close()
    pattern = hadoop.Path(hadoop_pattern(path))
    matches = pattern.getFileSystem(configuration).globStatus(pattern)

    assert path.is_file()
    assert [status.getPath().getName() for status in matches] == [name]
