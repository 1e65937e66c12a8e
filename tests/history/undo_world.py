"""A small archive, the acts that may happen in it, and all that is stored of it: for the property of undo.

An act is a `Step`: a name in `ACTS` and plain arguments, so that a history can be played again from the
beginning, with an act left out.  Names stand for rows: numbers differ from one playing to the next.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone
from hypothesis import strategies as st

from articles import curation, gazetteer
from articles.models import (
    ActorSuggestion,
    Alias,
    Article,
    AuditItem,
    Author,
    Authorship,
    ChangeSet,
    Correction,
    FormerName,
    Office,
    Outlet,
    RuleTrial,
    SuggestionMention,
    Tag,
    Tagging,
)
from articles.quality import audits, sampling
from articles.records.combining import Choice
from articles.records.merging import MergeError, merge
from articles.records.renaming import RenameError, rename
from articles.records.splitting import SplitError, split_byline, split_tag
from articles.review import decisions
from articles.rules import lab
from articles.rules.retagging import Scope, retag
from articles.search.outbox import database_standing
from articles.suggested import accepting
from articles.suggested.proposing import Person, Post
from articles.tagging import Alias as Name
from articles.tagging import AliasKind, Entry, Kind
from articles.tagging.rulelines import write_rule
from tests.factories import make_article, make_outlet, make_tag

ENTRIES = [
    Entry(Kind.COUNTRY, "oman", "Oman", "om", aliases=(Name("Oman"), Name("Muscat", AliasKind.CAPITAL))),
    Entry(Kind.COUNTRY, "ukraine", "Ukraine", "ua", aliases=(Name("Ukraine"),)),
    Entry(Kind.COUNTRY, "peru", "Peru", "pe", aliases=(Name("Peru"),)),
    Entry(Kind.ACTOR, "carl-roe", "Carl Roe", "carl-roe", aliases=(Name("Carl Roe"),)),
]
TAGS = ["oman", "ukraine", "peru", "summit"]
BODIES = [
    "Ukraine's ambassador to Oman, Olga Bodnar, spoke. Bodnar left Peru.",
    "Talks in Muscat went on; Callao was quiet.",
    "Ukraine's ambassador to Peru, Olga Bodnar, met Oman.",
]
TITLES = ["Talks in Oman", "Ukraine speaks", "Quiet day"]
OUTLETS = ["example-times", "times-of-example"]
AUTHORS = ["ann-author", "ben-byline"]
NAMES = ["Callao", "ambassador", "Talks"]  # to be given to tags and taken away
BEGIN = dt.datetime(2025, 11, 1, 9, tzinfo=dt.UTC)

# Bookkeeping: when a row was last written, and which gazetteer looked at it last.
UNTOLD = {"id", "changed_at", "gazetteer_release", "last_seen_at", "first_seen_at"}
TABLES: tuple[type[models.Model], ...] = (
    Article, Authorship, Correction, Tagging, Tag, Alias, Office, Outlet, Author, ActorSuggestion,
    SuggestionMention, FormerName,
)  # fmt: skip
NAMED = {Tag: "slug", Outlet: "slug", Author: "slug", ActorSuggestion: "folded_name"}


def stored(*, without: frozenset[str] = frozenset()) -> dict[str, list[list[tuple[str, str]]]]:
    """Return every row of the tables that matter, its columns as text and rows it points to by name."""
    return {model.__name__: sorted(_rows(model, UNTOLD | without)) for model in TABLES}


def _rows(model: type[models.Model], untold: set[str] | frozenset[str]) -> list[list[tuple[str, str]]]:
    fields = [field for field in model._meta.concrete_fields if field.name not in untold]
    names = [
        f"{field.name}__{NAMED[field.related_model]}" if field.related_model in NAMED else field.attname
        for field in fields
    ]
    return [
        [(name, repr(value)) for name, value in row.items()]
        for row in model.objects.order_by().values(*names)
    ]


class Clock:
    """The time of a history: each step has a minute of its own, whenever it is played."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> dt.datetime:
        return self.now

    def turn_to(self, minute: int) -> None:
        self.now = BEGIN + dt.timedelta(minutes=minute)


@dataclass(frozen=True)
class Step:
    """One act, as it can be done again."""

    name: str
    args: tuple

    def __repr__(self) -> str:
        return f"{self.name}{self.args}"


