"""The desk: every table of the archive in Django's admin.

Whatever an editor does here is one function of `articles.curation`.
"""

from articles.admin import (
    articles,
    bylines,
    changes,
    corrections,
    imports,
    keywords,
    machinery,
    parts,
    people,
    quality,
    suggestions,
    taggings,
    tags,
    tasks,
)

__all__ = [
    "articles",
    "bylines",
    "changes",
    "corrections",
    "imports",
    "keywords",
    "machinery",
    "parts",
    "people",
    "quality",
    "suggestions",
    "taggings",
    "tags",
    "tasks",
]
