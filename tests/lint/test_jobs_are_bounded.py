"""What the sources may not contain: unbounded results at the driver, foreign code run, errors ignored."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "hotset"

# Each brings all of a frame or RDD to the driver, whatever its size; take(n) does not.
UNBOUNDED = {
    "collect",
    "toPandas",
    "toArrow",
    "toLocalIterator",
    "collectAsMap",
    "collectAsMapWithRetry",
    "countByKey",
    "countByValue",
}
# Methods and functions that run what they read.
RUNNING = {"pickleFile", "eval", "exec", "system", "popen"}
MODULES_THAT_UNPICKLE = {"pickle", "cloudpickle", "marshal", "shelve", "joblib", "dill"}
IGNORING = ("ignoreCorruptFiles", "ignoreMissingFiles")


def called(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """line, name, and what it is looked up in ('' for a bare name) of everything that is called or taken as a value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr, ast.unparse(node.value)
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id, ""


def unbounded(source: str) -> list[str]:
    """`line: name` of each use of a method whose result is as large as the data."""
    names = [(line, name) for line, name, owner in called(ast.parse(source)) if owner and name in UNBOUNDED]
    return [f"{line}: {name}" for line, name in sorted(names)]


def unsafe(source: str) -> list[str]:
    """`line: name` of each use of something that runs foreign code or passes over what is broken."""
    tree = ast.parse(source)
    found = [(line, name) for line, name, _ in called(tree) if name in RUNNING]
    found += [
        (line, f"{owner}.{name}")
        for line, name, owner in called(tree)
        if name in ("load", "loads", "Unpickler") and owner.rpartition(".")[2] in MODULES_THAT_UNPICKLE
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES_THAT_UNPICKLE:
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names if "load" in alias.name]
        elif isinstance(node, ast.keyword) and ast.unparse(node) == "shell=True":
            found.append((node.value.lineno, "shell=True"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [(node.lineno, name) for name in IGNORING if name.lower() in node.value.lower()]
    return [f"{line}: {name}" for line, name in sorted(found)]


@pytest.mark.parametrize("file", sorted((SOURCES / "jobs").rglob("*.py")), ids=lambda file: file.name)
def test_job_brings_no_unbounded_result_to_the_driver(file: Path) -> None:
    source = file.read_text(encoding="utf-8")

    assert unbounded(source) == []


@pytest.mark.parametrize("file", sorted(SOURCES.rglob("*.py")), ids=lambda file: str(file.relative_to(SOURCES)))
def test_source_runs_nothing_foreign_and_ignores_nothing_broken(file: Path) -> None:
    source = file.read_text(encoding="utf-8")

    assert unsafe(source) == []


def test_lint_sees_a_job_without_bounds() -> None:
    bad = """
rows = frame.collect()
table = frame.limit(9).toPandas()
for row in frame.toLocalIterator(): pass
counts = rdd.map(f).collectAsMap(), rdd.countByKey(), rdd.countByValue()
later = frame.collect
"""

    found = unbounded(bad)

    assert found == [
        "2: collect",
        "3: toPandas",
        "4: toLocalIterator",
        "5: collectAsMap",
        "5: countByKey",
        "5: countByValue",
        "6: collect",
    ]


def test_lint_leaves_bounded_results_and_other_things_of_the_name() -> None:
    good = "rows = frame.take(20), frame.first(), F.collect_list('a'), frame.count()\ncollect = 3\nprint(collect)\n"

    assert unbounded(good) == []


def test_lint_sees_what_runs_foreign_code_or_ignores_what_is_broken() -> None:
    bad = """
rdd = context.pickleFile(path)
thing = pickle.load(file), cloudpickle.loads(data), pyspark.cloudpickle.loads(data)
from pickle import loads as read
eval(text); exec(text); os.system(text)
subprocess.run(text, shell=True)
spark.conf.set("spark.sql.files.ignoreCorruptFiles", "true")
frame = spark.read.option("ignoremissingfiles", True)
"""

    found = unsafe(bad)

    assert found == [
        "2: pickleFile",
        "3: cloudpickle.loads",
        "3: pickle.load",
        "3: pyspark.cloudpickle.loads",
        "4: pickle.loads",
        "5: eval",
        "5: exec",
        "5: system",
        "6: shell=True",
        "7: ignoreCorruptFiles",
        "8: ignoreMissingFiles",
    ]


def test_lint_leaves_what_only_looks_like_it() -> None:
    good = "facts = json.loads(text), tomllib.load(file), javaproperties.loads(text)\nevaluated = f(shell=name)\n"

    assert unsafe(good) == []
