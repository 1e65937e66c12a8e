from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    """The archive: everything that Newsroom adds to Django."""

    name = "articles"
    verbose_name = "Archive"
    default_auto_field = "django.db.models.BigAutoField"
