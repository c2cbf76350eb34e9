"""The oracle of word count, what is read of each program's answer, and how a wrong one is told."""

from pathlib import Path

import pytest
from bench.works.wordcount import differ, read_csv, read_tuples, true_counts


def test_the_oracle_ends_words_at_spaces_and_at_three_kinds_of_line_ends(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_bytes("a  b\r\na\tb é\n\nb\ra".encode())

    assert true_counts(text) == {"a": 2, "b": 2, "a\tb": 1, "é": 1}


def test_equal_answers_differ_nowhere() -> None:
    assert differ({"a": 1}, {"a": 1}) == ""


def test_a_wrong_answer_is_told_by_its_first_words() -> None:
    expected = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
    found = {"a": 1, "b": 3, "d": 5, "e": 6, "f": 1}

    told = differ(expected, found)

    assert told == "5 words differ: 'b' 3 instead of 2; 'c' 0 instead of 3; 'd' 5 instead of 4"


def test_csv_is_read_of_a_file_and_of_parts_with_headers(tmp_path: Path) -> None:
    (tmp_path / "one").write_text('the,2\n"a ""b"",c",1\n')
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "part-0.csv").write_text("word,n\nthe,2\n")
    (tmp_path / "parts" / "part-1.csv").write_text("word,n\nword,1\n")
    (tmp_path / "parts" / "_MANIFEST.json").write_text("{}")

    assert read_csv(tmp_path / "one") == {"the": 2, 'a "b",c': 1}
    assert read_csv(tmp_path / "parts") == {"the": 2, "word": 1}


def test_tuples_are_read_as_python_shows_them_without_the_nothing(tmp_path: Path) -> None:
    counts = [("the", 2), ("don't", 1), ('it\'s "so"', 3), ("", 9), ("a\\b", 1), ("\xa0", 1)]
    (tmp_path / "part-0").write_text("".join(f"{count}\n" for count in counts), "utf-8")

    assert read_tuples(tmp_path) == {word: n for word, n in counts if word}


def test_a_word_that_is_counted_twice_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("the,2\nthe,1\n")

    with pytest.raises(ValueError, match="'the' is counted twice"):
        read_csv(tmp_path / "one")
