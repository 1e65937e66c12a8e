"""The form fields of a search: from what a query string says to checked values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator

from django import forms
from django.core.exceptions import ValidationError

from articles.phrases import gettext
from articles.search.bounds import BoundError, read_bound
from articles.search.query import WordsError, read_words

MAX_KEYS = 20  # of one parameter; no reader needs more
MAX_KEY_LENGTH = 120  # characters, as a slug

type Asked = tuple[str, str]  # facet, and what the reader wrote: a slug or a key
type Found = tuple[str, str, str, str]  # facet, what the reader wrote, key, name


class KeysField(forms.Field):
    """Several values of one facet: slugs, or the codes of countries.  ``find`` looks up what they name."""

    widget = forms.MultipleHiddenInput

    def __init__(
        self,
        *,
        label: str,
        required: bool,
        facet: str,
        find: Callable[[Collection[Asked]], Iterator[Found]],
    ) -> None:
        super().__init__(label=label, required=required)
        self.facet = facet
        self.find = find

    def clean(self, value: Iterable[str] | None) -> tuple[str, ...]:
        """Return the distinct values, lower-case; raise ValidationError for too many or absurd ones."""
        values = dict.fromkeys(text.strip().lower() for text in value or ())
        values.pop("", None)
        if len(values) > MAX_KEYS:
            raise ValidationError(
                gettext("at most %(most)s values can be combined, these are %(count)s; leave some out")
                % {"most": MAX_KEYS, "count": len(values)}
            )
        if any(len(text) > MAX_KEY_LENGTH or not text.isprintable() for text in values):
            raise ValidationError(
                gettext("a value is too long or holds a character that no name has; leave it out")
            )
        return tuple(values)


class NameField(forms.CharField):
    """A line of text; what no keyboard types is refused with what to do about it."""

    def clean(self, value: str | None) -> str:
        """Return the text; raise ValidationError for a NUL character, which no database takes."""
        if "\0" in (value or ""):
            raise ValidationError(gettext("the text holds a NUL character; type it anew"))
        return str(super().clean(value))


class DateBoundField(forms.CharField):
    """A day, month or year: as a lower bound its first day, as an upper bound its last."""

    def __init__(self, *, label: str, required: bool, is_upper: bool) -> None:
        super().__init__(label=label, required=required)
        self.is_upper = is_upper

    def clean(self, value: str | None) -> dt.date | None:
        """Return the day; raise ValidationError for what is not a date."""
        text = (value or "").strip()
        if not text:
            return None
        try:
            return read_bound(text, is_upper=self.is_upper)
        except BoundError as error:
            raise ValidationError(str(error)) from error


class WordsField(NameField):
    """Free text that the search engine can answer."""

    def clean(self, value: str | None) -> str:
        """Return the text; raise ValidationError for what cannot be searched for."""
        text = super().clean(value)
        try:
            read_words(text)
        except WordsError as error:
            raise ValidationError(str(error)) from error
        return text
