"""The modules beside a job that its workers need, found by what the code says."""

from pathlib import Path

import pytest

from hotset.beside import modules_beside

BESIDE = {
    "helper.py": "import other\n",
    "other.py": "import helper\nimport job\n",
    "unused.py": "",
    "random.py": "",
    "numpy/__init__.py": "",
    "package/__init__.py": "from . import inner\nfrom .inner import more\n",
    "package/inner.py": "from deep.er import x\n",
    "deep/er.py": "x = 1\n",
    "empty/notes.txt": "",
    "broken.py": "def (:\n",
    "한글.py": "",
}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import helper", ["helper.py", "other.py"]),
        ("import helper as h, other", ["helper.py", "other.py"]),
        ("from other import *", ["helper.py", "other.py"]),
        ("def f():\n    import other", ["helper.py", "other.py"]),
        ("try:\n    import helper\nexcept ImportError:\n    pass", ["helper.py", "other.py"]),
        ("import package.inner", ["deep", "package"]),
        ("from package import inner", ["deep", "package"]),
        ("import deep.er", ["deep"]),
        ("import 한글", ["한글.py"]),
        ("import broken", ["broken.py"]),
        ("import random, numpy, hotset", []),  # whoever means those gets the real ones
        ("import empty, missing, sys, os.path", []),
        ("import job", []),
        ("from . import helper", []),
        ("'import helper'", []),
        ("", []),
    ],
)
def test_modules_are_found_directly_and_through_one_another(code: str, found: list[str], tmp_path: Path) -> None:
    for name, text in (BESIDE | {"job.py": code}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert [path.name for path in modules_beside(tmp_path / "job.py")] == found
