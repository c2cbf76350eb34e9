"""`python job.py` of a file that defines a job and runs nothing says so; nothing else is taken for such a file."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from hotset.unfinished import is_job_that_only_defines

JOB = '''"""Try."""
from dataclasses import dataclass

LINES = dict(value="string")


@dataclass(frozen=True)
class Params:
    top: int = 5


def main(run, params):
    print("ran")
'''


def only_defines(tmp_path: Path, source: str) -> bool:
    return is_job_that_only_defines(main_module(tmp_path, source), tmp_path / "job.py")


def main_module(tmp_path: Path, source: str) -> ModuleType:
    """What `python job.py` makes of the source, without what its last lines would do."""
    (tmp_path / "job.py").write_text(source)
    module = ModuleType("__main__")
    exec(compile(JOB, "job.py", "exec"), vars(module))
    return module


@pytest.mark.parametrize(
    "end",
    [
        "",
        "'''A text.'''\n",
        "if __name__ == '__main__':\n    pass\n",
        "try:\n    import nowhere\nexcept ImportError:\n    nowhere = None\n",
        "TOP = len('abc')\n",
        "def run_it():\n    main(None, Params())\n",
        "class Other:\n    main = main(1, 2)\n",
    ],
)
def test_a_job_that_only_defines_is_one(tmp_path: Path, end: str) -> None:
    assert only_defines(tmp_path, JOB + end)


@pytest.mark.parametrize(
    "end",
    [
        "main(None, Params())\n",
        "if __name__ == '__main__':\n    hotset.main(__file__)\n",
        "found = main(None, Params())\n",
        "found: int = main(None, Params())\n",
        "for top in range(3):\n    main(None, Params(top))\n",
        "with open_run('x') as run:\n    main(run, Params())\n",
        "try:\n    main(None, Params())\nfinally:\n    pass\n",
        "print('only defined')\n",
        "import sys\nsys.exit(4)\n",
        "while True:\n    break\n",
        "this is no Python\n",
    ],
)
def test_a_file_that_does_anything_is_left_in_peace(tmp_path: Path, end: str) -> None:
    assert not only_defines(tmp_path, JOB + end)


@pytest.mark.parametrize("lacks", ["Params", "main"])
def test_what_is_no_file_of_a_job_is_left_in_peace(tmp_path: Path, lacks: str) -> None:
    module = main_module(tmp_path, JOB)
    vars(module).pop(lacks)

    assert not is_job_that_only_defines(module, tmp_path / "job.py")


def test_a_file_that_is_gone_is_left_in_peace(tmp_path: Path) -> None:
    module = main_module(tmp_path, JOB)
    (tmp_path / "job.py").unlink()

    assert not is_job_that_only_defines(module, tmp_path / "job.py")


def test_imported_from_another_file_a_job_is_none_of_the_main_module_s(tmp_path: Path) -> None:
    module = main_module(tmp_path, JOB)
    module.__dict__["main"].__module__ = "orders"

    assert not is_job_that_only_defines(module, tmp_path / "job.py")


def test_a_program_that_failed_is_left_in_peace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "last_value", ValueError(), raising=False)

    assert not only_defines(tmp_path, JOB)


def test_a_shell_is_left_in_peace(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(JOB.replace("LINES", "import hotset\n\nLINES"))

    done = subprocess.run([sys.executable, "-i", "job.py"], cwd=tmp_path, capture_output=True, input="", check=False)

    assert (done.returncode, b"ERROR" in done.stderr) == (0, False)


def test_python_ends_with_2_and_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(JOB.replace("LINES", "import hotset\n\nLINES"))

    done = subprocess.run([sys.executable, "job.py"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("ERROR 2 ")
    assert "job.py defines a job and runs nothing; run it with `hotset run " in done.stderr
    assert done.stderr.endswith('or write below it: if __name__ == "__main__": hotset.main(__file__)\n')


def test_python_runs_what_is_written_so(tmp_path: Path) -> None:
    last = 'if __name__ == "__main__": hotset.main(__file__)\n'
    (tmp_path / "job.py").write_text(JOB.replace("LINES", "import hotset\n\nLINES") + last)

    done = subprocess.run(
        [sys.executable, "job.py", "--top", "x"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "not a whole number, got 'x'" in done.stderr
