"""Modules that code names without an import statement, and what is no name of one."""

from pathlib import Path

import pytest

from hotset.import_names import names_in


@pytest.mark.parametrize(
    ("text", "modules", "whole"),
    [
        ("import a.b", {"a.b"}, set()),
        ("from . import a", {"pack", "pack.a"}, set()),
        ("from ..... import a", set(), set()),
        ("import_module('a')", {"a"}, set()),
        ("import_module('.a')", {"pack.a"}, set()),
        ("import_module('.a', 'b')", {"b.a"}, set()),
        ("import_module(package='b.c', name='..a')", {"b.a"}, set()),
        ("load = importlib.import_module\nload('a')", {"a"}, set()),
        (
            "from importlib import import_module as load\nload('a')",
            {"importlib", "importlib.import_module", "a"},
            set(),
        ),
        ("load('a')", set(), set()),
        ("A = 'a b'\nB = 'b'\nimport_module(B)", {"b"}, set()),
        ("import_module('plugins.' + name)", set(), {"plugins"}),
        ("import_module(f'.{name}', 'plugins')", {"plugins"}, {"plugins"}),
        ("B = 'b'\nimport_module('a')", {"a"}, set()),
        ("import a, pkgutil", {"a", "pkgutil"}, {"a", "pkgutil"}),
        ("import a\na.__path__", {"a"}, {"a"}),
        ("exec('import a')\neval('__import__(\"b\")')", {"a", "b"}, set()),
        ("exec('import (')", set(), set()),
        ("import (", set(), set()),
    ],
)
def test_what_a_file_may_import(tmp_path: Path, text: str, modules: set[str], whole: set[str]) -> None:
    (tmp_path / "f.py").write_text(text)

    found = names_in(tmp_path / "f.py", "pack")

    assert (found.modules, found.whole) == (modules, whole)


def test_files_of_python_that_a_text_names_beside_are_run(tmp_path: Path) -> None:
    text = "A = ('beside.py', 'lib/below.py', 'f.py', 'nowhere.py', 'notes.txt', 'a\\nb.py', 'a\\0.py')"
    (tmp_path / "lib").mkdir()
    for name, content in {"f.py": text, "beside.py": "", "lib/below.py": "", "notes.txt": ""}.items():
        (tmp_path / name).write_text(content)

    assert names_in(tmp_path / "f.py", "").files == {tmp_path / "beside.py", tmp_path / "lib/below.py"}
