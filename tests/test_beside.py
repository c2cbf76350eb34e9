"""The modules beside a job's file that it imports, found in its source."""

from pathlib import Path

import pytest

from hotset.beside import find_modules_beside


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import helper", ["helper.py"]),
        ("import helper as h, other", ["helper.py", "other.py"]),
        ("from helper import f", ["helper.py"]),
        ("from package.part import f", ["package"]),
        ("import package.part", ["package"]),
        ("def f():\n    import helper", ["helper.py"]),
        ("try:\n    import helper\nexcept ImportError:\n    pass", ["helper.py"]),
        ("import chain", ["chain.py", "other.py"]),
        ("import circle", ["circle.py"]),
        ("import deep", ["deep", "helper.py"]),
        ("import job", []),
        ("import random", []),
        ("import pyspark, nowhere", []),
        ("from . import helper", []),
        ("import space", []),
        ("import broken", ["broken.py"]),
        ("this is no Python", []),
    ],
)
def test_modules_beside_a_file_are_those_that_it_imports(tmp_path: Path, source: str, found: list[str]) -> None:
    files = {
        "job.py": source, "helper.py": "", "other.py": "", "random.py": "", "unused.py": "",
        "package/__init__.py": "", "package/part.py": "",
        "chain.py": "import other", "circle.py": "import job\nimport circle", "broken.py": "def",
        "deep/__init__.py": "", "deep/er/__init__.py": "", "deep/er/est.py": "from helper import f",
        "space/readme.txt": "",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert [path.name for path in find_modules_beside(tmp_path / "job.py")] == found