def make_world() -> None:
    gazetteer.load(ENTRIES, release=gazetteer.release_of(ENTRIES))
    make_tag("topic/Summit")
    make_outlet("Example Times")
    make_outlet("Times of Example")
    Author.objects.create(name="Ben Byline", slug="ben-byline")
    for title, body in zip(TITLES, BODIES, strict=True):
        make_article(title=title, body=body, authors=["Ann Author"], byline="By Ann Author")
    retag(Scope(is_forced=True))


def called[Row: (Tag, Outlet, Author)](model: type[Row], slug: str) -> Row | None:
    """Return the record of this slug, or the one that had it before it was renamed."""
    former = FormerName.objects.filter(part="slug", text=slug, **{f"{model._meta.model_name}__isnull": False})
    return model.objects.filter(slug=slug).first() or next(
        (getattr(one, str(model._meta.model_name)) for one in former), None
    )


def article(number: int) -> Article:
    return Article.objects.order_by("pk")[number]


def taggings(pairs: tuple) -> models.QuerySet[Tagging]:
    wanted = models.Q(pk__in=())
    for number, slug in pairs:
        wanted |= models.Q(article=article(number), tag=called(Tag, slug))
    return Tagging.objects.filter(wanted)


def decide(alice, pairs: tuple, status: str | None, role: str | None) -> None:
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.decide(
            taggings(pairs),
            status=Tagging.Status(status) if status else None,
            role=Tagging.Role(role) if role else None,
        )


def review_tags(alice, pairs: tuple, verdict: str) -> None:
    seen = {row.pk: decisions.version(row) for row in taggings(pairs)}
    decisions.decide(seen, decisions.Verdict(verdict), by=alice)


def add_tag(alice, number: int, slug: str, role: str) -> None:
    curation.add_tag(article(number), called(Tag, slug), by=alice, role=Tagging.Role(role))


def edit(alice, number: int, values: tuple) -> None:
    named = dict(values)
    if "outlet" in named:
        named["outlet"] = called(Outlet, named["outlet"]) if named["outlet"] else None
    if "authors" in named:
        named["authors"] = [called(Author, slug) for slug in named["authors"]]
    curation.edit_article(article(number), named, by=alice)


def set_status(alice, verb: str, numbers: tuple) -> None:
    verbs = {"withdraw": curation.withdraw, "restore": curation.restore}
    verbs[verb](Article.objects.filter(pk__in=[article(number).pk for number in numbers]), by=alice)


def set_use(alice, verb: str, slug: str) -> None:
    {"retire": curation.retire, "reinstate": curation.reinstate}[verb]([called(Tag, slug)], by=alice)


def describe(alice, slug: str, words: str) -> None:
    tag = called(Tag, slug)
    tag.description = words
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.save(tag)


def name_tag(alice, slug: str, text: str) -> None:
    tag = called(Tag, slug)
    if not tag.aliases.filter(text=text).exists():
        with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
            act.save(Alias(tag=tag, text=text))


def unname_tag(alice, slug: str, text: str) -> None:
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        for alias in Alias.objects.filter(tag=called(Tag, slug), text=text):
            act.delete(alias)


def change_rule(alice, slug: str, text: str) -> None:
    """Save a rule of the lab, with a town and a word nearby that the tag has not yet."""
    tag = called(Tag, slug)
    if tag is None or tag.is_retired or text in tag.context or tag.aliases.filter(text=text).exists():
        return
    lines = write_rule(lab.entry_of(tag))
    trial = RuleTrial.objects.create(
        tag=tag,
        made_by=alice,
        lines={**lines, "place": f"{lines['place']}\n{text}", "context": f"{lines['context']}\n{text}"},
        is_ambiguous=tag.is_ambiguous,
        state=RuleTrial.State.DONE,
        release=gazetteer.release_of(gazetteer.read_entries()),
        revision=database_standing().revision,
    )
    lab.save(trial, by=alice)


def make_topic(alice, name: str) -> None:
    if called(Tag, name) is None:
        with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
            tag = Tag(kind="topic", slug=name, key=name, name=name.capitalize())
            act.save(tag)
            act.save(Alias(tag=tag, text=name))


def settle(alice, verb: str) -> None:
    {"dismiss": curation.dismiss, "reopen": curation.reopen}[verb](ActorSuggestion.objects.all(), by=alice)


