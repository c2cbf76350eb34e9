"""Documentation is code: its commands are run or parsed, its example job is run, its links and names are looked up."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from cyclopts import App
from tools.example import example

from hotset import errors
from hotset.commands import JOB_COMMANDS, app
from hotset.errors import HotsetError
from hotset.job import find_job, named_jobs
from hotset.lab.asked import LAB
from hotset.new import TEMPLATE
from hotset.params import Options, parse, parse_for
from tools import docs

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
JOBS_PAGE = (ROOT / "docs/jobs.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/*.md")])
README_RUN = "hotset run wordcount --input data/texts --output out/wordcount"


def blocks(text: str, language: str) -> list[str]:
    """What stands in the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Every command behind a prompt, once."""
    texts = [block for page in PAGES for block in blocks(page.read_text(encoding="utf-8"), "console")]
    return list(dict.fromkeys(command for text in texts for command in re.findall(r"^\$ (.+)$", text, re.MULTILINE)))


def arguments_of(command: str) -> list[str]:
    """The command as its program sees it: without variables before it and redirection behind it."""
    return shlex.split(re.sub(r"^\w+=(\$\([^)]*\)|\S*) | > \S+$", "", command))


def is_cheap(command: str) -> bool:
    """Whether it starts no Spark and sets nothing up."""
    words = arguments_of(command)
    return words[0] == "hotset" and (words[1] not in ("run", "lab") or "--help" in words)


def understand(words: list[str]) -> None:
    """Raises an error when a job, an option, a script or a make target is not there."""
    match words:
        case ["make", *targets]:
            known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
            assert {target for target in targets if "=" not in target} <= set(known)
        case ["hotset", "run", job, *arguments]:
            parse(find_job(job), arguments)
        case ["hotset", "lab", job, *arguments]:
            parse_for(LAB, find_job(job), arguments)
        case ["python", "jobs/run.py", job, *arguments]:
            parse(find_job(job), arguments)
        case ["spark-submit", *arguments]:
            understand(["python", *arguments[next(i for i, word in enumerate(arguments) if word.endswith(".py")) :]])
        case ["hotset", *arguments]:
            app.parse_args(arguments, exit_on_error=False, print_error=False)
        case _:
            pytest.fail(f"nobody here knows how to check {' '.join(words)!r}")


def hotset(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("hotset")
    environment = os.environ | {"COLUMNS": "200", "XDG_CACHE_HOME": str(cwd / "cache")}
    return subprocess.run([program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", commands())
def test_command_is_understood(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    understand(arguments_of(command))


@pytest.mark.thorough
@pytest.mark.parametrize("command", [command for command in commands() if is_cheap(command)])
def test_cheap_command_runs(command: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    small = re.sub(r"--size \S+", "--size 4kB", command)

    done = hotset(*arguments_of(small)[1:], cwd=tmp_path)

    assert (done.returncode, done.stdout != "") == (0, True), done.stderr


@pytest.mark.thorough
@pytest.mark.smoke
def test_readme_shows_what_the_first_run_shows(tmp_path: Path) -> None:
    assert "$ make run" in README
    assert f"hotset run wordcount {example('wordcount')}" == README_RUN
    shutil.copytree(ROOT / "data/texts", tmp_path / "data/texts")
    texts = [file.read_text(encoding="utf-8") for file in (tmp_path / "data/texts").iterdir()]
    counts = Counter(word for text in texts for word in re.split("[ \n]", text) if word)

    first = hotset(*shlex.split(README_RUN)[1:], cwd=tmp_path)
    second = hotset(*shlex.split(README_RUN)[1:], cwd=tmp_path)

    found = f"words {sum(counts.values()):,} · distinct {len(counts):,} · wrote {len(counts):,} rows as text"
    rows = [f"{word} {n:,}" for word, n in counts.most_common(3)]
    for shown in (first.stdout, README):
        assert found in shown
        assert set(rows) <= {" ".join(line.split()) for line in shown.splitlines()}
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "already done" in second.stdout


def test_the_job_that_is_shown_is_the_one_that_new_writes() -> None:
    job, test = ((TEMPLATE / name).read_text("utf-8") for name in ("largest_orders.py", "test_largest_orders.py"))

    assert (blocks(README, "python"), blocks(CONTRIBUTING, "python")) == ([job], [job, test])
    assert len(job.splitlines()) <= 40


@pytest.mark.parametrize("name", named_jobs())
def test_job_has_its_options_in_the_docs(name: str) -> None:
    options = [*fields(find_job(name).params), *fields(Options)]

    page = JOBS_PAGE + (ROOT / "docs/jobs" / f"{name}.md").read_text(encoding="utf-8")

    assert [field.name for field in options if f"| `--{field.name.replace('_', '-')}" not in page] == []


@pytest.mark.parametrize("name", named_jobs())
def test_job_has_an_example_that_its_page_begins_with(name: str) -> None:
    assert parse(find_job(name), shlex.split(example(name))).params


def test_what_is_taken_from_the_code_is_up_to_date() -> None:
    found = {"api.md": (ROOT / "docs/api.md").read_text("utf-8"), "jobs.md": JOBS_PAGE}

    expected = {"api.md": docs.api(), "jobs.md": docs.with_table(JOBS_PAGE)}

    assert [name for name in found if found[name] != expected[name]] == [], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))

    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert broken == []


def test_tour_names_what_is_there() -> None:
    tour = (ROOT / "docs/tour.md").read_text(encoding="utf-8")

    places = re.findall(r"`([\w/]+\.py)(?::([\w.]+))?`", tour)

    assert len(places) > 40
    assert [place for place in places if not defines(*place)] == []


def defines(file: str, name: str) -> bool:
    """Whether the file below src/hotset has this function, class or `Class.method`."""
    path = ROOT / "src/hotset" / file
    if not name:
        return path.is_file()
    return path.is_file() and name in set(definitions(ast.parse(path.read_text(encoding="utf-8")).body))


def definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from definitions(node.body, f"{prefix}{node.name}.")


def test_readme_stays_short() -> None:
    assert len(README.splitlines()) < 150


def test_readme_has_every_exit_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, HotsetError)]

    shown = {int(code) for code in re.findall(r"\| (\d+) \|", README)}

    assert shown == {0, 130, 143} | {kind.exit_code for kind in kinds}


def cli_commands(group: App, path: tuple[str, ...] = ("hotset",)) -> Iterator[tuple[str, App]]:
    """Every command with its path, as in `hotset data text`."""
    for name in group:
        if not name.startswith("-"):
            command = group[name]
            yield " ".join((*path, name)), command
            if name not in JOB_COMMANDS:  # below them are jobs, where somebody has asked for their help
                yield from cli_commands(command, (*path, name))


def test_every_command_is_documented_and_has_help() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

    known = dict(cli_commands(app))

    assert {"hotset list", "hotset data text"} <= set(known)
    assert [path for path in known if not re.search(rf"{path}\b", text)] == []
    assert [path for path, command in known.items() if not command.help] == []
