"""What the site and the person's environment say about Spark: honoured, ranked above our defaults, and said."""

import argparse
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from hotset.errors import ClusterError, UsageError
from hotset.session.settings import Ask, file_asks

REMOTE_SWITCHES = {"SPARK_REMOTE": None, "SPARK_CONNECT_MODE_ENABLED": None, "SPARK_API_MODE": "connect"}


@dataclass(frozen=True)
class Site:
    """The Spark installation, its own settings, arguments for spark-submit, and why a plain launch is owed."""

    spark_home: Path
    asks: tuple[Ask, ...]
    submit_args: tuple[str, ...]
    plain_launch: str | None
    log4j: bool


def read_site(environment: Mapping[str, str]) -> Site:
    """SPARK_HOME, SPARK_CONF_DIR and PYSPARK_SUBMIT_ARGS as they stand. Raises UsageError for Spark Connect."""
    refuse_connect(environment)
    own_home = pyspark_home()
    home = Path(environment.get("SPARK_HOME") or own_home)
    if not os.path.isdir(home / "jars"):  # noqa: PTH112 (does not raise where a directory above is closed)
        raise ClusterError(f"SPARK_HOME={home} holds no Spark (no jars/ in it); unset it to use {own_home}")
    _check_version(home, own_home)
    conf_dir = Path(environment.get("SPARK_CONF_DIR") or home / "conf")
    defaults = conf_dir / "spark-defaults.conf"
    submit_asks, submit_args = _submit_args(environment.get("PYSPARK_SUBMIT_ARGS", ""))
    return Site(
        spark_home=home,
        asks=(*submit_asks, *(file_asks(defaults, str(defaults)) if _is_there(defaults) else ())),
        submit_args=submit_args,
        plain_launch=_plain_launch(home, own_home, conf_dir),
        log4j=any(_is_there(conf_dir / f"log4j2.{kind}") for kind in ("properties", "xml", "yaml", "json")),
    )


def _check_version(home: Path, own_home: Path) -> None:
    """Raises ClusterError for another Spark than the one that the Python side is made for."""
    theirs, ours = _version(home), _version(own_home)
    if theirs and ours and theirs != ours:
        raise ClusterError(
            f"SPARK_HOME={home} is Spark {theirs}, and hotset runs on {ours}; unset it to use {own_home}"
        )


def _is_there(file: Path) -> bool:
    """Raises UsageError where nobody can tell: what the site says may not be passed over."""
    try:
        return file.is_file()
    except OSError as why:
        raise UsageError(f"cannot read {file}: {why.strerror}; set SPARK_CONF_DIR to a directory that can be") from None


def _version(home: Path) -> str | None:
    """The first two numbers of its version, by the name of its largest part."""
    names = (re.match(r"spark-core_[\d.]+-(\d+\.\d+)", jar.name) for jar in (home / "jars").glob("spark-core_*.jar"))
    return next((found[1] for found in names if found), None)


def refuse_connect(environment: Mapping[str, str]) -> None:
    for name, unfit in REMOTE_SWITCHES.items():
        value = environment.get(name)
        if value and unfit in (None, value.lower()):
            raise UsageError(
                f"{name}={value} asks for Spark Connect, which has no RDDs, and the jobs need them; "
                f"unset {name}, or choose a cluster with --master"
            )


def pyspark_home() -> Path:
    """The Spark that pip installed; found without importing it."""
    spec = find_spec("pyspark")
    assert spec is not None, "a dependency of hotset"
    assert spec.origin is not None, "a regular package"
    return Path(spec.origin).parent


def _plain_launch(home: Path, own_home: Path, conf_dir: Path) -> str | None:
    """Why Spark's scripts must start the JVM: they, unlike us, run the site's shell code."""
    if home.resolve() != own_home.resolve():
        return f"SPARK_HOME={home} is the site's own Spark"
    if _is_there(conf_dir / "spark-env.sh"):
        return f"{conf_dir / 'spark-env.sh'} has to be run by a shell"
    return None


def _submit_args(text: str) -> tuple[list[Ask], tuple[str, ...]]:
    """PYSPARK_SUBMIT_ARGS, taken apart: settings become wishes, so that all are ranked by one rule."""
    by = "PYSPARK_SUBMIT_ARGS"
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("--conf", "-c", action="append", default=[])
    parser.add_argument("--master")
    parser.add_argument("--driver-memory")
    parser.add_argument("--properties-file", type=Path)
    try:
        known, rest = parser.parse_known_args(shlex.split(text))
    except (ValueError, argparse.ArgumentError) as why:
        raise UsageError(f"cannot understand {by}, got {text!r}: {why}") from None
    # of two for one setting the later wins, as for spark-submit
    asks = [Ask(key, value, by) for key, _, value in (pair.partition("=") for pair in reversed(known.conf))]
    for key, value in (("spark.master", known.master), ("spark.driver.memory", known.driver_memory)):
        asks += [Ask(key, value, by)] if value else []
    if known.properties_file:  # spark-submit heeds one only, and that is ours
        asks += file_asks(known.properties_file, f"{by}, {known.properties_file}")
    return asks, tuple(arg for arg in rest if arg != "pyspark-shell")
