"""What the texts of physical operators say, without the numbers that differ from query to query."""

import re
from functools import lru_cache

from hotset.eventlog import PlanNode

# layers that Spark puts around operators; they compute nothing of the program's
LAYERS = (
    "WholeStageCodegen", "InputAdapter", "AdaptiveSparkPlan", "ResultQueryStage", "ShuffleQueryStage",
    "BroadcastQueryStage", "TableCacheQueryStage", "AQEShuffleRead", "ColumnarToRow", "RowToColumnar", "CollectMetrics",
    "Exchange", "BroadcastExchange", "CustomShuffleReader", "VeloxColumnarToRow", "Subquery", "ReusedSubquery",
)  # fmt: skip
THROUGH = ("Project", "Filter")  # rows pass through; columns and conditions differ from use to use
PYTHON = ("BatchEvalPython", "ArrowEvalPython", "MapInPandas", "MapInArrow", "PythonMapInArrow", "FlatMapGroups",
          "FlatMapCoGroups", "AggregateInPandas", "ArrowAggregatePython", "WindowInPandas", "ArrowWindowPython",
          "PythonUDTF", "BatchEvalPythonUDTF", "ArrowEvalPythonUDTF")  # fmt: skip
# what goes to a file or to the driver is nothing to keep
ENDS = ("WriteFiles", "Execute ", "Insert", "Append", "Overwrite", "Create", "SaveInto", "CollectLimit", "CollectTail",
        "TakeOrderedAndProject", "GlobalLimit", "LocalLimit", "CartesianProduct")  # fmt: skip
NOTHING_TO_READ = ("Range", "LocalTableScan", "Scan OneRowRelation")  # made out of nothing, in no time
IDS = re.compile(r"#\d+L?|,? ?\[?plan_id=\d+\]?|\[id=#?\d+\]|^\* ?|\*\(\d+\) ")
STAGE = re.compile(r"(partial|merge|finalmerge)_")
HEAVY = re.compile(
    r"(?i)\b(sha\d?|md5|regexp_\w+|rlike|from_json|get_json_object|split|udf|pythonudf|\w*levenshtein|translate|"
    r"parse_\w+|to_json|aes_\w+|transform|aggregate|lambda\w*|invoke|xpath\w*|from_csv|format_string)\("
)
LOCATION = re.compile(r"Location: \w+(?:\(\d+ paths\))?\[([^\]]*)")
LONGEST = 5_000  # of an operator's text; Spark itself cuts most of it much earlier
SPACE = re.compile(r"\s+")


def is_cache_scan(node: PlanNode) -> bool:
    return node.name.startswith(("InMemoryTableScan", "Scan In-memory table"))


def cache_name(node: PlanNode) -> str:
    """The name of the cached frame; "" for one that nobody named."""
    name = node.name.removeprefix("Scan In-memory table").strip().strip("`")
    return "" if node.name.startswith("InMemoryTableScan") else name


def is_layer(node: PlanNode) -> bool:
    if node.name == "Sort":
        return ", false," in node.text  # the order that an aggregation or a join wants within its partitions
    return node.name.startswith(LAYERS)


def is_through(node: PlanNode) -> bool:
    return node.name in THROUGH


def is_end(node: PlanNode) -> bool:
    return node.name.startswith(ENDS) or "Command" in node.name


def is_python(node: PlanNode) -> bool:
    return node.name.startswith(PYTHON)


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """The text without the numbers of attributes, plans and stages."""
    return SPACE.sub(" ", IDS.sub("", text[:LONGEST])).strip()


def skeleton(node: PlanNode) -> str:
    """What the operator is, whichever columns it is asked for."""
    text = plain(node.text)
    if "Aggregate" in node.name and (keys := _bracket(text, "keys=") or _bracket(text, "key=")):
        functions = "" if keys != "[]" else ",".join(sorted(agg_functions(node)))
        return f"Aggregate{keys}{functions}"
    if "Join" in node.name:
        return f"Join {_join(node.name, text)}"
    if "Scan" in node.name or node.name.startswith(("Batch", "LocalTableScan")):
        return f"Scan {_scan(node, text)}"
    if is_python(node):
        return f"{node.name} {','.join(sorted(python_functions(text)))}"
    if node.name in ("Window", "Generate", "Expand", "Sample", "TakeOrderedAndProject", "GlobalLimit", "LocalLimit"):
        return text.split(", output=", 1)[0]
    return text if node.name in ("Range", "Sort", "RDDScan") else node.name


def agg_functions(node: PlanNode) -> frozenset[str]:
    """max(h), avg(x): of an aggregation in whichever of its stages."""
    return frozenset(STAGE.sub("", one) for one in top_level(_bracket(plain(node.text), "functions=")[1:-1]))


def is_partial(node: PlanNode) -> bool:
    return "Aggregate" in node.name and bool(STAGE.search(node.text))


def conditions(node: PlanNode) -> frozenset[str]:
    """The parts of a filter that must all hold, without those that Spark adds by itself."""
    text = plain(node.text).removeprefix("Filter").strip()
    parts = _conjuncts(text)
    return frozenset(one for one in parts if not one.startswith(("isnotnull(", "might_contain(", "dynamicpruning")))


def expressions(node: PlanNode) -> frozenset[str]:
    """What a projection calculates, beyond passing columns on."""
    listed = top_level(_bracket(plain(node.text), "Project ")[1:-1])
    return frozenset(one.rsplit(" AS ", 1)[0] for one in listed if "(" in one)


def python_functions(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"([A-Za-z_<][\w<>]*)\(", text)) - {"pythonUDF0"}


def columns(node: PlanNode) -> int:
    """How many columns the operator's text lists first; 1 where it lists none."""
    found = re.search(r"\[([^\]]*)\]", node.text)
    return max(len(top_level(found[1])) if found else 1, 1)


def top_level(text: str) -> list[str]:
    """The parts between the commas that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for position, sign in enumerate(text):
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def _bracket(text: str, before: str) -> str:
    """The [bracket] that follows `before`, with what is nested in it."""
    start = text.find(f"{before}[")
    if start < 0:
        return ""
    start += len(before)
    depth = 0
    for position in range(start, len(text)):
        depth += {"[": 1, "]": -1}.get(text[position], 0)
        if depth == 0:
            return text[start : position + 1]
    return text[start:]


def _conjuncts(text: str) -> list[str]:
    """a AND (b AND c) -> a, b, c."""
    found, waiting = [], [text]
    while waiting:
        part = waiting.pop().strip()
        while part.startswith("(") and _closes(part) == len(part) - 1:
            part = part[1:-1].strip()
        depth = 0
        for position, sign in enumerate(part):
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if depth == 0 and part.startswith(" AND ", position):
                waiting += [part[position + 5 :], part[:position]]
                break
        else:
            found.append(part)
    return found


def _closes(text: str) -> int:
    depth = 0
    for position, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return position
    return len(text)


def _join(name: str, text: str) -> str:
    kind = next(
        (one for one in ("LeftOuter", "RightOuter", "FullOuter", "LeftSemi", "LeftAnti", "Cross") if one in text),
        "Inner",
    )
    keys = re.findall(r"\[[^\]]*\]", text)[:2]
    return f"{kind} {' '.join(keys)}" if "Cartesian" not in name and "NestedLoop" not in name else f"{name} {kind}"


def _scan(node: PlanNode, text: str) -> str:
    if is_cache_scan(node):
        return f"cache {cache_name(node)}"
    location = LOCATION.search(text)
    return f"{node.name} {location[1]}" if location else node.name