def records(kind: str, slugs: tuple) -> list:
    model = {"outlet": Outlet, "author": Author}.get(kind, Tag)
    return [found for slug in slugs if (found := called(model, slug))]


def make_one(alice, kind: str, merged: tuple, survivor: str, choice: str) -> None:
    found = records(kind, (*merged, survivor))
    if not found:
        return
    with contextlib.suppress(MergeError):
        merge(found[:-1], found[-1], by=alice, choice=Choice(choice))


def accept_actors(alice, since: str) -> None:
    """Accept whoever is suggested, as a page would send it: what articles say is no part of the act."""
    post = Post("Ambassador", "official", called(Tag, "oman"), dt.date.fromisoformat(since))
    for one in waiting_actors():
        person = Person(one.name, description="An envoy", post=post)
        accepting.accept(one, by=alice, person=person, seen=one.status, is_another=True)


def join_actors(alice) -> None:
    for one in waiting_actors():
        accepting.join(one, Tag.objects.get(slug="carl-roe"), by=alice, seen=one.status)


def waiting_actors() -> list[ActorSuggestion]:
    rows = ActorSuggestion.objects.exclude(status=ActorSuggestion.Status.ACCEPTED)
    return list(rows.order_by("folded_name"))


def call_it(alice, kind: str, slug: str, part: str, text: str) -> None:
    for record in records(kind, (slug,)):
        with contextlib.suppress(RenameError):
            rename(record, by=alice, **{part: text})


def split(alice, slug: str, text: str) -> None:
    tag = called(Tag, slug)
    names = list(tag.aliases.filter(text=text).values_list("pk", flat=True)) if tag else []
    with contextlib.suppress(SplitError):
        if names:
            split_tag(tag, name=text, slug=text.lower(), aliases=names, by=alice)


def part_authors(alice, slug: str, name: str) -> None:
    author = called(Author, slug)
    with contextlib.suppress(SplitError):
        split_byline(author, name=name, slug=name.lower().replace(" ", "-"), spellings=[name], by=alice)


def audit(alice, verdict: str) -> None:
    """Draw the day's sample and one of each tag, and answer: no act, nor anything that holds one."""
    today = timezone.localdate()
    sampling.draw_daily(today)
    for tag in Tag.objects.filter(is_retired=False):
        sampling.draw_tag(today, tag)
    for item in AuditItem.objects.filter(verdict=""):
        audits.answer(item, audits.ANSWERS[verdict], seen="", by=alice)


def tag_again(alice) -> None:
    retag(Scope())


ACTS: dict[str, Callable[..., None]] = {
    "decide": decide, "review": review_tags, "add": add_tag, "edit": edit,
    "status": set_status, "use": set_use,
    "describe": describe, "name": name_tag, "unname": unname_tag, "topic": make_topic, "settle": settle,
    "rule": change_rule, "retag": tag_again, "accept": accept_actors, "join": join_actors,
    "merge": make_one, "rename": call_it, "split": split, "part": part_authors, "audit": audit,
}  # fmt: skip


def play(alice, step: Step) -> ChangeSet | None:
    """Do one act; return its change-set, None if it changed nothing."""
    last = ChangeSet.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    ACTS[step.name](alice, *step.args)
    return ChangeSet.objects.filter(pk__gt=last).first()


