"""Patterns of `strptime` as regular expressions, which RE2 and Python understand alike.

Only directives that mean the same on every machine: none depends on a locale, and none is guessed. Two of them that
stand side by side have all their digits, since 1122024 could be two days.
"""

import re

from hotset.errors import UsageError

MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905 (one line)
SHORT_MONTHS = [name[:3] for name in MONTHS]
TWO = {"d": "0[1-9]|[12][0-9]|3[01]", "m": "0[1-9]|1[0-2]", "H": "[01][0-9]|2[0-3]", "I": "0[1-9]|1[0-2]"}
TWO |= dict.fromkeys("MS", "[0-5][0-9]")
ONE = dict.fromkeys("dmI", "[1-9]") | dict.fromkeys("HMS", "[0-9]")
OFFSET = "[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?"
TEXTS = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "f": "[0-9]{1,9}",
    "p": "(?i:[ap]m)",
    "z": OFFSET,
    "b": f"(?i:{'|'.join(SHORT_MONTHS)})",
    "B": f"(?i:{'|'.join(MONTHS)})",
}
KNOWN = "%Y %y %m %b %B %d %H %I %p %M %S %f %z %%"
INSTEAD = {
    "s": "--time-unit s reads seconds since 1970",
    "Z": "names of zones are not unique; write %z for offsets, or a name as it is, and give --time-zone",
}
# what a time needs, and what may not be there twice
SAME = ("Yy", "mbB", "d", "HI", "M", "S", "f", "p", "z")
NEEDED = (("Yy", "%Y"), ("mbB", "%m"), ("d", "%d"))


def pattern_regex(pattern: str) -> str:
    """What the texts of this pattern match. Raises UsageError for a pattern that is not understood."""
    parts = re.findall(r"%.?|[^%]+", pattern, re.DOTALL)
    letters = [part[1:] if part.startswith("%") else "" for part in parts]
    for letter, part in zip(letters, parts, strict=True):
        if part.startswith("%") and (not letter or letter not in "%" + "".join(SAME)):
            raise _wrong(pattern, f"has {part!r}, which is not read", INSTEAD.get(letter, f"there are {KNOWN}"))
    _check_whole([letter for letter in letters if letter not in ("", "%")], pattern)
    regex = ""
    for place, (letter, part) in enumerate(zip(letters, parts, strict=True)):
        if letter in ("", "%"):
            regex += re.escape("%" if letter else part)
        else:
            beside = "".join(letters[max(place - 1, 0) : place] + letters[place + 1 : place + 2])
            regex += f"(?P<{letter}>{_digits(letter, beside)})"
    return regex


def _digits(letter: str, beside: str) -> str:
    """What may stand for the directive; two digits where another number is beside it."""
    if letter in TEXTS:
        return TEXTS[letter]
    return TWO[letter] if set(beside) & set("YymdHIMSf") else f"{TWO[letter]}|{ONE[letter]}"


def _check_whole(letters: list[str], pattern: str) -> None:
    for same in SAME:
        if sum(letter in same for letter in letters) > 1:
            raise _wrong(pattern, f"says twice what {' or '.join('%' + one for one in same)} says", "once is enough")
    for needed, example in NEEDED:
        if not set(letters) & set(needed):
            raise _wrong(pattern, "has no whole date", f"it needs {example}, as in '%d.%m.%Y %H:%M'")
    if ("I" in letters) != ("p" in letters):
        raise _wrong(pattern, "has one of %I and %p", "hours of the half day need both, those of the whole day are %H")
    present = [bool(set(letters) & set(one)) for one in ("HI", "M", "S", "f")]
    if present != sorted(present, reverse=True):
        raise _wrong(
            pattern, "leaves out a part of the time of day", "hours come before minutes, minutes before seconds"
        )


def _wrong(pattern: str, what: str, instead: str) -> UsageError:
    return UsageError(f"the pattern of times {pattern!r} {what}; {instead}")
