"""What is wrong with how a job declares itself is said in one line, with the line of its file and what to write."""

import os
import sys
from itertools import count
from pathlib import Path

import pytest

from hotset.errors import SparkJobError, UsageError
from hotset.job import find_job, named_jobs
from hotset.params import parse

HEAD = '''"""Try."""
import enum
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Optional
from hotset import Input, Inputs, Output


class Colour(enum.Enum):
    RED = "red"


@dataclass(frozen=True)
class Params:
    input: Annotated[Input, "what to read"] = ""
'''
LINE = HEAD.count("\n") + 1  # where what follows stands
TAIL = "\n\ndef main(run, params): ...\n"
NUMBERS = count()


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in [name for name in os.environ if name.startswith("HOTSET_")]:
        monkeypatch.delenv(name)


def written(tmp_path: Path, source: str) -> str:
    """A file with this source, of a name that no other test has."""
    name = f"declared_{next(NUMBERS)}.py"
    (tmp_path / name).write_text(source)
    return name


def refusal(file: str) -> str:
    with pytest.raises(UsageError) as refused:
        parse(find_job(f"./{file}"), [])
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Report: str = ''", "Report would be --report on the command line, as every job's report is"),
        ("max_bad_: int = 1", "max_bad_ would be --max-bad on the command line, as every job's max_bad is"),
        ("_: int = 1", "_ has no letter, so no option can be called that; write a word"),
        ("top = 5", "top has no type, so it is no parameter; write top: int = 5"),
        ("names = ()", "names has no type, so it is no parameter; write names: tuple = ()"),
        (
            "tags: list[str] = field(default_factory=list)",
            "tags is a list[str], which no option can be; write tags: tu",
        ),
        ("tags: Optional[list[str]] = None", "which no option can be; write tags: tuple[str, ...] = ()"),
        ("tags: list = None", "tags is a list, which no option can be; write tags: tuple[str, ...] = ()"),
        ("days: set[int] = None", "which no option can be; write days: tuple[int, ...] = ()"),
        ("pair: tuple[int, str] = (1, 'a')", "pair is a tuple[int, str], which no option can be"),
        ("rates: dict[str, float] = None", "write rates: tuple[str, ...] = (), and take NAME=VALUE apart in __post_in"),
        ("thing: Any = None", "thing is a Any, which no option can be; write one of str, int, float"),
        ("thing: object = None", "thing is a object, which no option can be; write one of str"),
        ("data: bytes = b''", "data is a bytes, which no option can be"),
        ("other: Inputs | None = None", 'which no option can be; write Inputs = () or Input = "" for a path that may'),
        ("top: 5 = 5", "top is a 5, which no option can be"),
        ("master: str = 'x'", "master has the name of an option that every job has; write another"),
        ("report: Annotated[str, 'r'] = 'x'", "report has the name of an option that every job has"),
        ("help: bool = False", "help has the name of an option that every job has"),
        ("level: str = ''", "level has the name of an option that every job has"),
        ("top: int = '5'", "top is a int, and its default is '5'; write one that fits"),
        ("top: int = 2.5", "top is a int, and its default is 2.5; write one that fits"),
        ("top: int = True", "top is a int, and its default is True; write one that fits"),
        ("names: tuple[str, ...] = 'a'", "and its default is 'a'; write one that fits"),
        ("names: tuple[str, ...] = (1,)", "and its default is (1,); write one that fits"),
        ("mode: Literal['a', 'b'] = 'c'", "and its default is 'c'; write one that fits"),
        ("path: Path = 'x'", "path is a Path, and its default is 'x'; write one that fits"),
        ("name: str = None", "name is a str, and its default is None; write one that fits"),
        (
            "made: int = field(init=False, default=1)",
            "made is not given to Params, so it is no parameter; make it a pr",
        ),
        ("top: 'Annotated[itn, 1]' = 5", "NameError: name 'itn' is not defined, in the types of Params; write types"),
    ],
)
def test_a_parameter_that_cannot_be_one_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    file = written(tmp_path, f"{HEAD}    {line}\n{TAIL}")

    assert refusal(file).startswith(f"{file}:{LINE}: ")
    assert said in refusal(file)


@pytest.mark.parametrize(
    "line",
    [
        "top: int = 5",
        "top: Annotated[int | None, 'most'] = None",
        "share: float = 1",
        "names: tuple[str, ...] = ()",
        "names: tuple[str, ...] = field(default_factory=tuple)",
        "path: Path = Path('x')",
        "path: Optional[Path] = None",
        "mode: Literal['a', 'b'] = 'a'",
        "colour: Colour = Colour.RED",
        "MOST: ClassVar[int] = 5",
        "MOST = 5",
        "_hidden = 5",
        "@property\n    def twice(self): return 2",
        "def twice(self): return 2",
        "other: Annotated[Inputs, 'more'] = ()",
    ],
)
def test_what_can_be_a_parameter_or_is_meant_to_be_none_is_taken(tmp_path: Path, line: str) -> None:
    file = written(tmp_path, f"{HEAD}    {line}\n{TAIL}")

    assert parse(find_job(f"./{file}"), []).params.input == ""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (HEAD + "    tags: list[str] = []\n" + TAIL, "ValueError: mutable default <class 'list'> for field tags"),
        (HEAD + "    top: int\n" + TAIL, "TypeError: non-default argument 'top' follows default argument"),
        (HEAD.replace('Annotated[Input, "what to read"]', "Annotated[Input]") + TAIL, "should be used with at least"),
        (HEAD.replace("Input,", "Inptu,") + TAIL, "ImportError: cannot import name 'Inptu' from 'hotset'"),
        ("import nowhere\n", "No module named 'nowhere', at FILE:1; install nowhere where the job and its workers run"),
        ("x = 1\ny = (\n", "SyntaxError: '(' was never closed, at FILE:2"),
        (
            "def f():\nreturn 1\n",
            "IndentationError: expected an indented block after function definition on line 1, at",
        ),
        ("x = {}\nx['a']\n", "KeyError: 'a', at FILE:2"),
        ("assert 1 == 2\n", "AssertionError, at FILE:1"),
        ("import sys\nsys.exit('no')\n", "SystemExit: no, at FILE:2"),
        ("def f():\n    int('x')\n\nf()\n", "ValueError: invalid literal for int() with base 10: 'x', at FILE:2 in f"),
        ("import json\njson.loads('{')\n", "JSONDecodeError: Expecting property name enclosed in double quotes"),
        (HEAD + TAIL + "import hotset\nhotset.main(__file__)\n", 'below if __name__ == "__main__":, at FILE:'),
    ],
)
def test_a_job_that_cannot_be_loaded_is_refused_with_its_line(tmp_path: Path, source: str, said: str) -> None:
    file = written(tmp_path, source)

    told = refusal(file)

    assert told.startswith(f"cannot load {file.removesuffix('.py')}: ")
    assert said.replace("FILE", file) in told
    assert f", at {file}:" in told