def narrowed(step: Step, done: ChangeSet) -> Step:
    """Return the act with those of its rows and columns alone that it changed."""
    ids = {table: set() for table in ("article", "tagging")}
    for table, row_id in done.changes.values_list("table", "row_id"):
        ids.setdefault(table, set()).add(row_id)
    if step.name in {"decide", "review"}:
        pairs = tuple(
            pair for pair in step.args[0] if taggings((pair,)).filter(pk__in=ids["tagging"]).exists()
        )
        return Step(step.name, (pairs, *step.args[1:]))
    if step.name == "status":
        numbers = tuple(number for number in step.args[1] if article(number).pk in ids["article"])
        return Step(step.name, (step.args[0], numbers))
    if step.name == "edit":
        after = done.changes.get(table="article").after
        values = tuple(pair for pair in step.args[1] if pair[0] in after or f"{pair[0]}_id" in after)
        return Step(step.name, (step.args[0], values))
    return step


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    """Forget at the end all that was written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- What may happen --------------------------------------------------------------------------------------

numbers = st.integers(0, len(BODIES) - 1)
slugs = st.sampled_from(TAGS)
pairs = st.lists(st.tuples(numbers, slugs), min_size=1, max_size=5, unique=True).map(tuple)
statuses = st.sampled_from([None, "suggested", "confirmed", "rejected"])
roles = st.sampled_from(["main", "mentioned"])
FIELDS = {
    "title": st.sampled_from([*TITLES, "Oman speaks", "Nothing"]),
    "body": st.sampled_from([*BODIES, "Then. " + BODIES[0], "Peru said nothing.", ""]),
    "section": st.sampled_from(["", "World", "Asia"]),
    "published_on": st.sampled_from([dt.date(2025, 10, 16), dt.date(2019, 5, 1), None]),
    "published_precision": st.sampled_from(["day", "month"]),
    "clipped_on": st.sampled_from([dt.date(2025, 10, 20), None]),
    "outlet": st.sampled_from([*OUTLETS, ""]),
    "status": st.sampled_from(["public", "withdrawn", "draft"]),
    "authors": st.sampled_from([("ann-author",), ("ben-byline", "ann-author"), ()]),
}
values = st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*(st.tuples(st.just(name), FIELDS[name]) for name in names))
)


def step(name: str, *args: st.SearchStrategy) -> st.SearchStrategy[Step]:
    return st.tuples(*args).map(lambda found: Step(name, found))


deciding = st.one_of(
    step("decide", pairs, statuses, st.none() | roles),
    step("review", pairs, st.sampled_from(list(decisions.Verdict)).map(str)),
    step("add", numbers, slugs, roles),
    step("edit", numbers, values),
    step("edit", numbers, values),
    step("status", st.sampled_from(["withdraw", "restore"]), st.lists(numbers, unique=True).map(tuple)),
)
choices = st.sampled_from(list(Choice)).map(str)


def merging(kind: str, slugs: list[str]) -> st.SearchStrategy[Step]:
    ordered = st.permutations(slugs).flatmap(lambda mixed: st.integers(2, min(3, len(mixed))).map(
        lambda count: mixed[:count]
    ))  # fmt: skip
    return st.tuples(ordered, choices).map(
        lambda found: Step("merge", (kind, tuple(found[0][1:]), found[0][0], found[1]))
    )


merges = st.one_of(
    merging("country", TAGS[:3]),
    merging("country", TAGS[:3]),
    merging("topic", ["summit", "fisheries", "quota"]),
    merging("outlet", OUTLETS),
    merging("author", AUTHORS),
)
renamings = st.one_of(
    step("rename", st.just("country"), slugs, st.sampled_from(["name", "slug"]), st.just("land")),
    step(
        "rename", st.just("topic"), st.sampled_from(["summit", "fisheries"]),
        st.sampled_from(["slug", "key"]), st.sampled_from(["fisheries", "summit", "meeting"]),
    ),
    step("rename", st.just("actor"), st.just("carl-roe"), st.just("name"), st.just("Karl Rowe")),
    step("rename", st.just("outlet"), st.sampled_from(OUTLETS), st.just("name"), st.just("The Times")),
    step(
        "rename", st.just("author"), st.sampled_from(AUTHORS),
        st.sampled_from(["name", "slug"]), st.just("ann"),
    ),
)  # fmt: skip
splits = st.one_of(
    step("split", st.sampled_from(TAGS[:3]), st.sampled_from([*NAMES, "Muscat", "Oman"])),
    step("part", st.sampled_from(AUTHORS), st.sampled_from(["Ann Author", "Ben Byline"])),
)
editing = (
    deciding
    | merges
    | renamings
    | splits
    | st.one_of(
        step("use", st.sampled_from(["retire", "reinstate"]), slugs),
        step("describe", slugs, st.sampled_from(["", "One line"])),
        step("name", slugs, st.sampled_from(NAMES)),
        step("unname", slugs, st.sampled_from([*NAMES, "Muscat"])),
        step("rule", st.sampled_from(TAGS[:3]), st.sampled_from([NAMES[0], "Salalah"])),
        step("topic", st.sampled_from(["fisheries", "quota"])),
        step("settle", st.sampled_from(["dismiss", "reopen"])),
        step("accept", st.sampled_from(["2025-01-01", "2025-10-16"])),
        step("join"),
        step("audit", st.sampled_from(["right", "wrong"])),
    )
)
retagging = st.just(Step("retag", ()))
