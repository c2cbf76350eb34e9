"""Finding a job by name, by module and by file; each refusal says why."""

import hashlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotset.errors import SparkJobError, UsageError
from hotset.job import docstring, find_function, find_job, named_jobs

SOURCE = '''"""Say hello.

Longer text."""
from dataclasses import dataclass

@dataclass(frozen=True)
class Params:
    name: str = "world"

def main(run, params):
    pass
'''


@pytest.fixture(autouse=True)
def _own_imports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Finding a job imports modules and extends the path; neither outlives the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.chdir(tmp_path)


def test_named_jobs_has_those_of_the_entry_point_group() -> None:
    jobs = named_jobs()

    assert jobs["wordcount"] == "hotset.jobs.wordcount.job"


def test_find_job_by_name_does_not_send_our_own_code() -> None:
    job = find_job("wordcount")

    assert (job.name, job.title, job.travels) == ("wordcount", "Count the words of text files.", ())


def test_find_job_by_module_of_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "greet_by_module.py").write_text(SOURCE)

    job = find_job("greet_by_module")

    assert (job.name, job.title) == ("greet_by_module", "Say hello.")
    assert job.travels == (tmp_path.resolve() / "greet_by_module.py",)


def test_find_job_in_a_package_sends_the_whole_package(tmp_path: Path) -> None:
    package = tmp_path / "greetings_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "greet.py").write_text(SOURCE)

    job = find_job("greetings_package.greet")

    assert job.name == "greet"
    assert job.travels == (package.resolve(),)


def test_find_job_by_file_that_lies_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "far away" / "greet_by_file.py"
    file.parent.mkdir()
    file.write_text(SOURCE)

    job = find_job(str(file))

    assert job.name == "greet_by_file"
    assert job.travels == (file.resolve(),)


def test_code_hash_is_that_of_name_and_content(tmp_path: Path) -> None:
    (tmp_path / "greet_hashed.py").write_text(SOURCE)

    digest = find_job("greet_hashed").code_hash()

    assert digest == hashlib.sha256(b"greet_hashed.py\0" + SOURCE.encode() + b"\0").hexdigest()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("wordcont", "no job, module or file is called 'wordcont'. Did you mean wordcount?"),
        ("zzz", "There are: array-mean, compact, group,"),
        ("", "no job, module or file is called ''"),
        ("a..b", "no job, module or file is called 'a..b'"),
        ("nowhere.py", "no such file, got 'nowhere.py'"),
        ("x" * 300 + ".py", "no such file"),
        (".", "no job, module or file is called '.'"),
        ("./", "no such file, got '.'"),
        ("json", "json is no job: it has no dataclass `Params`"),
        ("hotset.jobs", "hotset.jobs is no job"),
    ],
)
def test_find_job_refuses_what_is_no_job(target: str, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        find_job(target)

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("no_params.py", '"""Doc."""\ndef main(run, params): ...\n', "no dataclass `Params`"),
        ("plain_params.py", '"""Doc."""\nclass Params: ...\ndef main(run, params): ...\n', "no dataclass `Params`"),
        ("no_main.py", SOURCE.replace("def main", "def start"), "no function `main(run, params)`"),
        ("no_docstring.py", SOURCE.partition('."""\n')[2], "docstring, which `hotset list` shows, is missing"),
        ("raises.py", '"""Doc."""\n1 / 0\n', "cannot load raises: ZeroDivisionError: division by zero"),
        ("broken.py", "def", "cannot load broken: SyntaxError"),
        ("my-job.py", SOURCE, "name it like a Python module"),
        ("job.txt", SOURCE, "name it like a Python module"),
        ("random.py", SOURCE, "has the name of the installed module 'random'"),
        ("pyspark.py", SOURCE, "has the name of the installed module 'pyspark'"),
    ],
)
def test_find_job_says_why_a_file_is_no_job(tmp_path: Path, name: str, source: str, reason: str) -> None:
    (tmp_path / name).write_text(source)

    with pytest.raises(UsageError) as refused:
        find_job(f"./{name}")

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("source", "helper", "needs"),
    [
        (SOURCE, "", False),
        (f"{SOURCE}\nfrom pyspark.sql import functions as F\n", "", True),
        (f"{SOURCE}\ndef late():\n    import pyspark\n", "", True),
        (f"{SOURCE}\nimport helper_of_it\n", "import pyspark.sql.functions as F\n", True),
        (f"{SOURCE}\nimport helper_of_it\n", "import json\n", False),
        (f"{SOURCE}\nimport pyspark\ndef needs_spark(params): return False\n", "", False),
    ],
)
def test_a_job_needs_spark_at_once_where_a_file_of_it_imports_pyspark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, helper: str, needs: bool
) -> None:
    monkeypatch.delitem(sys.modules, "helper_of_it", raising=False)
    (tmp_path / "helper_of_it.py").write_text(helper)
    file = tmp_path / f"job_{abs(hash((source, helper)))}.py"
    file.write_text(source)

    assert find_job(str(file)).needs_spark(None) is needs


