"""Tables in Markdown, and the blocks of a page that are rendered: what stands between a marker and its end."""

import re
from collections.abc import Collection, Mapping, Sequence

END = "<!-- end -->"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], words: Collection[str]) -> str:
    """The columns called one of `words` to the left, all others, which are numbers, to the right."""
    rule = ["---" if name in words else "---:" for name in head]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def filled(text: str, contents: Mapping[str, str]) -> str:
    """The page with `contents`, by marker, in their places; a marker that the page lacks is passed over."""
    for marker, content in contents.items():
        if found := _block(marker).search(text):
            text = f"{text[: found.start()]}{found[1]}\n\n{content}\n\n{END}{text[found.end() :]}"
    return text


def blocks(text: str, marker: str) -> dict[str, str]:
    """marker -> what the page shows there, of the markers that match this pattern."""
    names = re.findall(rf"<!-- ({marker}) -->", text)
    return {name: found[2].strip() for name in names if (found := _block(name).search(text))}


def _block(marker: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {re.escape(marker)} -->)(.*?){END}", re.DOTALL)
