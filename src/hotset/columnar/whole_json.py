"""JSON that is one value over many lines: told from JSON lines, where no line is an object."""

import re
import shlex

from hotset.data.listing import InputFile
from hotset.data.suffixes import opened

HEAD_BYTES = 64 * 1024
ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*(?:\{|$)")
OBJECT = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{[^}\r\n]*[\r\n]")  # a line that does not end what it begins


def whole_json(file: InputFile, *, has_objects: bool) -> str | None:
    """What it is and how to make lines of it; None where it is nothing of the kind. Raises InputError.

    `has_objects` says that some of its lines are objects.
    """
    with opened(file.path) as content:
        head = content.read(HEAD_BYTES)
    path = shlex.quote(str(file.path))
    if ARRAY.match(head):
        return f"{file.path} is a JSON array, expected an object in each line; convert it: jq -c '.[]' {path}"
    if OBJECT.match(head) and not has_objects:
        return f"{file.path} has objects of many lines, expected one in each line; convert it: jq -c . {path}"
    return None
