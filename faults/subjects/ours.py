"""hotset: its command line, its exit codes, and the hidden directory beside an output."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

from bench.work import HOTSET, ROOT

from faults.inputs import Rows
from faults.subjects.subject import Call, Subject
from faults.version import MANIFEST, manifest_problem

JOB = ROOT / "faults" / "programs" / "ids_by_day.py"
OUTCOMES = {0: "done", 130: "interrupted", 143: "interrupted"}


class Ours(Subject):
    name, title = "hotset", "hotset"
    phases = ("starting", "started", "listed", "kept", "publishing", "writing", "sealing", "published")
    has_reports = True

    def warm_up(self, environment: dict[str, str]) -> None:
        """Makes the start-up archive, which saves hundreds of runs some seconds each."""
        subprocess.run([HOTSET, "warm"], env=environment, capture_output=True, check=False)

    def command(self, call: Call) -> list[str]:
        return [
            *(HOTSET, "run", str(JOB), "--input", call.input, "--output", call.output),
            *("--if-exists", call.mode, "--max-bad", "10%", "--master", "local[2]"),
            *(word for name, value in call.params.items() for word in (f"--{name}", str(value))),
            *(word for day in call.days for word in ("--days", day)),
            *(word for name, value in call.conf.items() for word in ("--conf", f"{name}={value}")),
            *(("--properties-file", str(call.properties_file)) if call.properties_file else ()),
            *(("--report", str(call.report)) if call.report else ()),
        ]

    def progress(self, output: Path) -> str:
        staged = list(records(output).glob("*.staging"))
        if not staged:
            return ""
        return "sealing" if any((one / "version" / MANIFEST).exists() for one in staged) else "writing"

    def version_problem(self, output: Path) -> str:
        return manifest_problem(output)

    def quarantined(self, output: Path) -> Rows:
        lines = (line for file in output.glob("_quarantine/*.json") for line in file.read_text("utf-8").splitlines())
        cells = (json.loads(line)["raw"].split(",") for line in lines)
        return Counter((int(number), int(generation)) for number, generation, *_ in cells)

    def leftovers(self, output: Path) -> list[str]:
        return sorted(path.name for path in records(output).glob("*.staging*"))

    def failed_well(self, said: str, got: int, wanted: int) -> str:
        if got != wanted:
            return f"exit code {got} instead of {wanted}: {_last(said)}"
        if not wanted:
            return ""
        errors = re.findall(r"^ERROR \d+ .+$", said, re.MULTILINE)
        if len(errors) != 1 or not errors[0].startswith(f"ERROR {wanted} "):
            return f"{len(errors)} lines of error for exit code {wanted}: {_last(said)}"
        return "a traceback beside the error" if "Traceback (most recent" in said else ""

    def report_problem(self, said: str, code: int) -> str:
        """A run that was refused before Spark started writes none."""
        named = re.search(r"^report  (.+)$", said, re.MULTILINE)
        if not named:
            return "no report is named" if "start Spark" in said else ""
        try:
            content = json.loads(Path(named[1]).read_text("utf-8"))
        except (OSError, ValueError) as why:
            return f"the report cannot be read: {why}"
        told = (content["outcome"], content["exit_code"])
        wanted = (OUTCOMES.get(code, "failed"), code)
        return "" if told == wanted else f"the report says {told} of a run that ended as {wanted}"


def records(output: Path) -> Path:
    """The hidden directory beside an output."""
    return output.with_name(f".{output.name}.hotset")


def _last(said: str) -> str:
    return (said.strip().splitlines() or [""])[-1][:200]
