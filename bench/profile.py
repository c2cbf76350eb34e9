"""Where the seconds of word count's kernel go, in one process and without Spark: python -m bench.profile INPUT."""

import cProfile
import pstats
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from hotset.columnar.blocks import cut_text
from hotset.columnar.pieces import Reading
from hotset.data.listing import list_inputs
from hotset.jobs.wordcount.job import SEPARATORS
from hotset.jobs.wordcount.kernel import Separators, count_block

STEPS = {  # function -> what it does
    "_chunks": "read the file",
    "_checked": "line ends, number of lines, valid UTF-8",
    "to_spaces": "separators to spaces",
    "cut_words": "positions, lengths, integers and slices",
    "wrapper": "hash tables of Arrow: value_counts, dictionary_encode",
    "unpacked": "integers to words",
    "added_up": "add up the counts of a block",
}


def profile(text: Path) -> cProfile.Profile:
    """The kernel over every block of a text, one after the other."""
    separators = Separators.of(SEPARATORS["space"])
    blocks = cut_text(list_inputs([str(text)]), cores=2)
    profiler = cProfile.Profile()
    with profiler:
        for block in blocks:
            for _ in count_block(Reading(block).text(), separators):
                pass
    return profiler


def main(text: Path) -> None:
    profile(text)  # once to load what is loaded late
    statistics: Any = pstats.Stats(profile(text))
    table = Table("step", "seconds", title=f"{text}: {statistics.total_tt:.2f} s")
    for function, step in STEPS.items():
        # (file, line, function) -> (calls, calls, own seconds, seconds with all that it calls, callers)
        seconds = sum(entry[3] for (_, _, name), entry in statistics.stats.items() if name == function)
        table.add_row(step, f"{seconds:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
