"""Keep secrets out of everything that we write: by the name they go under, and by their value wherever it turns up."""

import re
from collections.abc import Callable, Iterable, Mapping

HIDDEN = "*********(redacted)"
# Below this length a value is no secret, and to blot it out would blot out half of every text.
SHORTEST_SECRET = 6

SECRET_NAME = re.compile(
    r"secret|password|passwd|token(?!i[sz])|access[._-]?key|api[._-]?key|credential|private[._-]?key"
    r"|conn(ection)?[._-]?(str|string|url)|(^|[._-])(sas|jwt|pwd)($|[._-])",
    re.IGNORECASE,
)
# up to the last @: a password may contain one
URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):([^/\s]+)@")


def is_secret_name(name: str) -> bool:
    """Whether what goes under this name should not be shown. A file that holds a secret may be named.

    PWD, in capitals, is what shells call the working directory.
    """
    public = name == "PWD" or re.search(r"(file|path|dir|enabled|bits?|length)$", name, re.IGNORECASE)
    return bool(SECRET_NAME.search(name)) and not public


def secrets_in(*namespaces: Mapping[str, object]) -> set[str]:
    """The values that go under secret names in settings, parameters, or the environment."""
    values = {str(value) for names in namespaces for name, value in names.items() if is_secret_name(name)}
    return {value for value in values if len(value) >= SHORTEST_SECRET}


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that hides these values, and passwords inside URLs, in a text."""
    # the longest first: a secret that contains another is hidden whole
    pattern = re.compile("|".join(map(re.escape, sorted(secrets, key=len, reverse=True))) or r"(?!)")

    def redact(text: str) -> str:
        return URL_PASSWORD.sub(rf"\1:{HIDDEN}@", pattern.sub(HIDDEN, text))

    return redact
