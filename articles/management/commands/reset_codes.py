"""Take the one-time codes of somebody away who has lost the phone and the recovery codes."""

from __future__ import annotations

import argparse

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

DEVICES = ("otp_totp.totpdevice", "otp_static.staticdevice")


class Command(BaseCommand):
    """Take a person's one-time codes away, so that the next login sets up new ones.

    An administrator can do the same at /admin/code/people/, unless the administrator lost the phone.

    Example: manage.py reset_codes alice
    """

    help = "Take a person's one-time codes away; the next login sets up new ones."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare whose."""
        parser.add_argument("name", help="the name with which the person logs in")

    def handle(self, *, name: str, **options: object) -> None:
        """Take them away."""
        if not apps.is_installed("django_otp"):
            raise CommandError("one-time codes are off; with ONE_TIME_CODES=1 they are on")
        person = get_user_model()._default_manager.filter(username=name).first()
        if person is None:
            raise CommandError(f"nobody is called {name!r}; give the name that the person logs in with")
        with transaction.atomic():
            rows = [apps.get_model(label)._default_manager.filter(user=person.pk) for label in DEVICES]
            count = sum(found.delete()[0] for found in rows)
        done = "has no codes any more; the next login sets up new ones" if count else "had none set up"
        self.stdout.write(f"{name} {done}.")
