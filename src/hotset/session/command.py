"""The command that starts Spark's driver JVM, as Spark's own launcher class says it, made fit for this runtime."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from hotset.errors import HotsetError, ResourceError, UsageError
from hotset.session.java import Java, given_options
from hotset.session.shim import VECTOR_FLAG, VECTOR_MODULE

LONGEST_ARGUMENT = 100_000  # Linux takes 128 KiB for one argument
# what a JVM says of sizes that none can have, however much there is
NO_SIZE = re.compile(r"Invalid \w+ (heap|size)|Too small|set to a larger value than|[Ii]ncompatible|must be")
SMALL_JVM = ("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def spark_command(
    java: Java,
    spark_home: Path,
    submit_args: Sequence[str],
    environment: Mapping[str, str],
    place: Path | None = None,
) -> list[str]:
    """What bin/spark-submit would exec, without the module flag that this runtime does not know.

    The class path is written out, file by file and sorted: an archive of classes is made for just one order of files,
    and `jars/*` would leave that order to the file system.
    """
    (launcher,) = (spark_home / "jars").glob("spark-launcher_*.jar")
    main = ("org.apache.spark.launcher.Main", "org.apache.spark.deploy.SparkSubmit")
    asked = subprocess.run(
        [str(java.command), *SMALL_JVM, "-cp", str(launcher), *main, *submit_args],
        env={name: value for name, value in environment.items() if name != "JDK_JAVA_OPTIONS"},
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    # the launcher prints an empty line, then the arguments, each ended by NUL
    command = asked.stdout.lstrip("\0\n").rstrip("\0").split("\0")
    if asked.returncode or len(command) < 2:
        raise failed_start(f"Spark's launcher failed on {java.home}: {reason(asked.stderr)}")
    return _made_fit(command, java)


def _made_fit(command: Sequence[str], java: Java) -> list[str]:
    missing = VECTOR_FLAG if java.lacks(VECTOR_MODULE) else None
    fit = [argument for argument in command if argument != missing]
    place = fit.index("-cp") + 1
    written_out = os.pathsep.join(_written_out(fit[place].split(os.pathsep)))
    if len(written_out) < LONGEST_ARGUMENT:
        fit[place] = written_out
    return fit


def class_path(command: Sequence[str]) -> list[str]:
    """The entries of the class path of a command, in their order."""
    return command[command.index("-cp") + 1].split(os.pathsep)


def with_options(command: Sequence[str], options: Sequence[str]) -> list[str]:
    """The command with more options for the JVM, before all others: of two that contradict, the later wins."""
    return [command[0], *options, *command[1:]]


def _written_out(entries: Sequence[str]) -> list[str]:
    """Each `DIR/*` as its jars, sorted; directories that hold nothing are left out, since nothing is found in them."""
    files: dict[str, None] = {}
    for entry in entries:
        path = Path(entry)
        if path.name == "*":
            files.update(dict.fromkeys(str(jar) for jar in sorted(path.parent.glob("*.[jJ][aA][rR]"))))
        elif path.is_file() or holds_files(path):
            files[entry] = None
    return list(files)


def holds_files(directory: Path) -> bool:
    try:
        return directory.is_dir() and any(directory.iterdir())
    except OSError:
        return True  # nobody can tell: the JVM is to see it as it was given


def failed_start(message: str) -> HotsetError:
    """No memory to be had, or else a setting that Spark refuses."""
    message += given_options()
    short = re.search(r"memory|heap|space left", message, re.IGNORECASE) and not NO_SIZE.search(message)
    if short and "spark." not in message:
        return ResourceError(f"{message}; free some, or ask for less with --conf spark.driver.memory=…")
    return UsageError(f"{message}; check the settings it was given: --conf, --properties-file, spark-defaults.conf")


def reason(output: str) -> str:
    """The first line in which a JVM says why it ends, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    telling = [line for line in lines if re.search(r"Exception|Error|Could not|Invalid|Unrecognized", line)]
    telling.sort(key=lambda line: line.startswith("Error: A JNI error"))  # which only says that there is another
    return (telling[:1] or lines[-1:] or ["it said nothing"])[0][:300]
