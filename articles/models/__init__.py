"""The archive's tables."""

from articles.models.article import Article, Author, Authorship, Outlet, RenderedArticle, Tagging
from articles.models.changes import Change, ChangeSet
from articles.models.corrections import Correction
from articles.models.duplicates import NearDuplicate, Sketch, SketchKey
from articles.models.imports import Archive, ArticleSource, ImportIssue, ImportRun, OutboxRow
from articles.models.keywords import KeywordUse, UnmatchedKeyword
from articles.models.suggestions import ActorSuggestion, SuggestionMention
from articles.models.tag import Alias, Office, RecordOrigin, Tag, TagKind

__all__ = [
    "ActorSuggestion",
    "Alias",
    "Archive",
    "Article",
    "ArticleSource",
    "Author",
    "Authorship",
    "Change",
    "ChangeSet",
    "Correction",
    "ImportIssue",
    "ImportRun",
    "KeywordUse",
    "NearDuplicate",
    "Office",
    "OutboxRow",
    "Outlet",
    "RecordOrigin",
    "RenderedArticle",
    "Sketch",
    "SketchKey",
    "SuggestionMention",
    "Tag",
    "TagKind",
    "Tagging",
    "UnmatchedKeyword",
]
