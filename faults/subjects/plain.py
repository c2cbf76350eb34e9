"""PySpark alone: df.write with its modes, and whatever Spark does."""

import sys
from collections import Counter
from pathlib import Path

from faults.inputs import Rows
from faults.subjects.subject import Call, Mode, Subject
from faults.version import data_files

MODES: dict[Mode, str] = {
    "refuse": "errorifexists",
    "replace": "overwrite",
    "append": "append",
    "replace-partitions": "dynamic",
}
SETTINGS = {"spark.master": "local[2]", "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4"}


class Plain(Subject):
    name, title = "plain", "plain PySpark"
    phases = ("starting", "started", "listed", "kept", "publishing", "writing", "committing", "published")

    def command(self, call: Call) -> list[str]:
        conf = SETTINGS | dict(call.conf) | _properties(call.properties_file)
        return [
            *(sys.executable, "-m", "faults.programs.plain_ids_by_day"),
            *("--input", call.input, "--output", call.output, "--mode", MODES[call.mode]),
            *(word for name, value in call.params.items() for word in (f"--{name}", str(value))),
            *(word for name, value in conf.items() for word in ("--conf", f"{name}={value}")),
        ]

    def progress(self, output: Path) -> str:
        staging = next(output.glob(".spark-staging-*"), output / "_temporary")
        if not staging.exists():
            return ""
        return "committing" if data_files(output) else "writing"

    def version_problem(self, output: Path) -> str:  # noqa: ARG002 (it keeps no record)
        return ""

    def quarantined(self, output: Path) -> Rows:  # noqa: ARG002 (it has none)
        return Counter()

    def leftovers(self, output: Path) -> list[str]:
        return sorted(path.name for pattern in ("_temporary", ".spark-staging-*") for path in output.glob(pattern))

    def failed_well(self, said: str, got: int, wanted: int) -> str:  # noqa: ARG002
        """Of plain Spark no more is asked than that a failure is no success."""
        return "a failure, and exit code 0" if wanted and not got else ""

    def report_problem(self, said: str, code: int) -> str:  # noqa: ARG002
        return ""


def _properties(file: Path | None) -> dict[str, str]:
    lines = file.read_text().splitlines() if file else []
    return dict(line.split("=", 1) for line in lines if line)
