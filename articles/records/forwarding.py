"""Where old names lead: records that were merged, and slugs, keys and names from before a renaming.

What stands in an address is looked up among the records of today first.  Only what is none of them is looked
for here; one step leads to the record, for what a record stood for itself it hands on when it is merged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Model, Q

from articles.importing.taggings import Identity, read_names
from articles.models import Author, FormerName, Outlet, Tag
from articles.records.kinds import MODELS, Record
from articles.search.fields import Asked
from articles.tagging import Entry
from articles.tagging.folding import fold_keyword

Part = FormerName.Part


def forwarded(asked: Collection[Asked]) -> dict[Asked, Record]:
    """Return which record each former value of a facet means today; what means none is left out.

    A key wins over a slug, as among the records of today.  Two queries for each table.
    """
    found: dict[Asked, Record] = {}
    for model in (Tag, Outlet, Author):
        values = [one for one in asked if MODELS.get(one[0]) is model]
        if values:
            found |= _forwarded_tags(values) if model is Tag else _forwarded_bylines(values[0][0], values)
    return found


def _forwarded_tags(asked: Collection[Asked]) -> dict[Asked, Record]:
    kinds, texts = {kind for kind, _ in asked}, {text for _, text in asked}
    former = FormerName.objects.filter(kind__in=kinds, text__in=texts, tag__isnull=False)
    names = {(one.kind, one.part, one.text): one.tag for one in former.select_related("tag")}
    merged = Tag.objects.filter(
        Q(kind__in=kinds, key__in=texts) | Q(kind__in=kinds, slug__in=texts), merged_into__isnull=False
    )
    for tag in merged.select_related("merged_into"):
        # What is merged has its key and slug still, so that nothing else can take them.
        names |= {(tag.kind, Part.KEY, tag.key): tag.merged_into}
        names |= {(tag.kind, Part.SLUG, tag.slug): tag.merged_into}
    found: dict[Asked, Record] = {}
    for kind, text in asked:
        if record := names.get((kind, Part.KEY, text)) or names.get((kind, Part.SLUG, text)):
            found[kind, text] = record
    return found


def _forwarded_bylines(kind: str, asked: Collection[Asked]) -> dict[Asked, Record]:
    model, texts = MODELS[kind], {text for _, text in asked}
    former = FormerName.objects.filter(kind=kind, part=Part.SLUG, text__in=texts).select_related(kind)
    found: dict[Asked, Record] = {(kind, one.text): getattr(one, kind) for one in former}
    merged = model._default_manager.filter(slug__in=texts, merged_into__isnull=False)
    found |= {(kind, one.slug): one.merged_into for one in merged.select_related("merged_into")}  # type: ignore[misc]  # not null
    return found


def forward_address(kind: str, slug: str) -> Tag | None:
    """Return the tag of today whose page an old address led to, by slug before key; None if there is none."""
    tags = Tag.objects.filter(kind=kind, merged_into__isnull=False).select_related("merged_into")
    former = FormerName.objects.filter(kind=kind, text=slug, tag__isnull=False).select_related("tag")
    found = {one.part: one.tag for one in former}
    if merged := tags.filter(slug=slug).first():
        return merged.merged_into
    if tag := found.get(Part.SLUG):
        return tag
    if merged := tags.filter(key=slug).first():
        return merged.merged_into
    return found.get(Part.KEY)


def old_names(model: type[Model]) -> Iterator[tuple[int, str, str]]:
    """Yield every old slug, key and name of a table: the number of today's record, which it was, the text."""
    column = str(model._meta.model_name)
    rows = FormerName.objects.filter(**{f"{column}__isnull": False}).order_by("pk")
    yield from rows.values_list(column, "part", "text")
    merged = model._default_manager.filter(merged_into__isnull=False).order_by("pk")
    columns = [part.value for part in Part if part is not Part.KEY or model is Tag]
    for pk, *texts in merged.values_list("merged_into", *columns):
        yield from ((pk, part, text) for part, text in zip(columns, texts, strict=True))


def names_in_files(entries: Iterable[Entry]) -> dict[str, Identity]:
    """Return which entry each folded word of a file's own tags names, by a name of today or from before."""
    today = {tag: (kind, slug) for tag, kind, slug in Tag.objects.in_use().values_list("pk", "kind", "slug")}
    claims: dict[str, set[Identity]] = defaultdict(set)
    for pk, part, text in old_names(Tag):
        if part != Part.KEY and pk in today:
            claims[fold_keyword(text)].add(today[pk])
    former = {name: identities.pop() for name, identities in claims.items() if len(identities) == 1}
    return former | read_names(entries)


def taken_by(kind: str, part: str, text: str, *, besides: Record | None = None) -> Record | None:
    """Return the record that a text led to before, so that no other may take it; None if it is free."""
    former = FormerName.objects.filter(kind=kind, part=part, text=text).first()
    owner = (former.tag or former.outlet or former.author) if former else None
    return None if owner == besides else owner
