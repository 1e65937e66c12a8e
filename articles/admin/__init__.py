"""The desk: every table of the archive in Django's admin.

Whatever an editor does here is one function of `articles.curation`.
"""

from articles.admin import (
    articles,
    bylines,
    changes,
    corrections,
    frontdesk,
    imports,
    issues,
    keywords,
    machinery,
    merging,
    namesakes,
    parts,
    people,
    quality,
    review,
    suggestions,
    taggings,
    tags,
    tasks,
    uploads,
)

__all__ = [
    "articles",
    "bylines",
    "changes",
    "corrections",
    "frontdesk",
    "imports",
    "issues",
    "keywords",
    "machinery",
    "merging",
    "namesakes",
    "parts",
    "people",
    "quality",
    "review",
    "suggestions",
    "taggings",
    "tags",
    "tasks",
    "uploads",
]
