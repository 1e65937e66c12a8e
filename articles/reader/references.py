"""What an article names as its sources: the ``references`` of its front matter, as lines to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

KEY = "references"
ADDRESSES = ("url", "href", "link")  # names of the address in a reference that is a mapping
MAX_REFERENCES = 100
MAX_LENGTH = 500  # characters of one


@dataclass(frozen=True, slots=True)
class Reference:
    """One source as the clipping names it; ``url`` is empty unless the clipping gives a web address."""

    text: str
    url: str = ""


def references_of(front_matter: Mapping[str, object]) -> list[Reference]:
    """Return the sources that the front matter names, each once, in its order."""
    given = next((value for key, value in front_matter.items() if key.strip().lower() == KEY), None)
    return list(dict.fromkeys(_read(given)))[:MAX_REFERENCES]


def _read(given: object) -> Iterator[Reference]:
    if isinstance(given, list | tuple):
        for value in given:
            yield from _read_one(value)
    else:
        yield from _read_one(given)


def _read_one(value: object) -> Iterator[Reference]:
    """Yield the reference that one value is: a text, an address, or a mapping such as title, author, url."""
    if isinstance(value, Mapping):
        fields = {str(name).lower(): _line(field) for name, field in value.items()}
        url = next((fields[name] for name in ADDRESSES if _is_address(fields.get(name, ""))), "")
        text = ", ".join(line for line in fields.values() if line and line != url)
        if text or url:
            yield Reference(text or url, url)
    elif line := _line(value):
        yield Reference(line, line if _is_address(line) else "")


def _line(value: object) -> str:
    """Return a value as one line; lists in a reference, such as its authors, are listed."""
    values = value if isinstance(value, list | tuple) else [value]
    line = ", ".join(" ".join(str(one).split()) for one in values if isinstance(one, str | int | float))
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1]}…"


def _is_address(line: str) -> bool:
    if not line.lower().startswith(("https://", "http://")) or " " in line or line.endswith("…"):
        return False
    try:
        return bool(urlsplit(line).hostname)
    except ValueError:  # http://[::
        return False
