"""A job's parameters as a file: what is written can be read, and says what every parameter is."""

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from hotset import config_file
from hotset.job import find_job, named_jobs
from hotset.params import parse

JOB = '''"""A job."""
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

from hotset import Bytes, Duration, Inputs, Output, Share

class Kind(Enum):
    ODD = 'odd "one"'

@dataclass(frozen=True)
class Params:
    input: Annotated[Inputs, "files"]
    output: Annotated[Output, "directory to create"]
    of: Annotated[Literal["a", "b"], "which"] = "b"
    kind: Annotated[Kind, "an enum"] = Kind.ODD
    texts: Annotated[tuple[str, ...], "some"] = ("x", "back\\\\slash", "말")
    size: Annotated[Bytes, "how large"] = Bytes("128MiB")
    gap: Annotated[Duration | None, "how long"] = None
    share: Annotated[Share, "of all"] = Share("0.5%")
    ratio: float = 0.25
    day: Annotated[date, "when"] = date(2026, 1, 31)
    path: Annotated[Path, "where"] = Path("/tmp/x")
    loud: bool = False

def main(run, params): ...
'''


def test_every_kind_of_value_is_written_as_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "kinds_of_values.py").write_text(JOB)
    job = find_job(str(tmp_path / "kinds_of_values.py"))

    text = config_file.write(job)
    needed = text.replace("# input = []  # needed", 'input = ["in"]').replace(
        '# output = ""  # needed', 'output = "out"'
    )
    (tmp_path / "job.toml").write_text(needed)

    assert '# Which; one of a, b.\nof = "b"' in text
    assert "# gap =" in text
    given = parse(job, ["--config", str(tmp_path / "job.toml")]).params
    assert given == job.params(("in",), "out")


@pytest.mark.parametrize("name", named_jobs())
def test_all_parameters_of_every_job_are_there(name: str) -> None:
    job = find_job(name)

    text = config_file.write(job)

    defaults = {one.name for one in fields(job.params) if one.default not in (MISSING, None)}
    assert set(tomllib.loads(text)) == defaults
    assert [one.name for one in fields(job.params) if f"\n{one.name} =" not in text.replace("\n# ", "\n")] == []