def test_what_a_helper_does_is_told_by_the_helper_s_line(tmp_path: Path) -> None:
    helper = written(tmp_path, "x = 1\nimport nowhere_at_all\n")
    file = written(tmp_path, f"import {helper.removesuffix('.py')}\n")

    assert f"No module named 'nowhere_at_all', at {helper}:2; install nowhere_at_all" in refusal(file)


@pytest.mark.parametrize(
    ("main", "said"),
    [
        ("def main(run): ...", "main takes a run and parameters, got main(run); write def main(run, params)"),
        ("def main(): ...", "got main(); write"),
        ("def main(run, params, more): ...", "got main(run, params, more)"),
        ("def main(run, *, params): ...", "got main(run, *, params)"),
        ("async def main(run, params): ...", "main is async or yields, and calling it does nothing"),
        ("def main(run, params):\n    yield 1", "main is async or yields"),
    ],
)
def test_a_main_that_cannot_be_called_is_refused_with_its_line(tmp_path: Path, main: str, said: str) -> None:
    file = written(tmp_path, f"{HEAD}\n\n{main}\n")

    assert refusal(file).startswith(f"{file}:{LINE + 2}: ")
    assert said in refusal(file)


@pytest.mark.parametrize("main", ["def main(*given): ...", "def main(run, params, more=1): ...", "main = print"])
def test_a_main_that_can_be_called_is_taken(tmp_path: Path, main: str) -> None:
    file = written(tmp_path, f"{HEAD}\n{main}\n")

    assert callable(find_job(f"./{file}").main)


def test_params_that_are_no_dataclass_are_told_so(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD.replace("@dataclass(frozen=True)\n", "") + TAIL)

    assert "it has no dataclass `Params`; write @dataclass(frozen=True) above class Params" in refusal(file)


def test_help_says_which_parameters_have_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, f"{HEAD}    top: int = 5\n{TAIL}")

    assert parse(find_job(f"./{file}"), ["--help"]).help_shown

    note = f'note: {file}:{LINE}: top has no help; write top: Annotated[int, "what it is"]\n'
    assert capsys.readouterr().err == note


@pytest.mark.parametrize("name", named_jobs())
def test_the_suite_s_own_parameters_all_have_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(find_job(name), ["--help"]).help_shown

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("type_", "shown"),
    [
        ("Output", "Output"),
        ("Inputs", "Inputs"),
        ("tuple[Path, ...]", "tuple[Path, ...]"),
        ("Annotated[int, Colour]", "int, Colour"),
    ],
)
def test_a_type_is_advised_as_it_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], type_: str, shown: str
) -> None:
    file = written(tmp_path, f"{HEAD}    more: {type_}{TAIL}".replace(' = ""', ""))

    parse(find_job(f"./{file}"), ["--help"])

    assert f'more has no help; write more: Annotated[{shown}, "what it is"]' in capsys.readouterr().err


def test_a_job_may_take_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, f"{HEAD.partition('    input:')[0]}    pass{TAIL}")

    assert repr(parse(find_job(f"./{file}"), []).params) == "Params()"


@pytest.mark.parametrize(
    "line", ["sys.exit(1)", "sys.exit()", "raise KeyError('x')", "raise BaseExceptionGroup('x', [KeyError()])"]
)
def test_a_check_of_values_that_ends_the_program_is_the_job_s_failure(tmp_path: Path, line: str) -> None:
    file = written(tmp_path, f"{HEAD}\n    def __post_init__(self):\n        import sys; {line}{TAIL}")

    with pytest.raises(SparkJobError, match=rf"at {file}:{LINE + 2} in __post_init__; mend the job"):
        parse(find_job(f"./{file}"), [])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("n: int = 1\n    n_: int = 2", "n_ would be --n on the command line, as n is; give it another name"),
        ("n: int = 1\n    N: int = 2", "N would be --n on the command line, as n is"),
        ("fold: bool = True\n    no_fold: bool = False", "no_fold would be --no-fold on the command line, as fold is"),
    ],
)
def test_two_parameters_of_one_option_are_refused(tmp_path: Path, lines: str, said: str) -> None:
    file = written(tmp_path, f"{HEAD}    {lines}{TAIL}")

    assert f"{file}:{LINE + 1}: {said}" in refusal(file)
