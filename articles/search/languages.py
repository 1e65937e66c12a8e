"""Languages by their codes and English names."""

from __future__ import annotations

import re

from django.conf.locale import LANG_INFO

from articles.phrases import gettext, marked
from articles.search.vocabulary import LANGUAGE_CODE, NO_LANGUAGE

# Those of the news that Django is not translated into.
_FURTHER = {
    "am": marked("Amharic"),
    "bo": marked("Tibetan"),
    "dv": marked("Dhivehi"),
    "dz": marked("Dzongkha"),
    "fil": marked("Filipino"),
    "ha": marked("Hausa"),
    "ku": marked("Kurdish"),
    "lo": marked("Lao"),
    "mt": marked("Maltese"),
    "prs": marked("Dari"),
    "ps": marked("Pashto"),
    "rw": marked("Kinyarwanda"),
    "si": marked("Sinhala"),
    "sm": marked("Samoan"),
    "so": marked("Somali"),
    "ti": marked("Tigrinya"),
    "tl": marked("Tagalog"),
    "to": marked("Tongan"),
    "yo": marked("Yoruba"),
    "zh": marked("Chinese"),
    "zu": marked("Zulu"),
}
_NAMES = {
    **_FURTHER,
    **{code: str(known["name"]) for code, known in LANG_INFO.items() if "name" in known},
    NO_LANGUAGE: marked("an unstated language"),
}
_CODES = {name.casefold(): code for code, name in _NAMES.items()} | {"none": NO_LANGUAGE}


def language_name(key: str) -> str:
    """Return ``Portuguese`` for ``pt``, ``Portuguese (MZ)`` for ``pt-mz``; a code nobody knows as it is.

    In the language of the moment; Django's own catalogue has most of them.
    """
    if key in _NAMES:
        return gettext(_NAMES[key])
    wider, _, narrower = key.rpartition("-")
    return f"{language_name(wider)} ({narrower.upper()})" if wider else key


def find_language(text: str) -> str:
    """Return the key that a code or an English name stands for, in small letters; empty if it is neither."""
    if text in _CODES:
        return _CODES[text]
    return text.replace("_", "-") if re.match(LANGUAGE_CODE, text) else ""
