"""The files that Hadoop's classes in Spark's JVM read their settings from: whether they are XML at all.

Where one is not, the JVM ends with a word about a tag, and names neither the file nor what led to it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from hotset.errors import UsageError

READ = ("core-site.xml", "hdfs-site.xml", "mapred-site.xml", "yarn-site.xml", "hive-site.xml")
VARIABLES = ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR")


def check_hadoop_files(environment: Mapping[str, str], spark_home: Path) -> None:
    """Raises UsageError for one that is no XML, or cannot be read, with the variable that leads to it."""
    for directory, named_by in _directories(environment, spark_home):
        for file in (directory / name for name in READ):
            if wrong := _what_is_wrong(file):
                raise UsageError(f"{named_by} leads to {file}, and Hadoop cannot read it: {wrong}; mend the file")


def _directories(environment: Mapping[str, str], spark_home: Path) -> Iterator[tuple[Path, str]]:
    """Those that Spark's launcher puts on the class path, and what leads to each."""
    for name in VARIABLES:
        if given := environment.get(name):
            yield Path(given), f"{name}={given}"
    if not environment.get("SPARK_CONF_DIR"):
        yield spark_home / "conf", f"Spark in {spark_home}"


def _what_is_wrong(file: Path) -> str | None:
    try:
        ElementTree.parse(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as why:
        return why.strerror
    except ElementTree.ParseError as why:
        return str(why)
    except ValueError:  # an encoding that Java may know
        return None
    return None
