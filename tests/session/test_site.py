"""What the site says about Spark is honoured, and what we cannot honour is refused."""

from pathlib import Path

import pyspark
import pytest

from hotset.errors import ClusterError, UsageError
from hotset.session.settings import Ask
from hotset.session.site import pyspark_home, read_site


def spark_home(root: Path) -> Path:
    (root / "jars").mkdir(parents=True)
    (root / "conf").mkdir()
    return root


def test_pyspark_home_is_where_pyspark_is_imported_from() -> None:
    assert pyspark_home() == Path(pyspark.__file__).parent


def test_without_a_word_of_the_site_it_is_pips_spark(tmp_path: Path) -> None:
    site = read_site({"SPARK_CONF_DIR": str(tmp_path)})

    assert (site.spark_home, site.asks, site.submit_args) == (pyspark_home(), (), ())
    assert (site.plain_launch, site.log4j) == (None, False)


def test_defaults_file_of_the_site_is_read(tmp_path: Path) -> None:
    file = tmp_path / "spark-defaults.conf"
    file.write_text("spark.master yarn\nspark.a 1\n")

    site = read_site({"SPARK_CONF_DIR": str(tmp_path)})

    assert site.asks == (Ask("spark.master", "yarn", str(file)), Ask("spark.a", "1", str(file)))
    assert site.plain_launch is None


def test_spark_home_of_the_site_is_launched_plainly(tmp_path: Path) -> None:
    home = spark_home(tmp_path / "site spark")
    (home / "conf/spark-defaults.conf").write_text("spark.a 1\n")

    site = read_site({"SPARK_HOME": str(home)})

    assert site.plain_launch == f"SPARK_HOME={home} is the site's own Spark"
    assert [ask.key for ask in site.asks] == ["spark.a"]


def test_spark_home_that_links_to_pips_spark_is_pips_spark(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(pyspark_home())

    site = read_site({"SPARK_HOME": str(tmp_path / "link"), "SPARK_CONF_DIR": str(tmp_path)})

    assert site.plain_launch is None


def test_spark_env_is_left_to_a_shell(tmp_path: Path) -> None:
    (tmp_path / "spark-env.sh").touch()

    site = read_site({"SPARK_CONF_DIR": str(tmp_path)})

    assert site.plain_launch == f"{tmp_path}/spark-env.sh has to be run by a shell"


@pytest.mark.parametrize("name", ["log4j2.properties", "log4j2.xml", "log4j2.yaml", "log4j2.json"])
def test_log_configuration_of_the_site_is_seen(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    assert read_site({"SPARK_CONF_DIR": str(tmp_path)}).log4j


def test_spark_home_without_jars_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClusterError) as refused:
        read_site({"SPARK_HOME": str(tmp_path)})

    assert (
        str(refused.value) == f"SPARK_HOME={tmp_path} holds no Spark (no jars/ in it); unset it to use {pyspark_home()}"
    )


@pytest.mark.parametrize(
    ("arguments", "asks", "rest"),
    [
        ("", {}, ()),
        ("pyspark-shell", {}, ()),
        ("--master local[3] pyspark-shell", {"spark.master": "local[3]"}, ()),
        ("--driver-memory 2g pyspark-shell", {"spark.driver.memory": "2g"}, ()),
        ("--conf spark.a=1 -c spark.b='x y' pyspark-shell", {"spark.a": "1", "spark.b": "x y"}, ()),
        ("--conf=spark.c=z=1 pyspark-shell", {"spark.c": "z=1"}, ()),
        ("--conf spark.a=1 --conf spark.a=2 pyspark-shell", {"spark.a": "2"}, ()),
        ("--packages a:b:1 --name 'my app' pyspark-shell", {}, ("--packages", "a:b:1", "--name", "my app")),
    ],
)
def test_submit_args_are_taken_apart(
    tmp_path: Path, arguments: str, asks: dict[str, str], rest: tuple[str, ...]
) -> None:
    site = read_site({"SPARK_CONF_DIR": str(tmp_path), "PYSPARK_SUBMIT_ARGS": arguments})

    assert {ask.key: ask.value for ask in reversed(site.asks)} == asks  # the first of the list wins
    assert {ask.by for ask in site.asks} <= {"PYSPARK_SUBMIT_ARGS"}
    assert site.submit_args == rest


def test_properties_file_of_the_submit_args_ranks_below_their_conf_and_above_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "spark-defaults.conf").write_text("spark.a default\nspark.b default\nspark.c default\n")
    (tmp_path / "mine.conf").write_text("spark.a mine\nspark.b mine\n")
    arguments = f"--properties-file {tmp_path}/mine.conf --conf spark.a=conf pyspark-shell"

    site = read_site({"SPARK_CONF_DIR": str(tmp_path), "PYSPARK_SUBMIT_ARGS": arguments})

    assert [ask.value for ask in site.asks] == ["conf", "mine", "mine", "default", "default", "default"]
    assert site.submit_args == ()


@pytest.mark.parametrize("arguments", ["--conf", "--master 'local", "--driver-memory"])
def test_submit_args_that_make_no_sense_are_refused(tmp_path: Path, arguments: str) -> None:
    with pytest.raises(UsageError, match="cannot understand PYSPARK_SUBMIT_ARGS, got"):
        read_site({"SPARK_CONF_DIR": str(tmp_path), "PYSPARK_SUBMIT_ARGS": arguments})


@pytest.mark.parametrize(
    ("name", "value"),
    [("SPARK_REMOTE", "sc://host"), ("SPARK_CONNECT_MODE_ENABLED", "1"), ("SPARK_API_MODE", "Connect")],
)
def test_spark_connect_is_refused(name: str, value: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_site({name: value})

    assert str(refused.value).startswith(f"{name}={value} asks for Spark Connect, which has no RDDs")


def test_classic_api_mode_is_no_spark_connect(tmp_path: Path) -> None:
    site = read_site({"SPARK_API_MODE": "classic", "SPARK_REMOTE": "", "SPARK_CONF_DIR": str(tmp_path)})

    assert site.spark_home == pyspark_home()


@pytest.mark.parametrize(
    ("jar", "theirs"),
    [
        ("spark-core_2.12-3.5.1.jar", "3.5"),
        ("spark-core_2.13-4.0.0.jar", "4.0"),
        ("spark-core_2.13-5.0.0-preview1.jar", "5.0"),
        ("spark-core_2.12-3.3.2-amzn-0.jar", "3.3"),
    ],
)
def test_another_version_of_spark_is_refused(jar: str, theirs: str, tmp_path: Path) -> None:
    home = spark_home(tmp_path / "spark")
    (home / "jars" / jar).touch()

    with pytest.raises(ClusterError, match=rf"SPARK_HOME={home} is Spark {theirs}, and hotset runs on 4\.\d; unset it"):
        read_site({"SPARK_HOME": str(home)})


@pytest.mark.parametrize(
    "jar", ["spark-core_2.13-{}.jar", "spark-core_2.13-{}-vendor-7.jar", "spark-core.jar", "a.jar"]
)
def test_the_same_version_by_whoever_is_taken(jar: str, tmp_path: Path) -> None:
    home = spark_home(tmp_path / "spark")
    (home / "jars" / jar.format(pyspark.__version__)).touch()

    assert read_site({"SPARK_HOME": str(home)}).spark_home == home
