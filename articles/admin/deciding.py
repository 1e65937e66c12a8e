"""The page that decides on one suggested actor: who it is, whom it may be, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from articles import curation, tasks
from articles.admin.lists import find, is_id
from articles.models import ActorSuggestion, Tag, TagKind
from articles.suggested.accepting import DecidedError, KnownError, UnusableError, accept, join, told_of
from articles.suggested.proposing import OWNERS, ROLES, Person, Post, propose
from articles.suggested.resembling import find_known

FOUND = 10  # actors that a search on the page finds
Status = ActorSuggestion.Status
OPEN_OFFICE = (
    "The articles leave open which country or body the office is of, or since when it was held. Nothing was"
    " done yet: write it below, or leave the office empty, and accept."
)


class PersonForm(forms.Form):
    """A new actor as an editor adjusts it before accepting."""

    use_required_attribute = False  # the page's other buttons send the form as well

    name = forms.CharField(max_length=200)
    title = forms.CharField(
        label="Office",
        max_length=200,
        required=False,
        help_text="As one would print it: Ambassador to Chile.",
    )
    of = forms.CharField(
        label="Of which country or body", max_length=200, required=False,
        help_text="Its name or key as the gazetteer has it: Peru, pe, United Nations.",
    )  # fmt: skip
    role = forms.ChoiceField(
        label="Which is the office of a", choices=list(ROLES.items()), required=False,
        help_text="A head or minister of this sort is meant where an article names the office alone.",
    )  # fmt: skip
    start_on = forms.DateField(
        label="In office from", required=False, help_text="The first day that is certain; 2025-10-16."
    )
    end_on = forms.DateField(
        label="Until at least", required=False, help_text="The last day that is certain. It may go on."
    )
    description = forms.CharField(
        max_length=1_000, required=False, help_text="One line: who this is.",
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
    )  # fmt: skip

    @classmethod
    def of_person(cls, person: Person) -> PersonForm:
        """Return the form filled with what the articles say."""
        post = person.post
        values: dict[str, object] = {"name": person.name}
        if post is not None:
            values |= {
                "title": post.title,
                "of": post.of.name,
                "role": post.role,
                "start_on": post.start_on,
                "end_on": post.end_on,
            }
        return cls(initial=values)

    def clean_name(self) -> str:
        """Return the name on one line."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_of(self) -> Tag | None:
        """Return the country or organisation, None if none was named."""
        text = " ".join(str(self.cleaned_data["of"]).split())
        if not text:
            return None
        rows = Tag.objects.in_use().filter(Q(key=text.lower()) | Q(name__iexact=text), kind__in=OWNERS)
        found = rows.order_by("kind").first()
        if found is None:
            raise forms.ValidationError(f"The gazetteer has no country or organisation called {text}.")
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse half an office, and one that ends before it begins."""
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("title")) != bool(cleaned.get("of")) and not self.errors:
            lacking = "of" if cleaned.get("title") else "title"
            self.add_error(
                lacking, "An office is of a country or body, and has a name. Leave both empty for none."
            )
        start, end = cleaned.get("start_on"), cleaned.get("end_on")
        if start and end and end < start:
            self.add_error("end_on", "That is before it began.")
        return cleaned

    def post_given(self) -> Post | None:
        """Return the office of a valid form."""
        given = self.cleaned_data
        if not given["title"]:
            return None
        role = given["role"] or next(iter(ROLES))
        return Post(given["title"], role, given["of"], given["start_on"], given["end_on"])


def find_actors(term: str) -> list[Tag]:
    """Return actors in use whose name has the term in it, or another of whose names begins with it."""
    term = " ".join(term.split())
    if not term or "\0" in term or len(term) > 200:
        return []
    named = Q(name__icontains=term) | Q(aliases__text__istartswith=term)
    rows = Tag.objects.in_use().filter(named, kind=TagKind.ACTOR).order_by().values("pk")
    return list(Tag.objects.filter(pk__in=rows).prefetch_related("offices__of").order_by("name")[:FOUND])


class Decision:
    """What was sent from the page, or from the buttons of a list, about one suggestion.

    ``problem`` says why nothing was done, ``form`` holds what was wrong with the person.
    """

    def __init__(self, suggestion: ActorSuggestion, sent: Mapping[str, Any], *, by: Any) -> None:  # noqa: ANN401  # a user
        self.suggestion = suggestion
        self.sent = sent
        self.by = by
        self.form: PersonForm | None = None
        self.problem = ""
        self.tag: Tag | None = None

    def run(self, verb: str) -> bool:
        """Do it; return whether it was done."""
        verbs: Mapping[str, Callable[[], None]] = {
            "accept": self._accept, "join": self._join, "dismiss": self._dismiss, "reopen": self._reopen,
        }  # fmt: skip
        try:
            verbs[verb]()
        except KnownError as error:
            names = ", ".join(str(known.tag) for known in error.known)
            self.problem = (
                f"The gazetteer may have this person already: {names}. Nothing was done yet; choose below."
            )
        except DecidedError as error:
            self.problem = f"{error}. Nothing was done."
        except UnusableError as error:
            self.problem = f"{error} any more. Nothing was done; choose another below."
        except IntegrityError:
            self.problem = (
                "Somebody made an actor of this name this very moment. Nothing was done; try again."
            )
        return not self.problem and (self.form is None or self.form.is_valid())

    @property
    def _seen(self) -> str:
        return str(self.sent.get("seen") or Status.OPEN)

    def _also(self) -> QuerySet[ActorSuggestion]:
        ids = [pk for pk in self.sent.getlist("also") if is_id(pk)]  # type: ignore[attr-defined]  # a QueryDict
        return ActorSuggestion.objects.filter(pk__in=ids).exclude(pk=self.suggestion.pk)

    def _person(self) -> Person | None:
        """Return the person as the page has it; None from a list's button, or if the form is wrong."""
        if "name" not in self.sent:
            return None
        self.form = PersonForm(self.sent)
        if not self.form.is_valid():
            return None
        given = self.form.cleaned_data
        return Person(given["name"], (), given["description"], self.form.post_given())

    def _accept(self) -> None:
        person = self._person()
        if self.form is not None and not self.form.is_valid():
            return
        is_open = self.suggestion.status == Status.OPEN
        if person is None and is_open and propose(self.suggestion).post is None:
            self.problem = OPEN_OFFICE
            return
        known = set(self.sent.getlist("known"))  # type: ignore[attr-defined]  # a QueryDict
        likely = {str(one.tag.pk) for one in find_known(self.suggestion) if one.is_likely}
        with transaction.atomic():
            self.tag = accept(
                self.suggestion, by=self.by, person=person, also=self._also(), seen=self._seen,
                is_another=likely <= known,
            )  # fmt: skip
            tasks.tag_actor.enqueue(self.tag.pk, str(self.by))

    def _join(self) -> None:
        pk = self.sent.get("actor", "")
        actor = find(Tag.objects.in_use().filter(kind=TagKind.ACTOR), pk)
        if actor is None:
            self.problem = "There is no such actor in use. Nothing was done; choose one below."
            return
        post = propose(self.suggestion).post if self.sent.get("with_office") else None
        with transaction.atomic():
            self.tag = join(self.suggestion, actor, by=self.by, post=post, also=self._also(), seen=self._seen)
            tasks.tag_actor.enqueue(actor.pk, str(self.by))

    def _dismiss(self) -> None:
        self._settle(curation.dismiss, {Status.OPEN})

    def _reopen(self) -> None:
        self._settle(curation.reopen, {Status.DISMISSED})

    def _settle(self, verb: Callable[..., int], from_: Collection[str]) -> None:
        ids = [self.suggestion.pk, *self._also().values_list("pk", flat=True)]
        rows = ActorSuggestion.objects.filter(pk__in=ids, status__in=from_)
        if not verb(rows, by=self.by):
            raise DecidedError(told(self.suggestion))


def told(suggestion: ActorSuggestion) -> str:
    """Return who decided a suggestion meanwhile."""
    fresh = ActorSuggestion.objects.filter(pk=suggestion.pk).first()
    return told_of(fresh) if fresh else f"{suggestion} is gone: no article names the person any more"


def words_of(tag: Tag) -> str:
    """Return the offices of an actor whose offices were fetched, the latest two."""
    offices: Sequence[Any] = sorted(
        tag.offices.all(), key=lambda office: (office.start_on is not None, office.start_on), reverse=True
    )
    return "; ".join(f"{office.title}, {office.of}" for office in offices[:2])
