"""The catalogues of translations: what the program says, taken from its sources, and its compiled form.

    python -m newsroom.catalogs           compile newsroom/locale/*/LC_MESSAGES/django.po (`make setup` does)
    python -m newsroom.catalogs update    bring the .po files up to what the sources say now (`make messages`)

Without GNU gettext, which a fresh machine does not have.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parent.parent
LOCALE = PROJECT / "newsroom" / "locale"
# The desk and the page of components speak English.
SPEAKING_ENGLISH = ("templates/admin/", "templates/styleguide.html", "templates/import_report.html")
# Functions that take messages, and what their first arguments are.
CALLS = {
    "gettext": ("one",),
    "gettext_lazy": ("one",),
    "_": ("one",),
    "marked": ("one", "context"),
    "pgettext": ("context", "one"),
    "pgettext_lazy": ("context", "one"),
    "ngettext": ("one", "many"),
    "npgettext": ("context", "one", "many"),
}
# What `templatize` makes of a template: blanks, and calls such as gettext(u'Close').
_TEMPLATE_CALL = re.compile(r"\b(n?p?gettext|_)\(((?:u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"),?\s*)+)")


class Message(NamedTuple):
    """One message of the program: of one form, or with another for several."""

    one: str
    many: str = ""
    context: str = ""


def read_messages() -> dict[Message, list[str]]:
    """Return every message of code and templates, with the files that say it."""
    found: dict[Message, list[str]] = {}
    for path in _sources():
        text = path.read_text(encoding="utf-8")
        messages = _in_template(text) if path.suffix == ".html" else _in_code(text)
        for message in messages:
            places = found.setdefault(message, [])
            if (place := path.relative_to(PROJECT).as_posix()) not in places:
                places.append(place)
    return found


def _sources() -> Iterator[Path]:
    for folder, pattern in (("articles", "*.py"), ("newsroom", "*.py"), ("templates", "*.html")):
        for path in sorted((PROJECT / folder).rglob(pattern)):
            if not path.relative_to(PROJECT).as_posix().startswith(SPEAKING_ENGLISH):
                yield path


def _in_code(text: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
            # Of a call with a variable, the messages are marked where its table stands.
            if name in CALLS and all(texts[: CALLS[name].index("one") + 1]):
                yield _message(name, [text for text in texts if isinstance(text, str)])


def _in_template(text: str) -> Iterator[Message]:
    for name, arguments in _TEMPLATE_CALL.findall(templatize(text)):
        yield _message(name, ast.literal_eval(f"({arguments.rstrip().rstrip(',')},)"))


def _message(name: str, texts: Sequence[str]) -> Message:
    return Message(**dict(zip(CALLS[name], texts, strict=False)))


# --- Catalogues -------------------------------------------------------------------------------------------


def catalogues() -> list[Path]:
    """Return the catalogue of each language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def update(path: Path) -> None:
    """Bring a catalogue up to the messages of the program; what it said of others is forgotten."""
    stored = polib.pofile(str(path), wrapwidth=110)
    known = {Message(one.msgid, one.msgid_plural, one.msgctxt or ""): one for one in stored}
    forms = int(re.search(r"nplurals=(\d+)", stored.metadata["Plural-Forms"])[1])  # type: ignore[index]
    stored.clear()
    for message, places in sorted(read_messages().items(), key=lambda found: (found[1], found[0])):
        entry = known.get(message) or polib.POEntry(
            msgid=message.one,
            msgid_plural=message.many,
            msgctxt=message.context or None,
            msgstr_plural=dict.fromkeys(range(forms), "") if message.many else {},
        )
        entry.occurrences = [(place, "") for place in places]
        entry.flags = ["python-format"] if "%(" in message.one else []
        stored.append(entry)
    stored.save()


def compile_catalogues() -> None:
    """Compile every catalogue that is newer than its compiled form."""
    for path in catalogues():
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            # In one step: a process that starts meanwhile reads the whole of it.
            partial = compiled.with_suffix(f".{os.getpid()}.mo")
            polib.pofile(str(path)).save_as_mofile(str(partial))
            partial.replace(compiled)


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        for catalogue in catalogues():
            update(catalogue)
    compile_catalogues()
