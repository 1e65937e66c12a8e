"""The stored clipping, who published and wrote it, and what it was tagged with."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from articles.importing.clipping import Precision
from articles.importing.derived import UNDATED
from articles.models.tag import Tag

# What forms offer and take: records that stand for themselves.
STANDING = {"merged_into": None}


class Credit(models.Model):
    """Whom an article is credited to: its outlet, its authors.  One that was merged points to another."""

    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
        help_text="The record that stands for this one. That one is never merged itself.",
    )

    class Meta:
        abstract = True
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="%(class)s_not_merged_into_itself"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Outlet(Credit):
    """One publisher: a newspaper, broadcaster, agency or ministry."""


class Author(Credit):
    """One name that stood in a byline."""


class ArticleQuerySet(models.QuerySet["Article"]):
    def public(self) -> ArticleQuerySet:
        """Return what every reader may see.  Every public page, feed and API goes through here."""
        return self.filter(status=Article.Status.PUBLIC)


class Article(models.Model):
    """One stored clipping.

    ``identity`` says what makes it this article and no other (`importing.identity`); never the title, for one
    title occurred 192 times in a real archive.
    """

    class Status(models.TextChoices):
        PUBLIC = "public", "public"
        DRAFT = "draft", "draft (the file says so)"
        WITHDRAWN = "withdrawn", "withdrawn"

    class Withdrawal(models.TextChoices):
        """Why a program withdrew an article; what an editor withdraws has no such reason."""

        MISSING = "missing", "its files are gone"
        UNDONE = "undone", "the import that made it was undone"

    class DatePrecision(models.TextChoices):
        DAY = Precision.DAY.value, "day"
        MONTH = Precision.MONTH.value, "month"
        YEAR = Precision.YEAR.value, "year"

    UNDATED: ClassVar[dt.date] = UNDATED  # the day by which undated articles sort

    identity = models.CharField(max_length=80, unique=True, editable=False)
    slug = models.SlugField(max_length=80, editable=False, db_index=False)  # shown, never looked up
    title = models.CharField(max_length=500)
    standfirst = models.TextField(blank=True)
    summary = models.CharField(
        max_length=320,
        blank=True,
        editable=False,
        help_text="For lists: the standfirst, else how the text begins.",
    )
    body = models.TextField(blank=True, help_text="Markdown.")
    byline = models.CharField(max_length=500, blank=True, help_text="Who wrote it, as printed.")
    authors = models.ManyToManyField(Author, through="Authorship", related_name="articles")
    # No index of its own: that of Meta begins with it.
    outlet = models.ForeignKey(
        Outlet, models.PROTECT, null=True, blank=True, related_name="articles", limit_choices_to=STANDING,
        db_index=False,
    )  # fmt: skip
    url = models.URLField("original", max_length=2000, blank=True)
    published_on = models.DateField(null=True, blank=True)
    published_precision = models.CharField(
        max_length=5,
        choices=DatePrecision,
        default=DatePrecision.DAY,
        help_text="How much of the date is known.",
    )
    clipped_on = models.DateField(null=True, blank=True)
    updated_on = models.DateField(null=True, blank=True)
    sort_on = models.DateField(
        editable=False, help_text="Published, else clipped, else a day before all others."
    )
    language = models.CharField(max_length=20, blank=True)
    section = models.CharField(max_length=200, blank=True)
    keywords = models.JSONField(default=list, blank=True, help_text="The file's own tags, as written.")
    extra = models.JSONField(default=dict, blank=True, help_text="Front matter that no other field takes.")
    cuts = models.JSONField(default=list, blank=True, help_text="Text that cleaning took out of the body.")
    status = models.CharField(max_length=10, choices=Status, default=Status.PUBLIC)
    withdrawal = models.CharField(
        max_length=7,
        choices=Withdrawal,
        blank=True,
        editable=False,
        help_text="Why a program withdrew it; its files may bring it back.  Empty: an editor's decision.",
    )
    edited_fields = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="Fields an editor changed; imports leave them alone.",
    )
    content_hash = models.CharField(max_length=64, editable=False, help_text="Of the clipping as last read.")
    text_hash = models.CharField(
        max_length=64, editable=False, help_text="Of the text as stored; what `manage.py verify` checks."
    )
    gazetteer_release = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager[Article]] = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-sort_on", "-id"]
        indexes = [
            models.Index(fields=["-sort_on", "-id"], name="article_newest"),  # lists, rebuild order
            models.Index(
                fields=["outlet", "-sort_on", "-id"], name="article_outlet"
            ),  # one outlet's, newest first
            models.Index(fields=["content_hash"], name="article_content"),  # the same text from another file
            models.Index(fields=["clipped_on"], name="article_clipped"),  # admin filter, clipped_* filters
            # The few that readers do not see, newest first; one by one, for SQLite takes an index of some
            # rows only for a query that repeats its condition.
            models.Index(fields=["-sort_on", "-id"], condition=Q(status="draft"), name="article_draft"),
            models.Index(
                fields=["-sort_on", "-id"], condition=Q(status="withdrawn"), name="article_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the article's page."""
        return reverse("article_detail", args=[self.pk, self.slug])


