from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate

from articles.checks import check_catalogues, check_sqlite
from articles.languages import DjangoVoice
from articles.phrases import speak_through
from articles.roles import make_roles


class ArticlesConfig(AppConfig):
    """The archive: everything that Newsroom adds to Django."""

    name = "articles"
    verbose_name = "Archive"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the core speak the reader's language, the roles made after a migrate, our checks run."""
        speak_through(DjangoVoice())
        checks.register(check_catalogues)
        checks.register(check_sqlite, deploy=True)
        post_migrate.connect(make_roles, sender=self, dispatch_uid="articles.roles")
