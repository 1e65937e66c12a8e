"""The gazetteer as rows: what articles are tagged with, under which names, and the offices held."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property

from articles.tagging.gazetteer import AliasKind as PureAliasKind
from articles.tagging.gazetteer import Kind


class TagKind(models.TextChoices):
    """The kinds of thing an article is tagged with; each has its own list page and its own facet."""

    ACTOR = Kind.ACTOR.value, "actor"
    COUNTRY = Kind.COUNTRY.value, "country"
    ORGANISATION = Kind.ORGANISATION.value, "organisation"
    TOPIC = Kind.TOPIC.value, "topic"


class RecordOrigin(models.TextChoices):
    """Who a gazetteer record comes from; `load_gazetteer` only ever removes its own."""

    GAZETTEER = "gazetteer", "gazetteer file"
    EDITOR = "editor", "editor"


class TagQuerySet(models.QuerySet["Tag"]):
    def in_use(self) -> TagQuerySet:
        """Return the tags that are not retired."""
        return self.filter(is_retired=False)


class Tag(models.Model):
    """One leader or official, country, organisation or topic.

    ``loaded`` is the record as the last `load_gazetteer` left it: a field that differs from it was edited
    by a person and is left alone by the next load.
    """

    kind = models.CharField(max_length=12, choices=TagKind)
    slug = models.SlugField(max_length=120, help_text="Stands in the address of the tag's page.")
    key = models.CharField(
        max_length=120, help_text="What filters use: the ISO code of a country (ru), else the slug."
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, help_text="One line: who or what this is.")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    context = models.JSONField(
        default=list, blank=True, help_text="Words nearby that speak for an ambiguous name."
    )
    counter_context = models.JSONField(
        default=list, blank=True, help_text="Words nearby that speak against it."
    )
    is_ambiguous = models.BooleanField(default=False)
    is_retired = models.BooleanField(
        default=False, help_text="A retired tag is no longer given to articles. Use this instead of deleting."
    )
    wikidata = models.CharField(max_length=20, blank=True)
    source = models.TextField(blank=True, help_text="Where the facts of this record come from.")
    origin = models.CharField(max_length=10, choices=RecordOrigin, default=RecordOrigin.EDITOR)
    attributes = models.JSONField(default=dict, blank=True, editable=False)
    loaded = models.JSONField(default=dict, blank=True, editable=False)
    file_key = models.CharField(
        max_length=120,
        blank=True,
        editable=False,
        help_text="The key in the gazetteer's file, where an editor has given the tag another.",
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
        help_text="The tag that stands for this one. That one is never merged itself.",
    )

    objects: ClassVar[models.Manager[Tag]] = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="tag_kind_slug"),
            # A filter value names exactly one tag.
            models.UniqueConstraint(fields=["kind", "key"], name="tag_kind_key"),
            # No program or form can bring a merged tag back into use.
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_retired=True), name="merged_tag_is_retired"
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="tag_not_merged_into_itself"
            ),
        ]
        indexes = [models.Index(fields=["kind", "name"], name="tag_kind_name")]  # list pages and autocomplete

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page about this tag."""
        return reverse(f"{self.kind}_detail", args=[self.slug])

    @cached_property
    def has_articles(self) -> bool:
        """Return whether any article carries the tag, or had it rejected."""
        return self.pk is not None and self.taggings.exists()


class Alias(models.Model):
    """One name of a tag, or a phrase that counts for or against it."""

    # The stubs do not know the functional form; the members are those of the core's AliasKind.
    Kind = models.TextChoices("Kind", [(k.name, (k.value, k.value)) for k in PureAliasKind])  # type: ignore[call-overload]

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="aliases")
    text = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NAME)
    weight = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="1 to 5: how much the words say on their own. A trigger or a surname of 5 is enough alone.",
    )
    is_case_sensitive = models.BooleanField(default=True)
    is_ambiguous = models.BooleanField(default=False, help_text="Means other things too.")
    context = models.JSONField(
        default=list, blank=True, help_text="Words nearby that speak for this meaning."
    )
    counter_context = models.JSONField(
        default=list, blank=True, help_text="Words nearby that speak against it."
    )
    origin = models.CharField(max_length=10, choices=RecordOrigin, default=RecordOrigin.EDITOR)

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["text"]
        constraints = [models.UniqueConstraint(fields=["tag", "text", "kind"], name="alias_once")]
        indexes = [models.Index(fields=["text"], name="alias_text")]  # admin search, suggestions

    def __str__(self) -> str:
        return self.text


class Office(models.Model):
    """One office of a person: from ``start_on`` up to and including ``end_on``; empty is unknown or open."""

    holder = models.ForeignKey(Tag, models.CASCADE, related_name="offices")
    of = models.ForeignKey(
        Tag, models.CASCADE, related_name="holders", help_text="The country or organisation the office is of."
    )
    title = models.CharField(max_length=200)
    role = models.CharField(
        max_length=40, help_text="head_of_state, head_of_government, foreign_minister ..."
    )
    start_on = models.DateField(null=True, blank=True)
    end_on = models.DateField(null=True, blank=True)
    is_end_known = models.BooleanField(
        default=True, help_text="Off: the person was seen in office until the end date, and may be still."
    )
    origin = models.CharField(max_length=10, choices=RecordOrigin, default=RecordOrigin.EDITOR)

    class Meta:
        ordering = ["-start_on", "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__isnull=True)
                | Q(start_on__isnull=True)
                | Q(end_on__gte=models.F("start_on")),
                name="office_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.of}"
