"""One declaration makes command line, environment, TOML and help; their rank; what each refuses."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import pytest

from hotset.errors import UsageError
from hotset.job import Job
from hotset.params import CommandLine, Input, Inputs, Options, Output, Reads, Writes, marked, parse


@dataclass(frozen=True)
class Params:
    input: Annotated[Inputs, "what to read"]
    output: Annotated[Output, "what to make"]
    min_count: Annotated[int, "the fewest"] = 1
    method: Annotated[Literal["rdd", "dataframe"], "by what"] = "dataframe"
    lower: Annotated[bool, "fold case"] = False
    share: Annotated[float, "how much"] = 0.5
    columns: Annotated[tuple[str, ...], "which"] = ()

    def __post_init__(self) -> None:
        if self.min_count < 1:
            raise ValueError(f"--min-count is at least 1, got {self.min_count}")


DOC = """Do it.

lines  --split-->  words

A paragraph that the source
wraps at its own margin.
"""
JOB = Job("demo-job", Params, lambda *_: None, DOC, Path(__file__), ())
PATHS = ("--input", "a", "--output", "o")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HOTSET_")]:
        monkeypatch.delenv(name)


def refusal(*arguments: str) -> str:
    with pytest.raises(UsageError) as refused:
        parse(JOB, arguments)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def toml(tmp_path: Path, content: str) -> str:
    file = tmp_path / "params.toml"
    file.write_text(content, encoding="utf-8")
    return str(file)


def test_parse_fills_in_the_defaults() -> None:
    command = parse(JOB, PATHS)

    assert command == CommandLine(Params(("a",), "o", 1, "dataframe", False, 0.5, ()), Options())


def test_parse_takes_every_kind_of_value() -> None:
    arguments = ("--min-count", "3", "--method=rdd", "--lower", "--share", "0.25", "--columns", "x", "y z")

    command = parse(JOB, (*PATHS, *arguments))

    assert command.params == Params(("a",), "o", 3, "rdd", True, 0.25, ("x", "y z"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--input", "a", "b c", "d*", "--output", "o"),
        ("--input", "a", "--input", "b c", "--input", "d*", "--output", "o"),
        ("--output", "o", "--input", "a", "b c", "--input=d*"),
    ],
)
def test_parse_takes_several_inputs_and_a_repeated_option(arguments: tuple[str, ...]) -> None:
    command = parse(JOB, arguments)

    assert command.params.input == ("a", "b c", "d*")


@pytest.mark.parametrize("path", ["s3://bucket//key", "~/x", "./a/../b", "@file", '["a"]', "{1}", "a//b/"])
def test_parse_leaves_paths_as_they_were_written(path: str) -> None:
    command = parse(JOB, ("--input", path, "--output", path))

    assert (command.params.input, command.params.output) == ((path,), path)


def test_parse_takes_the_common_options() -> None:
    arguments = ("--master", "local[1]", "--conf", "spark.a=1", "--conf", "spark.b=x y", "--report", "r.json")

    command = parse(JOB, (*PATHS, *arguments, "--properties-file", "p.conf"))

    expected = Options("local[1]", ("spark.a=1", "spark.b=x y"), Path("p.conf"), Path("r.json"))
    assert command.options == expected


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "--input is missing; `hotset run demo-job --help` shows what there is"),
        (("--input", "a"), "--output is missing"),
        (("in.txt", "out"), "--input is missing, and 'in.txt' belongs to no option"),
        (("--input", "a", "--outptu", "o"), "--output is missing. Did you mean --output instead of --outptu?"),
        ((*PATHS, "--min-cuont", "3"), "unknown option: --min-cuont. Did you mean --min-count?"),
        ((*PATHS, "--min-count"), "--min-count needs a value; `hotset run demo-job"),
        (("--input", "--output", "o"), "--input needs a value; `hotset run demo-job"),
        ((*PATHS, "--columns", "--lower"), "--columns needs a value; `hotset run demo-job"),
        ((*PATHS, "stray"), "unexpected 'stray'"),
        ((*PATHS, "--output", "p"), "--output specified multiple times"),
        ((*PATHS, "--lower=perhaps"), 'invalid value for --lower: unable to convert "perhaps" into bool'),
        ((*PATHS, "--method", "sql"), 'invalid value "sql" for --method. Choose from: "rdd", "dataframe"'),
    ],
)
def test_parse_says_what_is_wrong(arguments: tuple[str, ...], reason: str) -> None:
    said = refusal(*arguments)

    assert reason in said


@pytest.mark.parametrize("number", ["x", "", "2.7", "1e3", "0x10", "1_000", " 5", "٣", "nan", "9" * 5000])
def test_parse_refuses_what_is_no_whole_number(number: str) -> None:
    said = refusal(*PATHS, "--min-count", number)

    assert f"invalid value for --min-count: not a whole number, got {number!r}" in said


def test_parse_says_what_the_job_itself_refuses() -> None:
    said = refusal(*PATHS, "--min-count", "-3")

    assert said == "--min-count is at least 1, got -3"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--input", "", "--output", "o"), "--input needs a path, got ''"),
        (("--input", "a", " ", "--output", "o"), "--input needs a path, got 'a' ' '"),
        (("--input", "a", "--output", ""), "--output needs a path, got ''"),
    ],
)
def test_parse_refuses_empty_paths(arguments: tuple[str, ...], reason: str) -> None:
    said = refusal(*arguments)

    assert said == reason


def test_environment_gives_what_the_command_line_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTSET_DEMO_JOB_MIN_COUNT", "4")
    monkeypatch.setenv("HOTSET_DEMO_JOB_INPUT", "'my file.txt' b")
    monkeypatch.setenv("HOTSET_DEMO_JOB_OUTPUT", "my output")

    command = parse(JOB, ())

    assert command.params == Params(("my file.txt", "b"), "my output", 4)


def test_ranks_command_line_over_environment_over_toml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOTSET_DEMO_JOB_MIN_COUNT", "20")
    monkeypatch.setenv("HOTSET_DEMO_JOB_SHARE", "0.2")
    config = toml(tmp_path, 'min_count = 300\nshare = 0.3\nmethod = "rdd"\n')

    command = parse(JOB, (*PATHS, "--config", config, "--min-count", "1000"))

    assert command.params == Params(("a",), "o", 1000, "rdd", False, 0.2)


def test_toml_may_begin_with_the_mark_of_utf_8(tmp_path: Path) -> None:
    config = toml(tmp_path, "\ufeffmin_count = 300\n")

    assert parse(JOB, (*PATHS, "--config", config)).params.min_count == 300


def test_toml_can_empty_a_list_but_not_the_inputs(tmp_path: Path) -> None:
    empty_columns, empty_input = tmp_path / "columns.toml", tmp_path / "input.toml"
    empty_columns.write_text("columns = []\n")
    empty_input.write_text("input = []\n")

    command = parse(JOB, (*PATHS, "--config", str(empty_columns)))
    said = refusal("--output", "o", "--config", str(empty_input))

    assert command.params.columns == ()
    assert "--input" in said


@pytest.mark.parametrize("as_option", [True, False])
def test_toml_gives_every_kind_of_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, as_option: bool) -> None:
    content = 'input = ["a", "b c"]\noutput = "o"\nmin-count = 7\nlower = true\nconf = ["spark.a=x y"]\n'
    config = toml(tmp_path, content)
    if not as_option:
        monkeypatch.setenv("HOTSET_DEMO_JOB_CONFIG", config)

    command = parse(JOB, (f"--config={config}",) if as_option else ())

    assert command.params == Params(("a", "b c"), "o", 7, "dataframe", True)
    assert command.options.conf == ("spark.a=x y",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("mincount = 3", 'unknown option: "[mincount]" from {file}. Did you mean --min-count?'),
        ("[demo-job]\nmin_count = 3", "[demo-job]"),
        ("min_count = 2.5", "invalid value for [min_count]: not a whole number, got '2.5' in {file}"),
        ("min_count = true", "not a whole number, got 'True' in {file}"),
        ("min_count = [", "the --config file {file} is not TOML in UTF-8"),
        ('config = "other.toml"', "the --config file {file} may not name another, got 'other.toml'"),
    ],
)
def test_toml_is_refused_with_the_name_of_the_file(tmp_path: Path, content: str, reason: str) -> None:
    config = toml(tmp_path, content)

    said = refusal(*PATHS, "--config", config)

    assert reason.replace("{file}", config) in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--config", "nowhere.toml"), "cannot read the --config file 'nowhere.toml': No such file or directory"),
        (("--config",), "--config needs a value"),
        (("--config", "/"), "cannot read the --config file '/': Is a directory"),
    ],
)
def test_config_that_is_no_file_is_refused(arguments: tuple[str, ...], reason: str) -> None:
    said = refusal(*PATHS, *arguments)

    assert reason in said


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("HOTSET_DEMO_JOB_MIN_COUNT", "x", "HOTSET_DEMO_JOB_MIN_COUNT: not a whole number, got 'x'"),
        ("HOTSET_DEMO_JOB_MIN_CUONT", "3", "is no parameter of demo-job; did you mean HOTSET_DEMO_JOB_MIN_COUNT?"),
        ("HOTSET_DEMO_JOB_COLUMNS", "'a b", "No closing quotation in HOTSET_DEMO_JOB_COLUMNS of the environment"),
    ],
)
def test_environment_is_refused_with_the_name_of_the_variable_or_its_text(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(variable, value)

    said = refusal(*PATHS)

    assert reason in said


def test_environment_of_another_job_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTSET_WORDCOUNT_NO_SUCH", "3")
    monkeypatch.setenv("HOTSET_HOME", "x")

    command = parse(JOB, PATHS)

    assert command.params == Params(("a",), "o")


def test_help_shows_pipeline_and_each_parameter_with_its_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")

    command = parse(JOB, ("--help",))

    shown = capsys.readouterr().out
    assert command.help_shown
    assert "lines  --split-->  words\n" in shown
    assert "A paragraph that the source wraps at its own margin." in shown
    for option, text, default in [
        ("--input PATH...", "what to read", "[required]"),
        ("--output PATH", "what to make", "[required]"),
        ("--min-count INT", "the fewest", "[default: 1]"),
        ("--method CHOICE", "by what", "[choices: rdd, dataframe] [default: dataframe]"),
        ("--lower --no-lower", "fold case", "[default: False]"),
        ("--share FLOAT", "how much", "[default: 0.5]"),
        ("--columns STR...", "which", ""),
        ("--master STR", "where Spark runs", ""),
    ]:
        line = next(line for line in shown.splitlines() if line.startswith("│") and f" {option} " in line)
        assert text in line
        assert default in line
    assert "HOTSET_DEMO_JOB_NAME" in shown
    assert "()" not in shown


def test_marked_finds_what_is_marked() -> None:
    @dataclass(frozen=True)
    class Marked:
        left: Annotated[Input, "one"]
        right: Annotated[Inputs, "many"]
        output: Annotated[Output, "out"]
        name: str = field(default="x")

    params = Marked("l", ("r", "s"), "o")

    assert marked(params, Reads) == {"left": ("l",), "right": ("r", "s")}
    assert marked(params, Writes) == {"output": ("o",)}


def test_an_output_that_is_empty_by_default_may_be_left_out() -> None:
    @dataclass(frozen=True)
    class WithMore:
        output: Annotated[Output, "what to make"]
        more: Annotated[Output, "what else to make"] = ""

    one, two = WithMore("o"), WithMore("o", "m")

    assert marked(one, Writes) == {"output": ("o",), "more": ()}
    assert marked(two, Writes) == {"output": ("o",), "more": ("m",)}
    job = Job("demo-job", WithMore, lambda *_: None, DOC, Path(__file__), ())
    assert parse(job, ["--output", "o"]).params == one
    with pytest.raises(UsageError, match="--output needs a path"):
        parse(job, ["--output", "", "--more", "m"])
