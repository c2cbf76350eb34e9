"""Paths of this machine as Hadoop's file systems take them, whichever of these the site has for its default.

`fs.defaultFS` of a core-site.xml gives a path without a scheme to HDFS. What follows the scheme is taken as it is
(org.apache.hadoop.fs.Path decodes nothing): blanks, `%`, `#` and `?` stay.
"""

import re
from pathlib import Path

# What Hadoop's glob syntax gives a meaning; a backslash takes it away again.
GLOB = re.compile(r"([\\{}\[\]*?])")


def hadoop_path(path: Path) -> str:
    """For what takes a path as it is: Spark's writers, the warehouse."""
    return f"file://{path}"


def hadoop_pattern(path: Path) -> str:
    """For what reads a glob pattern into every path: Spark's readers."""
    return "file://" + GLOB.sub(r"\\\1", str(path))
