"""A configuration file of Hadoop's that is no XML is named, with the variable that leads to it."""

from pathlib import Path

import pytest

from hotset.errors import UsageError
from hotset.session.hadoop_files import check_hadoop_files


@pytest.mark.parametrize("variable", ["HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_CONF_DIR"])
@pytest.mark.parametrize("content", ["<configuration><property>", "", "fs.defaultFS=file:///", "<a>\x01</a>"])
def test_a_file_that_is_no_xml_is_named_with_its_variable(tmp_path: Path, variable: str, content: str) -> None:
    (tmp_path / "core-site.xml").write_text(content)

    with pytest.raises(UsageError) as refused:
        check_hadoop_files({variable: str(tmp_path)}, tmp_path / "spark")

    said = f"{variable}={tmp_path} leads to {tmp_path / 'core-site.xml'}, and Hadoop cannot read it: "
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_the_directory_of_spark_itself_counts_where_no_other_is_named(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/hive-site.xml").write_text("<")

    with pytest.raises(UsageError, match=rf"Spark in {tmp_path} leads to .*hive-site\.xml"):
        check_hadoop_files({}, tmp_path)
    check_hadoop_files({"SPARK_CONF_DIR": str(tmp_path)}, tmp_path)


def test_a_link_that_leads_in_a_circle_is_told(tmp_path: Path) -> None:
    (tmp_path / "core-site.xml").symlink_to("core-site.xml")

    with pytest.raises(UsageError, match="Too many levels of symbolic links"):
        check_hadoop_files({"HADOOP_CONF_DIR": str(tmp_path)}, tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "<configuration/>",
        "<?xml version='1.0' encoding='UTF-16'?><configuration/>",
        "<?xml version='1.0' encoding='EUC-KR'?><configuration/>",
    ],
)
def test_xml_is_left_to_hadoop(tmp_path: Path, content: str) -> None:
    encoding = "utf-16" if "UTF-16" in content else "utf-8"
    (tmp_path / "core-site.xml").write_text(content, encoding=encoding)
    (tmp_path / "notes.xml").write_text("<")

    check_hadoop_files({"HADOOP_CONF_DIR": str(tmp_path), "YARN_CONF_DIR": "/nowhere"}, tmp_path)
