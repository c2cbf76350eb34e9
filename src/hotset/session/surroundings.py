"""What the JVM and the workers start in: their directories, user and language, where those of this process will not do.

A JVM finds its temporary directory, user and home by rules of its own, and ends or goes astray where these fail.
"""

import locale
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hotset import account, shadowed
from hotset.errors import HotsetError
from hotset.session.scratch import lasting_place

UTF8 = re.compile(r"utf-?8", re.IGNORECASE)
LANGUAGE = ("LC_ALL", "LC_CTYPE", "LANG")  # of which the first that is set counts
ELSEWHERE = ("/var/tmp", "/tmp", "/dev/shm")


def fit_environment(environment: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """`environment`, made fit for Spark's JVM and its workers."""
    ours = " ".join(map(_quoted, java_properties(environment, scratch)))
    fit = dict(environment)
    fit["SPARK_SUBMIT_OPTS"] = f"{ours} {environment.get('SPARK_SUBMIT_OPTS', '')}".strip()
    if not account.has_name():
        fit.setdefault("SPARK_USER", account.user_name(environment))
    if not speaks_utf8(environment):
        fit["LC_ALL"] = "C.UTF-8"  # else a JVM finds no file whose name is more than ASCII
    if "PYTHONPATH" in environment:
        fit["PYTHONPATH"] = shadowed.python_path(environment["PYTHONPATH"])
    return fit


def java_properties(environment: Mapping[str, str], scratch: Path) -> list[str]:
    """Options that say what a JVM would not find out by itself. Whoever gives the same after them wins."""
    properties = [f"-Djava.io.tmpdir={_place_for_libraries(scratch)}"]
    if not account.has_name():
        home = account.home_directory(environment) or scratch
        properties += [f"-Duser.name={account.user_name(environment)}", f"-Duser.home={home}"]
    return properties


def speaks_utf8(environment: Mapping[str, str]) -> bool:
    """Whether the language that the environment asks for is there, and is written in UTF-8."""
    asked = next((environment[name] for name in LANGUAGE if environment.get(name)), "C")
    return bool(UTF8.search(asked)) and (_is_installed(asked) or asked.startswith("C."))


def working_directory(scratch: Path) -> Path | None:
    """Where the JVM starts: where we are (None), unless that directory is gone: no JVM starts there."""
    return scratch if account.working_directory() is None else None


def _is_installed(language: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, language)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return True


def _place_for_libraries(scratch: Path) -> Path:
    """Where Java's libraries unpack their native halves: a place from which code may be run, if there is one."""
    if _may_execute(scratch):
        return scratch
    for above in map(Path, ELSEWHERE):
        if _may_execute(above):
            with suppress(HotsetError):
                return lasting_place("hotset-libraries-", above)
    return scratch


def _may_execute(directory: Path) -> bool:
    try:
        return not os.statvfs(directory).f_flag & os.ST_NOEXEC
    except OSError:
        return False


def _quoted(option: str) -> str:
    """As org.apache.spark.launcher.CommandBuilderUtils.parseOptionString reads it."""
    return '"' + re.sub(r'(["\\])', r"\\\1", option) + '"'
