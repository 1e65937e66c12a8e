"""The archive's tables."""

from articles.models.article import Article, Author, Authorship, Outlet, RenderedArticle, Tagging
from articles.models.changes import Change, ChangeSet
from articles.models.corrections import Correction
from articles.models.duplicates import NearDuplicate, Sketch, SketchKey
from articles.models.former import FormerName, ProposedMerge
from articles.models.imports import Archive, ArticleSource, ImportIssue, ImportRun, OutboxRow
from articles.models.keywords import KeywordUse, UnmatchedKeyword
from articles.models.lookups import Among
from articles.models.quality import AuditItem, AuditSample
from articles.models.sourcefiles import CorrectedFile, FormerBytes
from articles.models.suggestions import ActorSuggestion, SuggestionMention
from articles.models.tag import Alias, Office, RecordOrigin, Tag, TagKind
from articles.models.trials import RuleTrial, TrialMove
from articles.models.uploads import Upload, UploadedFile
from articles.models.workers import TaskWorker

__all__ = [
    "ActorSuggestion",
    "Alias",
    "Among",
    "Archive",
    "Article",
    "ArticleSource",
    "AuditItem",
    "AuditSample",
    "Author",
    "Authorship",
    "Change",
    "ChangeSet",
    "CorrectedFile",
    "Correction",
    "FormerBytes",
    "FormerName",
    "ImportIssue",
    "ImportRun",
    "KeywordUse",
    "NearDuplicate",
    "Office",
    "OutboxRow",
    "Outlet",
    "ProposedMerge",
    "RecordOrigin",
    "RenderedArticle",
    "RuleTrial",
    "Sketch",
    "SketchKey",
    "SuggestionMention",
    "Tag",
    "TagKind",
    "Tagging",
    "TaskWorker",
    "TrialMove",
    "UnmatchedKeyword",
    "Upload",
    "UploadedFile",
]
