"""A run's key knows all code that is the user's: what changes it, and what does not."""

import importlib
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotset.imports import imported_sources, python_files
from hotset.job import find_job

HEAD = (
    '"""A job."""\nfrom dataclasses import dataclass\n{}\n@dataclass(frozen=True)\nclass Params:\n    name: str = ""\n'
)
RUNS = "\ndef runs(params):\n    from hotset import find_function\n    return (find_function(params.name),)\n"


@pytest.fixture(autouse=True)
def _own_imports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What a test imports is forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.chdir(tmp_path)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]
    importlib.invalidate_caches()


def job_text(imports: str = "", in_main: str = "pass") -> str:
    return HEAD.format(imports) + f"\ndef main(run, params):\n    {in_main}\n" + RUNS


def write(place: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)


def code_hash(target: str, function: str = "") -> str:
    job = find_job(target)
    return job.code_hash(job.params(function) if function else None)


INIT = {"shop/__init__.py": ""}
# name of the arrangement -> its files, the job, the file that is changed
ARRANGEMENTS: dict[str, tuple[dict[str, str], str, str]] = {
    "a helper beside": ({"j.py": job_text("import helper"), "helper.py": "A = 1"}, "j.py", "helper.py"),
    "a name from a helper": ({"j.py": job_text("from helper import A"), "helper.py": "A = 1"}, "j.py", "helper.py"),
    "all of a helper": ({"j.py": job_text("from helper import *"), "helper.py": "A = 1"}, "j.py", "helper.py"),
    "a helper of a helper": (
        {"j.py": job_text("import one"), "one.py": "import two", "two.py": "import three", "three.py": ""},
        "j.py",
        "three.py",
    ),
    "a circle of helpers": (
        {"j.py": job_text("import a1"), "a1.py": "import a2", "a2.py": "import a1"},
        "j.py",
        "a2.py",
    ),
    "an import inside of main": ({"j.py": job_text("", "import helper"), "helper.py": ""}, "j.py", "helper.py"),
    "an import inside of a helper's function": (
        {"j.py": job_text("import one"), "one.py": "def f():\n    from two import g\n    g()", "two.py": "def g(): 0"},
        "j.py",
        "two.py",
    ),
    "a package beside": (
        {"j.py": job_text("import shop"), **INIT, "shop/till.py": "A = 1"},
        "j.py",
        "shop/till.py",
    ),
    "a module of a package": (
        {"j.py": job_text("from shop import till"), **INIT, "shop/till.py": "A = 1"},
        "j.py",
        "shop/till.py",
    ),
    "a package's own relative imports": (
        {"j.py": job_text("import shop.till"), **INIT, "shop/till.py": "from . import tax", "shop/tax.py": "A = 1"},
        "j.py",
        "shop/tax.py",
    ),
    "a package that imports a module beside it": (
        {"j.py": job_text("import shop.till"), **INIT, "shop/till.py": "import rates", "rates.py": "A = 1"},
        "j.py",
        "rates.py",
    ),
    "a directory without __init__": (
        {"j.py": job_text("from bits.inner import f"), "bits/inner/f.py": "A = 1", "bits/other.py": ""},
        "j.py",
        "bits/inner/f.py",
    ),
    "a job in a package, its parent's module": (
        {
            **INIT,
            "shop/jobs/__init__.py": "",
            "shop/jobs/j.py": job_text("from ..tax import A"),
            "shop/tax.py": "A = 1",
        },
        "shop.jobs.j",
        "shop/tax.py",
    ),
    "a job in a package, a module outside of it": (
        {**INIT, "shop/j.py": job_text("import rates"), "rates.py": "A = 1"},
        "shop.j",
        "rates.py",
    ),
    "import_module with a name": (
        {"j.py": job_text("import importlib", "importlib.import_module('helper')"), "helper.py": ""},
        "j.py",
        "helper.py",
    ),
    "import_module with a relative name": (
        {
            "j.py": job_text("import shop"),
            "shop/__init__.py": "from importlib import import_module\ndef f(): import_module('.late', __package__)",
            "shop/late.py": "import rates",
            "rates.py": "",
        },
        "j.py",
        "rates.py",
    ),
    "import_module in a directory without __init__": (
        {"j.py": job_text("import importlib\nh = importlib.import_module('.inner', 'bits')"), "bits/inner.py": "A = 1"},
        "j.py",
        "bits/inner.py",
    ),
    "import_module with its package by name": (
        {"j.py": job_text("", "importlib.import_module('.inner', package='bits')"), "bits/inner.py": "A = 1"},
        "j.py",
        "bits/inner.py",
    ),
    "import_module under another name": (
        {"j.py": job_text("from importlib import import_module as load\nload('helper')"), "helper.py": ""},
        "j.py",
        "helper.py",
    ),
    "import_module with a name from a constant": (
        {"j.py": job_text("import importlib\nNAMES = ('helper',)\nimportlib.import_module(NAMES[0])"), "helper.py": ""},
        "j.py",
        "helper.py",
    ),
    "import_module with a name that is put together": (
        {"j.py": job_text("", "importlib.import_module(f'bits.{params.name}')"), "bits/inner.py": "A = 1"},
        "j.py",
        "bits/inner.py",
    ),
    "whatever a directory without __init__ has": (
        {"j.py": job_text("import bits, pkgutil"), "bits/deep/inner.py": "A = 1"},
        "j.py",
        "bits/deep/inner.py",
    ),
    "a file that is run": (
        {"j.py": job_text("import runpy", "runpy.run_path(Path(__file__).with_name('helper.py'))"), "helper.py": ""},
        "j.py",
        "helper.py",
    ),
    "an import in a text": ({"j.py": job_text("exec('import helper')"), "helper.py": ""}, "j.py", "helper.py"),
    "an optional import": (
        {"j.py": job_text("try:\n    import nowhere_at_all\nexcept ImportError:\n    import helper"), "helper.py": ""},
        "j.py",
        "helper.py",
    ),
    "a module of PYTHONPATH": ({"j.py": job_text("import far"), "lib/far.py": "A = 1"}, "j.py", "lib/far.py"),
    "a package of PYTHONPATH, lazily": (
        {"j.py": job_text("", "import farther.inner"), "lib/farther/__init__.py": "", "lib/farther/inner.py": ""},
        "j.py",
        "lib/farther/inner.py",
    ),
    "a path that the job adds": (
        {"j.py": job_text("import sys\nsys.path.append('added')\nimport extra"), "added/extra.py": ""},
        "j.py",
        "added/extra.py",
    ),
}


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_a_change_of_what_is_imported_changes_the_key_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arrangement: str
) -> None:
    files, target, changed = ARRANGEMENTS[arrangement]
    write(tmp_path, {**files, "unrelated.py": "A = 1", "notes.txt": "a"})
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))

    before = code_hash(target)
    write(tmp_path, {"unrelated.py": "A = 2", "notes.txt": "b"})
    again = code_hash(target)
    write(tmp_path, {changed: files[changed] + "\nB = 2"})

    assert again == before
    assert code_hash(target) != before