@pytest.mark.parametrize("line", ["1 / 0", "import sys; sys.exit(0)", "raise ValueError('x')"])
@pytest.mark.parametrize("name", ["runs", "needs_spark"])
def test_what_a_job_says_of_its_parameters_may_fail_and_names_its_line(tmp_path: Path, name: str, line: str) -> None:
    file = tmp_path / f"says_{name}_{abs(hash(line))}.py"
    file.write_text(f"{SOURCE}\ndef {name}(params):\n    {line}\n")
    job = find_job(str(file))

    with pytest.raises(SparkJobError, match=rf"{file.name}:\d+ in {name}; mend the job"):
        getattr(job, name)(None)


def test_find_function_takes_files_packages_and_dotted_names(tmp_path: Path) -> None:
    (tmp_path / "their_functions.py").write_text("def double(x):\n    return 2 * x\n")

    by_file, by_module = find_function("their_functions.py:double"), find_function("their_functions:double")

    assert (by_file.call(3), by_file.source) == (6, tmp_path.resolve() / "their_functions.py")
    assert by_module == by_file
    assert find_function("builtins:str.upper").call("a") == "A"


def test_a_function_s_code_is_hashed_with_the_job_s_and_travels(tmp_path: Path) -> None:
    (tmp_path / "their_calls.py").write_text("def call():\n    pass\n")
    runs = "\n\ndef runs(params):\n    from hotset import find_function\n    return (find_function(params.name),)\n"
    (tmp_path / "greet_by_calls.py").write_text(SOURCE + runs)
    job = find_job("greet_by_calls")
    params = job.params("their_calls.py:call")

    before = job.code_hash(params)
    (tmp_path / "their_calls.py").write_text("def call():\n    return 1\n")

    assert job.code(params) == (job.source, tmp_path.resolve() / "their_calls.py")
    assert job.code_hash(params) != before


def test_modules_beside_a_job_travel_with_it_and_are_hashed(tmp_path: Path) -> None:
    (tmp_path / "counts_words.py").write_text(SOURCE + "    import words_of_it\n")
    helper = tmp_path / "words_of_it.py"
    helper.write_text("A = 1\n")

    job = find_job(str(tmp_path / "counts_words.py"))
    before = job.code_hash()
    helper.write_text("A = 2\n")

    assert job.code(None) == (tmp_path.resolve() / "counts_words.py", helper.resolve())
    assert job.code_hash() != before


def test_modules_beside_a_function_travel_with_it(tmp_path: Path) -> None:
    (tmp_path / "doubles_it.py").write_text("import words_of_that\n\n\ndef double(text):\n    return text * 2\n")
    (tmp_path / "words_of_that.py").write_text("A = 1\n")
    (tmp_path / "runs_functions.py").write_text(SOURCE + "\ndef runs(params):\n    return (params,)\n")

    job = find_job(str(tmp_path / "runs_functions.py"))
    function = find_function(f"{tmp_path}/doubles_it.py:double")

    names = [path.name for path in job.code(function)]
    assert names == ["runs_functions.py", "doubles_it.py", "words_of_that.py"]


@pytest.mark.parametrize("line", ["raise SystemExit(0)", "import sys; sys.exit()", "raise SystemExit('bye')", "1 / 0"])
def test_a_module_that_leaves_while_it_is_loaded_is_no_job(tmp_path: Path, line: str) -> None:
    file = tmp_path / f"leaves_{abs(hash(line))}.py"
    file.write_text(f'"""A job."""\n{line}\n')

    with pytest.raises(UsageError, match=f"cannot load {file.stem}: "):
        find_job(str(file))


def test_what_says_itself_is_read_from_the_source_where_python_left_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    wordcount = find_job("wordcount")
    module = sys.modules["hotset.jobs.wordcount.job"]
    monkeypatch.setattr(module, "__doc__", None)
    monkeypatch.setattr("hotset.job.sys", SimpleNamespace(flags=SimpleNamespace(optimize=2), modules=sys.modules))

    assert (docstring(module) or "").split() == wordcount.doc.split()
