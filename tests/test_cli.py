"""The commands as a person types them: help, completion, and 2,000 wrong command lines that must cost nothing."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal

import psutil
import pytest

import hotset.run
from hotset import cli, commands
from hotset.job import named_jobs
from hotset.signals import STOPPING

HOTSET = str(Path(sys.executable).with_name("hotset"))
WRONG_LINES = 2_000
GOOD_INPUT = ["--input", "in.txt"]
GOOD_OUTPUT = ["--output", "out"]

# Whoever starts a process says so to Python's audit hooks. A hook cannot be taken away again: it is armed and disarmed.
STARTS_A_PROCESS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.system"}
_started: list[str] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _started is not None and event in STARTS_A_PROCESS:
        _started.append(f"{event} {arguments}")


sys.addaudithook(_watch)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home, XDG directories and, three levels down, a working directory with one input and one old output."""
    for name in [name for name in os.environ if name.startswith(("HOTSET_", "SPARK_", "PYSPARK_", "XDG_"))]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR"):
        (tmp_path / name.lower()).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    work = tmp_path / "a/b/work"
    (work / "old").mkdir(parents=True)
    (work / "in.txt").write_text("a b\n")
    (work / "old/part-0").write_text("old")
    monkeypatch.chdir(work)
    monkeypatch.setattr(sys, "path", list(sys.path))
    handlers = {number: signal.getsignal(number) for number in STOPPING}
    umask = os.umask(0o022)
    yield tmp_path
    os.umask(umask)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def everything(root: Path) -> list[tuple[str, int, int]]:
    """Every path below it, with size and time: equal before and after means that nothing was made or changed."""
    return sorted((str(path), path.lstat().st_size, path.lstat().st_mtime_ns) for path in root.rglob("*"))


def call(capsys: pytest.CaptureFixture[str], door: Callable[[], object], *arguments: str) -> tuple[object, str, str]:
    """exit code, stdout and stderr of a call through an entry point of the package."""
    sys.argv = ["hotset", *arguments]
    with pytest.raises(SystemExit) as left:
        door()
    out, err = capsys.readouterr()
    return left.value.code, out, err


def hotset_call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HOTSET, *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=60
    )