@pytest.mark.parametrize(
    "function", ["calls.py:call", "calls:call", "calls:Class.method", "calls:closure", "calls:other"]
)
@pytest.mark.parametrize("changed", ["calls.py", "helper.py", "deeper.py", "shop/late.py"])
def test_a_change_below_a_function_that_is_named_changes_the_key(tmp_path: Path, function: str, changed: str) -> None:
    calls = (
        "import helper\nfrom helper import other\ndef call(x):\n    import shop.late\n    return helper.A\n"
        "class Class:\n    @staticmethod\n    def method(x): return x\n"
        "def made():\n    a = helper.A\n    return lambda x: a + x\nclosure = made()\n"
    )
    files = {"calls.py": calls, "helper.py": "import deeper\nA = 1\ndef other(x): return x", "deeper.py": "", **INIT}
    write(tmp_path, {"j.py": job_text(), **files, "shop/late.py": ""})

    before = code_hash("j.py", function)
    again = code_hash("j.py", function)
    with (tmp_path / changed).open("a") as file:
        file.write("\nB = 2\n")

    assert again == before
    assert code_hash("j.py", function) != before


def test_an_editable_install_counts_and_what_pip_installed_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"j.py": job_text("import numpy, rich, json, pyspark, hotset, mine"), "src/mine/__init__.py": ""})

    class Finder:
        """As setuptools makes one for an editable install."""

        @staticmethod
        def find_spec(name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG004
            place = tmp_path / "src/mine/__init__.py"
            return importlib.util.spec_from_file_location(name, place) if name == "mine" else None

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])

    assert imported_sources([find_job("j.py").source]) == (tmp_path / "src/mine",)


def test_a_part_of_a_package_that_is_a_link_counts_once(tmp_path: Path) -> None:
    write(tmp_path, {"j.py": job_text("from shop.linked import till"), **INIT, "other/till.py": "A = 1"})
    (tmp_path / "shop/linked").symlink_to("../other")
    (tmp_path / "other/back").symlink_to("../shop")

    before = code_hash("j.py")
    write(tmp_path, {"other/till.py": "A = 2"})

    assert code_hash("j.py") != before
    assert len(python_files(tmp_path / "shop")) == 2


def test_a_module_of_an_archive_counts_as_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("in_archive.py", "A = 1")
    monkeypatch.syspath_prepend(str(tmp_path / "packed.zip"))
    write(tmp_path, {"j.py": job_text("import in_archive")})

    assert imported_sources([find_job("j.py").source]) == (tmp_path / "packed.zip",)


@pytest.mark.parametrize("text", ["import (", "import a.b.c.d", "from .... import x", "x = 1\0", "from . import y"])
def test_code_that_leads_nowhere_leads_nowhere(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"broken_one.py": text})

    assert imported_sources([tmp_path / "broken_one.py"]) == ()


def test_our_own_jobs_are_not_searched(tmp_path: Path) -> None:
    job = find_job("wordcount")

    assert imported_sources([job.source]) == ()
    assert os.listdir(tmp_path) == []  # noqa: PTH208
