from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    """The archive: everything that Newsroom adds to Django."""

    name = "articles"
    default_auto_field = "django.db.models.BigAutoField"
