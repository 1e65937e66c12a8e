"""Languages by their codes and English names."""

from __future__ import annotations

import re

from django.conf.locale import LANG_INFO

from articles.search.vocabulary import LANGUAGE_CODE, NO_LANGUAGE

# Those of the news that Django is not translated into.
_FURTHER = {
    "am": "Amharic", "bo": "Tibetan", "dv": "Dhivehi", "dz": "Dzongkha", "fil": "Filipino", "ha": "Hausa",
    "ku": "Kurdish", "lo": "Lao", "mt": "Maltese", "prs": "Dari", "ps": "Pashto", "rw": "Kinyarwanda",
    "si": "Sinhala", "sm": "Samoan", "so": "Somali", "ti": "Tigrinya", "tl": "Tagalog", "to": "Tongan",
    "yo": "Yoruba", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip
_NAMES = {
    **_FURTHER,
    **{code: str(known["name"]) for code, known in LANG_INFO.items() if "name" in known},
    NO_LANGUAGE: "an unstated language",
}
_CODES = {name.casefold(): code for code, name in _NAMES.items()} | {"none": NO_LANGUAGE}


def language_name(key: str) -> str:
    """Return ``Portuguese`` for ``pt``, ``Portuguese (MZ)`` for ``pt-mz``; a code nobody knows as it is."""
    if key in _NAMES:
        return _NAMES[key]
    wider, _, narrower = key.rpartition("-")
    return f"{language_name(wider)} ({narrower.upper()})" if wider else key


def find_language(text: str) -> str:
    """Return the key that a code or an English name stands for, in small letters; empty if it is neither."""
    if text in _CODES:
        return _CODES[text]
    return text.replace("_", "-") if re.match(LANGUAGE_CODE, text) else ""
