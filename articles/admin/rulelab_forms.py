"""A tag's rule as a form: a field of lines for each kind of name, for offices and for words nearby."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from articles.admin.desk import fingerprint
from articles.models import Tag
from articles.rules.lab import read_lines
from articles.tagging import Entry
from articles.tagging.rulelines import write_rule

LONGEST_FIELD = 100_000  # characters
COMPLAINTS = 5  # about one field; the rest once these are mended
# What each field of a rule is called, and what stands in it.
FIELDS = {
    "name": ("Names", "Full names, one a line."),
    "surname": (
        "Surnames",
        "They count once the full name was seen; with weight 5 alone, with 3 where the country is named.",
    ),
    "demonym": ("People", "What its people are called: Peruvian, Peruvians."),
    "capital": ("Capitals", "They stand for the country."),
    "place": ("Towns and parts", "What happens there happens in the country."),
    "metonym": ("What speaks for it", "Bodies and buildings: the Kremlin."),
    "former": ("Former names", "Matched with care."),
    "trigger": (
        "Phrases",
        "With a weight behind them: 5 is enough alone, less adds up. * stands for any ending, ' ... ' for up "
        "to five other words.",
    ),
    "negative": ("Never", "Phrases that hold one of its names and mean something else."),
    "offices": (
        "Offices",
        "From..until, key of the country or body, role, title: 2012-05-07..2018-05-07 ru head_of_state, "
        "President",
    ),
    "context": ("Words that speak for it", "Anywhere in the article, where a name is ambiguous; one a line."),
    "counter_context": ("Words that speak against it", "Likewise."),
}


class RuleForm(forms.Form):
    """A tag's rule as lines; it knows which version of the rule the editor saw."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput)
    is_ambiguous = forms.BooleanField(
        required=False, label="Its names are ambiguous", help_text="They mean other things too."
    )

    def __init__(self, tag: Tag, entry: Entry, typed: Mapping[str, Any] | None, **kwargs: Any) -> None:  # noqa: ANN401  # as Django's
        super().__init__(typed, **kwargs)
        self.tag = tag
        rule = write_rule(entry)
        self.version = fingerprint((rule, entry.is_ambiguous))
        for name, text in rule.items():
            label, help_text = FIELDS[name]
            rows = min(max(text.count("\n") + 2, 2), 12)
            self.fields[name] = forms.CharField(
                required=False, max_length=LONGEST_FIELD, label=label, help_text=help_text, initial=text,
                widget=forms.Textarea(attrs={"rows": rows, "cols": 60, "spellcheck": "false"}),
            )  # fmt: skip
        self.names = list(rule)
        self.initial = {"seen": self.version, "is_ambiguous": entry.is_ambiguous, **self.initial}

    @property
    def lines(self) -> dict[str, str]:
        """Return the rule as it was typed, by field."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in self.names}

    def clean(self) -> dict[str, Any]:
        """Refuse lines that cannot be read, and a rule that somebody changed meanwhile."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned["seen"] != self.version:
            raise forms.ValidationError(
                "Somebody else changed this rule while you had it open, or you did in another window. "
                "Copy what you typed, and begin again with the rule as it is now."
            )
        old, new, errors = read_lines(self.tag, self.lines, is_ambiguous=cleaned["is_ambiguous"])
        if old == new and not errors:
            raise forms.ValidationError("You changed nothing of the rule, so there is nothing to try.")
        for name, problems in errors.items():
            for problem in problems[:COMPLAINTS]:
                self.add_error(name, str(problem))
        return cleaned