# what a person sees


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((), "Usage: hotset COMMAND"),
        (("--help",), "Usage: hotset COMMAND"),
        (("-h",), "hotset run NAME --help shows what a job takes"),
        (("--version",), "0.1.0"),
        (("list",), "Count the words of text files."),
        (("run",), "Count the words of text files."),
        (("run", "--help"), "Count the words of text files."),
        (("run", "wordcount", "--help"), "drop words seen fewer times than this [default: 1]"),
        (("conf", "local"), "spark.sql.session.timeZone UTC\n"),
        (("data", "text", "--help"), "the same size and seed give the same bytes everywhere"),
    ],
)
def test_what_helps_ends_well_and_makes_nothing(
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    shown: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    before = everything(scratch)

    code, out, err = call(capsys, cli.main, *arguments)

    assert (code, err) == (0, "")
    assert shown in out
    assert everything(scratch) == before


@pytest.mark.usefixtures("scratch")
def test_java_prints_a_home_on_stdout_and_its_reasons_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")

    code, out, err = call(capsys, cli.main, "java")

    assert code == 0
    assert (Path(out.removesuffix("\n")) / "bin/java").is_file()
    assert "passed over JAVA_HOME=/nowhere: no such directory" in err


def test_data_text_writes_a_file_once(scratch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("data", "text", "--size", "1kB", "--output", "words.txt")

    first, second = call(capsys, cli.main, *arguments), call(capsys, cli.main, *arguments)

    assert first == (0, "words.txt  1,000 bytes\n", "")
    assert (scratch / "a/b/work/words.txt").stat().st_size == 1000
    assert second == (6, "", "ERROR 6 output exists, got words.txt; remove it or write to another place\n")


@pytest.mark.parametrize(
    ("arguments", "made", "line"),
    [
        (("frames", "--rows", "30", "--cols", "2"), ["main.parquet", "other.parquet"], "frames-30-7  33 rows in main"),
        (
            ("frames", "--rows", "5", "--format", "csv", "--output", "x"),
            ["main.csv", "other.csv"],
            "x  6 rows in main.csv",
        ),
        (("events", "--rows", "1000", "--seed", "3"), ["events-1000-3.csv"], "events-1000-3.csv  1,000 rows"),
    ],
)
def test_data_makes_rows_and_refuses_what_is_there(
    scratch: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], made: list[str], line: str
) -> None:
    first, second = call(capsys, cli.main, "data", *arguments), call(capsys, cli.main, "data", *arguments)

    assert (first[0], first[2]) == (0, "")
    assert first[1].startswith(line)
    assert {path.name for path in (scratch / "a/b/work").rglob("*.*")} == {"in.txt", *made}
    assert (second[0], second[1]) == (6, "")
    assert second[2].startswith("ERROR 6 output exists, got ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("lsit",), 'ERROR 2 unknown command "lsit". Did you mean "list"?'),
        (("run", "wordcont"), "ERROR 2 no job, module or file is called 'wordcont'. Did you mean wordcount?"),
        (("run", "wordcount"), "ERROR 2 --input is missing; `hotset run wordcount --help` shows what there is"),
        (("data", "text"), "ERROR 2 --size is missing; `hotset data text --help` shows what there is"),
        (("run", "--", "wordcount"), 'ERROR 2 unknown command "--"'),
        (("run", ":cat:[red]x[/]"), "ERROR 2 no such file, got ':cat:[red]x[/]';"),
        (("run", "a\nb\x1b[2J"), "ERROR 2 no job, module or file is called 'a\\nb\\x1b[2J'."),
        (("run", "wordcount", *GOOD_INPUT, *GOOD_OUTPUT, "--x\ny"), "ERROR 2 unknown option: --x\\ny;"),
        (("session", "--conf", "pw=canary"), "ERROR 2 --conf takes spark.NAME=VALUE, got 'pw=…'"),
    ],
)
@pytest.mark.usefixtures("scratch")
def test_error_is_one_line_that_says_what_to_do(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    code, out, err = call(capsys, cli.main, *arguments)

    assert (code, out) == (2, "")
    assert err.startswith(line)
    assert err.count("\n") == 1


# completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_jobs_and_their_parameters(shell: Literal["bash", "zsh", "fish"]) -> None:
    script = commands.whole_app().generate_completion(shell=shell)

    assert "wordcount" in script
    assert "min-count" in script


def test_installed_completion_works_in_bash(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/bash")
    complete = """
        . "$HOME/.bashrc"
        function=$(complete -p hotset | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        try() {
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            "$function" hotset "${@: -1}" "${@: -2:1}"
            echo "${COMPREPLY[@]}"
        }
        try hotset li
        try hotset run ''
        try hotset run wordcount --min
        try hotset run wordcount --method r
        try hotset run wordcount --input in
    """

    installed = hotset_call("--install-completion")
    tried = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", complete], capture_output=True, text=True, check=False
    )

    script = scratch / "home/.local/share/bash-completion/completions/hotset"
    assert (installed.returncode, installed.stdout) == (0, f"{script}\nopen a new shell to use it\n"), installed.stderr
    jobs = " ".join(sorted(named_jobs()))
    assert tried.stdout.splitlines() == ["list", jobs, "--min-count", "rdd rdd-combined", "in.txt"], tried.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_is_installed_for_the_shell_asked_for(
    scratch: Path, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    code, out, _ = call(capsys, cli.main, "--install-completion", "--shell", shell)

    assert code == 0
    assert "wordcount" in Path(out.splitlines()[0]).read_text()
    assert Path(out.splitlines()[0]).is_relative_to(scratch)


@pytest.mark.usefixtures("scratch")
def test_completion_for_an_unknown_shell_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("SHELL", "BASH_VERSION", "ZSH_VERSION", "FISH_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no ps that would name the parent

    code, _, err = call(capsys, cli.main, "--install-completion")

    assert code == 2
    assert err == "ERROR 2 cannot tell which shell this is; add --shell bash, --shell zsh or --shell fish\n"


# 2,000 wrong command lines

TEXTS = [
    "x", "0", "-1", "눈송이", "a b", "a\nb", "\t", "'", '"', "\\", "%20", "$HOME", "`id`", ";", "*", "?", "[a", "{a,b}",
    "é" * 90, "x" * 300, "x/" * 400, "\u202e", "🙂", ":cat:", "[bold]", "@in.txt", '["in.txt"]', "{}", "=", "a=b", "#",
    os.fsdecode(b"\xff\xfe"), "\x1b[31m", "NaN", "None", "true", "~nobody-here", "..x", "C:\\x", "0x10", "1_000",
]  # fmt: skip
NO_NUMBERS = ["x", "", "1.5", "1e9", "0x1", "1_0", "١", "NaN", "inf", "--1", "9" * 5000, "10**3", " 1", "null", "[]"]
HUGE = ["9" * 19, "9" * 40, "-" + "9" * 40, "9223372036854775808", "-1"]
NO_OUTPUTS = ["", " ", "/", "~", "../..", ".", "..", "old", "in.txt", "in.txt/x", "./old/", "a:b", "a\nb", "s3://b/k",
              "hdfs://h/p", "x" * 300, "x/" * 2100, "file:///", "/proc/x/y", os.fsdecode(b"\xff")]  # fmt: skip
NO_INPUTS = ["", " ", "nope", "nope/*.txt", "~/nope", "/nope", "../nope", "s3://b/k", "x" * 300, "~nobody-here/x", "~"]
MISSPELT = ["--min-cuont", "--inputs", "--ouput", "--Split", "-i", "-o", "--mincount", "--no-input", "--x", "-xyz"]
NO_CONFS = ["nonsense", "spark.a", "=x", "a=b", "", "hadoop.x=1", " spark.a=1"]
NO_FILES = ["nope.toml", "", "/", "old", "in.txt/x", "x" * 300]
NO_REPORTS = ["", ".", "old", "out/r.json", "in.txt", "x.log", "x" * 300]
NO_JOBS = ["wordcont", "WordCount", "", " ", "nope.py", "./nope.py", "nope/x", "json", "hotset.jobs", "a..b", ".", "..",
           "/", "in.txt", "old", "눈송이", "a b", "x" * 300, "x" * 300 + ".py", "wordcount ", "~", "\x1b"]  # fmt: skip
FINE = [
    ["--lower"], ["--min-count", "2"], ["--top", "5"], ["--master", "nonsense"], ["--master", "local[0]"],
    ["--conf", "spark.ui.enabled=false"], ["--method", "rdd"], ["--split=words"], ["--normalize", "NFC"], ["--strict"],
]  # fmt: skip
WRONG_COMMANDS = [
    ["frobnicate"], ["lsit"], [""], ["--frob"], ["list", "x"], ["java", "x"], ["java", "--x"], ["conf", "nope"],
    ["conf", "local", "x"], ["data", "txet"], ["data", "text"], ["data", "text", "--size", "big"],
    ["data", "text", "--size", "-1"], ["data", "text", "--size", "1", "--seed", "x"], ["data", "text", "--size", "1.5"],
    ["data", "text", "--size", "1kB", "--output", "in.txt"], ["data", "text", "--size", "1kB", "--output", "nope/x"],
    ["data", "text", "--size", "1kB", "--output", "old"], ["session", "--conf", "nonsense"], ["session", "x"],
    ["session", "--properties-file", "nope"], ["session", "--mastr", "x"], ["run", "--frob"], ["run", "-x", "x"],
    ["run", "--", "wordcount"], ["run", "--input", "in.txt", "wordcount"], ["RUN", "wordcount"], ["--", "run"],
    ["--install-completion", "--shell", "csh"], ["--install-completion", "x"], ["help"], ["session", "--conf"],
]  # fmt: skip


Slot = tuple[str, list[str]]

# What to put into which slot of a good line; however many are put into it, each leaves the line wrong.
MISTAKES: tuple[Callable[[random.Random], Slot], ...] = (
    lambda rng: ("job", [rng.choice(NO_JOBS)]),
    lambda rng: ("input", ["--input", *rng.sample(["in.txt", rng.choice(NO_INPUTS)], k=2)]),
    lambda rng: ("output", ["--output", rng.choice(NO_OUTPUTS)]),
    lambda rng: (rng.choice(["input", "output"]), []),
    lambda rng: ("misspelt", [rng.choice(MISSPELT), *rng.sample(TEXTS, k=rng.randrange(2))]),
    lambda rng: ("number", [rng.choice(["--min-count", "--top"]), rng.choice(NO_NUMBERS)]),
    lambda rng: ("huge", [f"{rng.choice(['--min-count', '--top'])}={rng.choice(HUGE)}"]),
    lambda rng: ("conf", ["--conf", rng.choice(NO_CONFS)]),
    lambda rng: ("file", [rng.choice(["--config", "--properties-file"]), rng.choice(NO_FILES)]),
    lambda rng: ("report", ["--report", rng.choice(NO_REPORTS)]),
    lambda rng: ("choice", [rng.choice(["--method", "--split", "--normalize", "--format"]), rng.choice(TEXTS)]),
    lambda rng: ("last", [rng.choice(["--min-count", "--output", "--master", "--method", "--report", "--config"])]),
    lambda rng: ("last", [f"stray-{rng.random()}"]),  # belongs to no option, or is an input that does not exist
)


def wrong_line(rng: random.Random) -> list[str]:
    """A command line with at least one error in it by construction; the tokens of an option stay together."""
    if rng.random() < 0.15:
        return rng.choice(WRONG_COMMANDS) + rng.sample(TEXTS, k=rng.choice([0, 0, 0, 1]))
    slots = {"job": ["wordcount"], "input": GOOD_INPUT, "output": GOOD_OUTPUT, "last": []}
    slots |= dict(mistake(rng) for mistake in rng.choices(MISTAKES, k=rng.choice([1, 1, 1, 2, 3])))
    job, last = slots.pop("job"), slots.pop("last")
    options = [*slots.values(), *rng.sample(FINE, k=rng.randrange(4))]
    rng.shuffle(options)
    return ["run", *job, *(token for option in options for token in option), *last]


@pytest.mark.thorough
def test_wrong_command_lines_end_at_once_with_one_line_and_leave_nothing(
    scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    global _started
    rng = random.Random(20)
    lines = [wrong_line(rng) for _ in range(WRONG_LINES)]
    before, children = everything(scratch), psutil.Process().children()
    complaints, codes, _started = [], set(), []

    for line in lines:
        by_job = line[0] == "run" and not line[1].startswith("-") and rng.random() < 0.3
        door = partial(hotset.run.main, line[1], line[2:]) if by_job else cli.main
        try:
            code, out, err = call(capsys, door, *line)
        except BaseException as unexpected:
            complaints.append(f"{line}: {unexpected!r}")
            continue
        codes.add(code)
        if code not in (2, 3, 6) or out or err.count("\n") != 1 or not err.startswith(f"ERROR {code} "):
            complaints.append(f"{line}: {code} {out[:200]!r} {err[:200]!r}")
        if _started or everything(scratch) != before:
            complaints.append(f"{line}: started {_started}, made {set(everything(scratch)) - set(before)}")
            break
    started, _started = _started, None

    assert complaints == []
    assert started == []
    assert psutil.Process().children() == children
    assert codes == {2, 3, 6}


@pytest.mark.thorough
def test_wrong_command_lines_end_alike_as_processes(scratch: Path) -> None:
    wordcount = ["run", "wordcount"]
    lines = [
        ["frobnicate"],
        ["run", "wordcont", *GOOD_INPUT, *GOOD_OUTPUT],
        ["run", "nope.py"],
        wordcount,
        [*wordcount, *GOOD_INPUT],
        [*wordcount, "--input", "nope", *GOOD_OUTPUT],
        [*wordcount, "--input", "", *GOOD_OUTPUT],
        [*wordcount, *GOOD_INPUT, "--output", "/"],
        [*wordcount, *GOOD_INPUT, "--output", "~"],
        [*wordcount, *GOOD_INPUT, "--output", "old"],
        [*wordcount, *GOOD_INPUT, *GOOD_OUTPUT, "--min-count", "x"],
        [*wordcount, *GOOD_INPUT, *GOOD_OUTPUT, "--min-cuont", "3"],
        [*wordcount, *GOOD_INPUT, *GOOD_OUTPUT, "--conf", "nonsense"],
        [*wordcount, *GOOD_INPUT, *GOOD_OUTPUT, "--config", "nope.toml"],
        [*wordcount, *GOOD_INPUT, "--output", os.fsdecode(b"\xff")],
        [*wordcount, *GOOD_INPUT, *GOOD_OUTPUT, "--master", "nonsense", "--top", "-1"],
        ["data", "text", "--size", "1kB", "--output", "in.txt"],
        ["session", "--conf", "nonsense"],
    ]
    before, children = everything(scratch), psutil.Process().children()

    with ThreadPoolExecutor(2) as two:
        ended = list(two.map(lambda line: hotset_call(*line), lines))

    assert [process.returncode for process in ended] == [2, 2, 2, 2, 2, 3, 2, 6, 6, 6, 2, 2, 2, 2, 6, 2, 6, 2]
    for process in ended:
        assert process.stdout == ""
        assert process.stderr.startswith(f"ERROR {process.returncode} ")
        assert process.stderr.count("\n") == 1
    assert everything(scratch) == before
    assert psutil.Process().children() == children