class Authorship(models.Model):
    """One author of one article, in the order of the byline."""

    # No index of its own: the constraint's begins with it.
    article = models.ForeignKey(Article, models.CASCADE, related_name="authorships", db_index=False)
    author = models.ForeignKey(Author, models.PROTECT, related_name="authorships", limit_choices_to=STANDING)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["article", "author"], name="author_once_an_article")]

    def __str__(self) -> str:
        return f"{self.author}"


class TaggingQuerySet(models.QuerySet["Tagging"]):
    def standing(self) -> TaggingQuerySet:
        """Return the taggings readers see: everything nobody rejected, of tags still in use."""
        return self.exclude(status=Tagging.Status.REJECTED).filter(tag__is_retired=False)


class Tagging(models.Model):
    """One article carries one tag: how central it is, the words that earned it, and who said so.

    ``mentions`` is a list of ``[part, start, end, rule]``: characters [start, end) of the title, standfirst
    or body.  A rejected tagging is kept: it is what stops the next import from giving the tag again.
    ``review_ground`` and ``review_rank`` follow from the columns that an import writes (`tagging.doubt`): the
    best rule among its mentions, and how soon a person should look at it.
    """

    class Role(models.TextChoices):
        MAIN = "main", "main subject"
        MENTIONED = "mentioned", "mentioned"

    class Origin(models.TextChoices):
        AUTOMATIC = "automatic", "automatic"
        FRONT_MATTER = "frontmatter", "front matter"
        EDITOR = "editor", "editor"

    class Status(models.TextChoices):
        SUGGESTED = "suggested", "suggested"
        CONFIRMED = "confirmed", "confirmed"
        REJECTED = "rejected", "rejected"

    # No indexes of their own, for seventeen rows an article: those of Meta begin with them.
    article = models.ForeignKey(Article, models.CASCADE, related_name="taggings", db_index=False)
    tag = models.ForeignKey(
        Tag, models.PROTECT, related_name="taggings", db_index=False, limit_choices_to=STANDING
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.MENTIONED)
    salience = models.FloatField(default=0.0, help_text="0 (passing) to 1 (the article's subject).")
    mentions = models.JSONField(default=list, blank=True)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.EDITOR)
    status = models.CharField(max_length=10, choices=Status, default=Status.CONFIRMED)
    release = models.CharField("gazetteer release", max_length=64, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_ground = models.SmallIntegerField(default=0, editable=False)
    review_rank = models.SmallIntegerField(default=0, editable=False)

    objects: ClassVar[models.Manager[Tagging]] = TaggingQuerySet.as_manager()

    class Meta:
        ordering = ["-salience"]
        constraints = [
            models.UniqueConstraint(fields=["article", "tag"], name="tag_once_an_article"),
            models.CheckConstraint(condition=Q(salience__gte=0) & Q(salience__lte=1), name="salience_0_to_1"),
        ]
        indexes = [
            # Tag pages and their counts; the review queue of one tag.
            models.Index(fields=["tag", "status", "-review_rank"], name="tagging_tag"),
            # The review queue, of all kinds together and of one kind or rule.
            models.Index(
                fields=["-review_rank", "id"], condition=Q(status="suggested"), name="tagging_review"
            ),
            models.Index(
                fields=["review_ground", "-review_rank", "id"],
                condition=Q(status="suggested"),
                name="tagging_review_ground",
            ),
            # The admin's lists of what people decided or gave, few among millions of suggestions.
            models.Index(fields=["-id"], condition=Q(status="confirmed"), name="tagging_confirmed"),
            models.Index(fields=["-id"], condition=Q(status="rejected"), name="tagging_rejected"),
            models.Index(fields=["-id"], condition=Q(origin="editor"), name="tagging_by_editor"),
            models.Index(fields=["-id"], condition=Q(origin="frontmatter"), name="tagging_by_file"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} ({self.role})"

    @property
    def is_decided(self) -> bool:
        """Return whether a person decided this tagging, so that no program may change it."""
        is_judged = self.status != self.Status.SUGGESTED or self.decided_at is not None
        return is_judged or self.origin == self.Origin.EDITOR


class RenderedArticle(models.Model):
    """An article's text as safe HTML with its evidence marked, kept from the first view.

    ``key`` is a hash of all that went in: another body, other mentions or another renderer make it stale.
    """

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="rendered")
    key = models.CharField(max_length=64)
    html = models.TextField()
    is_plain = models.BooleanField(
        default=False, help_text="The renderer gave up; the text is shown unformatted."
    )

    class Meta:
        verbose_name = "rendered article"

    def __str__(self) -> str:
        return f"rendered article {self.pk}"
