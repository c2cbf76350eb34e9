"""Records over several lines, wherever the text happens to be cut."""

import json
import random
from pathlib import Path

import pytest
from layouts import column, layout

from hotset.columnar import blocks, pieces
from hotset.columnar.cut import cut
from hotset.columnar.faults import FaultFile
from hotset.columnar.records import Records
from hotset.data.listing import list_inputs

LAYOUT = layout(column("id", "int"), column("name", "string"), multiline=True, header=False, longest_line_bytes=60)
WELL = ["1,a\n", '2,"b\nc"\r\n', '3,"d""e\r\nf"\n', "4,\n", '5,"\r"\r', '6,"g,\n\n"\n']
ILL = ['7,"h"i\n', '8,"open\n', '9,j"k\n', "x,y\n", "10\n"]


def read(directory: Path, cores: int) -> tuple[list[tuple[object, object]], set[tuple[str, int, str]]]:
    """The rows in the file's order; and (text, line, reason) of each fault."""
    blocks_read = []
    for number, block in enumerate(cut(list_inputs([str(directory)]), LAYOUT, cores)):
        records = Records(block, LAYOUT, FaultFile(directory.parent / f"faults-{cores}", number))
        rows = [(row["id"], row["name"]) for batch in records.batches() for row in batch.to_pylist()]
        blocks_read.append((block[0].start, records, rows))
    blocks_read.sort(key=lambda one: one[0])
    faults, above = set(), 0
    for _, records, _ in blocks_read:
        path = records.faults.path
        for text in path.read_text().splitlines() if path.exists() else []:
            _, line, raw, _, reason = json.loads(text)
            faults.add((raw, above + line + 1, reason))
        above += records.counts[0].lines
    return [row for _, _, rows in blocks_read for row in rows], faults


@pytest.mark.parametrize("seed", range(6))
def test_where_the_text_is_cut_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    (tmp_path / "in").mkdir()
    text = "".join(chance.choices(WELL if seed % 2 else WELL * 5 + ILL, k=60))
    (tmp_path / "in" / "a.csv").write_bytes(text.encode())
    whole = read(tmp_path / "in", cores=1)

    monkeypatch.setattr(blocks, "LEAST_BYTES", 40)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 16)
    in_parts = read(tmp_path / "in", cores=7)

    assert in_parts == whole
    assert whole[0]


def test_a_malformed_record_is_its_first_line_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text('1,"a\nb"\n2,"c"d\n3,"e\n4,f\n')

    rows, faults = read(tmp_path / "in", cores=1)

    assert rows == [(1, "a\nb"), (4, "f")]
    assert faults == {('2,"c"d', 3, "text after a closing quote"), ('3,"e', 4, "unclosed quote")}
