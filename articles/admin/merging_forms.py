"""The forms of merge, rename and split."""

from __future__ import annotations

from typing import Any

from django import forms

from articles.models import Author, Outlet, RecordOrigin, Tag, TagKind
from articles.records.combining import Choice
from articles.records.kinds import Record
from articles.records.renaming import Part, RenameError, check

CHOICES = [
    (Choice.NEWER, "The later of the two decisions"),
    (Choice.CONFIRMED, "The articles keep the tag"),
    (Choice.REJECTED, "The articles lose the tag"),
]


class UnionForm(forms.Form):
    """Whose word stands where editors contradict each other."""

    choice = forms.ChoiceField(
        choices=CHOICES, widget=forms.RadioSelect, label="Where editors contradict each other"
    )


class NameForm(forms.Form):
    """What a record is to be called."""

    name = forms.CharField(max_length=200, strip=True)
    slug = forms.CharField(max_length=120, strip=True, help_text="Stands in the address of its page.")
    key = forms.CharField(max_length=120, strip=True, help_text="What filters use.")

    def __init__(self, record: Record, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # a form's own
        super().__init__(*args, **kwargs)
        self.record = record
        if not isinstance(record, Tag) or (
            record.kind == TagKind.COUNTRY and record.origin == RecordOrigin.GAZETTEER
        ):
            del self.fields["key"]

    def clean(self) -> dict[str, Any]:
        """Refuse what leads to another record."""
        cleaned = super().clean() or self.cleaned_data
        for part, text in list(cleaned.items()):
            if text == getattr(self.record, part):
                continue
            try:
                check(self.record, Part(part), text)
            except RenameError as error:
                self.add_error(error.part, str(error))
        return cleaned


class SecondForm(forms.Form):
    """What a second record is called, and what it takes along."""

    name = forms.CharField(max_length=200, strip=True, label="Name of the second one")
    slug = forms.SlugField(max_length=120, label="Its slug", help_text="Stands in the address of its page.")


def _offer(field: forms.Field, choices: list[tuple[Any, str]]) -> None:
    """Let a field offer these choices."""
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


class SecondTagForm(SecondForm):
    """A second tag takes names and offices along."""

    aliases = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.CheckboxSelectMultiple, label="Names it takes along"
    )
    offices = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.CheckboxSelectMultiple, required=False, label="Offices it takes along"
    )

    def __init__(self, record: Tag, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # a form's own
        super().__init__(*args, **kwargs)
        rows = record.aliases.order_by("kind", "text")
        _offer(self.fields["aliases"], [(row.pk, f"{row.text} ({row.kind})") for row in rows])
        offices = record.offices.select_related("of")
        terms = [(row.pk, f"{row}, {row.start_on or '?'} to {row.end_on or '?'}") for row in offices]
        _offer(self.fields["offices"], terms)
        if not offices:
            del self.fields["offices"]

    def said(self) -> dict[str, object]:
        """Return what `splitting.split` is to be told."""
        said = self.cleaned_data
        return {name: said[name] for name in ("name", "slug", "aliases", "offices") if name in said}


class SecondBylineForm(SecondForm):
    """A second outlet or author takes spellings along, and articles by what they print."""

    spellings = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Spellings it takes along",
        help_text="Files that print them name the second one from now on.",
    )
    marks = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "cols": 40}), required=False)

    def __init__(self, record: Outlet | Author, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # a form's own
        super().__init__(*args, **kwargs)
        names = [*record.merged.order_by("name").values_list("name", flat=True)]
        names += record.former_names.filter(part=Part.NAME).order_by("text").values_list("text", flat=True)
        _offer(self.fields["spellings"], [(name, name) for name in dict.fromkeys(names)])
        if not names:
            del self.fields["spellings"]
        marks = self.fields["marks"]
        if isinstance(record, Outlet):
            marks.label, marks.help_text = "Articles from these hosts", "One a line: news.example.org."
        else:
            marks.label = "Articles whose byline prints"
            marks.help_text = "One a line: Smith in Vienna. Imports then leave their authors alone."

    def said(self) -> dict[str, object]:
        """Return what `splitting.split` is to be told."""
        said = self.cleaned_data
        marks = [line.strip() for line in said["marks"].splitlines() if line.strip()]
        chosen: dict[str, object] = {
            name: said[name] for name in ("name", "slug", "spellings") if name in said
        }
        return {**chosen, "marks": marks}
