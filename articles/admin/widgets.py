"""Form fields of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect


class LinesField(forms.CharField):
    """A list of short texts, written one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 60})

    def prepare_value(self, value: object) -> object:
        """Return the list as lines."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:  # type: ignore[override]
        """Return the lines as a list, blank ones and repetitions left out."""
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        return list(dict.fromkeys(line.strip() for line in map(str, lines) if line.strip()))

    def has_changed(self, initial: object, data: object) -> bool:
        """Return whether the lists differ."""
        return self.to_python(initial) != self.to_python(data)


class KnownAutocompleteSelect(AutocompleteSelect):
    """An autocomplete that is told what it shows; Django's asks the database once for every row."""

    names: Mapping[int, str] = {}

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> list[Any]:
        """Return the chosen option, from the names known if it is among them."""
        known = [(pk, self.names[int(pk)]) for pk in value if str(pk).isdecimal() and int(pk) in self.names]
        if not known:
            return super().optgroups(name, value, attr)
        options = [
            self.create_option(name, pk, label, True, index) for index, (pk, label) in enumerate(known)
        ]
        return [(None, options, 0)]
