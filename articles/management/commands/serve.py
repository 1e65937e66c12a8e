"""`make run` in one process: bring the archive up to date, then serve it."""

from __future__ import annotations

import argparse
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from articles.commands import make, manage
from articles.importing.trail import ARTICLE
from articles.models import Article, ArticleSource, Change, ChangeSet
from articles.phrases import count_of

WORKERS = 2  # sync workers were 2 to 4 times faster than threads on two cores
MAX_PORT = 65_535
SHOWN_NAMES = 3  # accounts that are named
FILES_FAILED = 1  # exit code of import_articles that the site can be served in spite of


class Command(BaseCommand):
    """Migrate, load the gazetteer, import clippings, and serve the archive with gunicorn.

    Example: manage.py serve --port 8010 --seeds /folder/of/clippings
    """

    help = "Bring the archive up to date (tables, gazetteer, clippings, index) and serve it."
    requires_system_checks: list[str] = []  # handle() makes them, once it is clear that the port is free

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare where to listen and what to import first."""
        parser.add_argument("--host", default="127.0.0.1")
        # Read below: argparse would answer a wrong value with its usage, in words of another command.
        parser.add_argument("--port", default="8000")
        parser.add_argument(
            "--seeds", default=str(settings.NEWSROOM_SEEDS), help="folder or file to import first"
        )

    def handle(self, *, host: str, port: str, seeds: str, **options: object) -> None:
        """Do it; this process becomes the server."""
        check_port(host, read_port(port))
        folder = read_seeds(seeds)
        if not options.get("skip_checks"):  # which no command line asks for, and `call_command` does
            self.check()
        try:
            prepare(folder)
        except KeyboardInterrupt:
            self.stderr.write(
                "\nstopped; what was imported is kept, and the next `make run` goes on from there"
            )
            sys.exit(130)
        address = f"http://{host}:{port}/"
        self.stdout.write(self.style.SUCCESS(f"\nThe archive is at {address}  (Ctrl-C stops it)"))
        self.stdout.write(admin_hint(address))
        if hint := samples_hint(folder):
            self.stdout.write(hint)
        self.stdout.flush()
        command = server_command(host, int(port))
        os.chdir(settings.BASE_DIR)
        if not settings.NEWSROOM_IS_READ_ONLY:
            start_worker()
        os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, arguments from this command line


def server_command(host: str, port: int) -> list[str]:
    """Return the command that serves the archive; it has to run in the project's folder."""
    return [
        sys.executable, "-m", "gunicorn", "newsroom.wsgi", "--bind", f"{host}:{port}",
        "--workers", str(WORKERS), "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip


def start_worker() -> None:
    """Start the worker of background tasks, which ends when this process, soon the server, does."""
    subprocess.Popen(  # noqa: S603 - our own interpreter and command
        [sys.executable, "-m", "newsroom.beside", str(os.getpid()), sys.executable, "manage.py", "work"],
        stdin=subprocess.DEVNULL,
        # Out of the terminal's reach: it ends by itself, after the files in hand.
        start_new_session=True,
    )


def read_port(text: str) -> int:
    """Return the port; raise CommandError for what is none."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PORT):
        raise CommandError(
            f"the port is a number from 1 to {MAX_PORT}, not {text!r}; try: {make('run PORT=8010')}"
        )
    return int(text)


def read_seeds(text: str) -> Path:
    """Return the folder or file; raise CommandError for one that is not there.

    An empty value is not the working folder: an unset shell variable would import this whole checkout.
    """
    if not text.strip() or not Path(text).exists():
        raise CommandError(
            f"there is no {text!r}; give a folder of clippings: {make('run SEEDS=/folder/of/clippings')}"
        )
    return Path(text)


def check_port(host: str, port: int) -> None:
    """Raise CommandError when nobody can listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            other = 8010 if port != 8010 else 8020
            raise CommandError(
                f"cannot listen on {host}:{port} ({error}); choose another port: {make(f'run PORT={other}')}"
            ) from error


def prepare(seeds: Path) -> None:
    """Bring tables, gazetteer, archive, index and static files up to date."""
    call_command("migrate", verbosity=0)
    call_command("load_gazetteer")
    call_command("collectstatic", interactive=False, verbosity=0)
    try:
        call_command("import_articles", str(seeds))
    except SystemExit as stop:
        # Files that could not be read were reported; the others are worth serving.
        if stop.code != FILES_FAILED:
            raise


def admin_hint(address: str) -> str:
    """Return how to get into the admin."""
    accounts = get_user_model().objects.filter(is_superuser=True, is_active=True).order_by("pk")
    if names := [account.get_username() for account in accounts[:SHOWN_NAMES]]:
        return f"Sign in as {' or '.join(names)} at {address}admin/"
    return f"No admin account yet: `{make('admin')}` makes one, then sign in at {address}admin/"


def samples_hint(seeds: Path) -> str:
    """Return how to have an archive without the samples, if somebody's own articles stand beside them."""
    samples = os.path.realpath(settings.NEWSROOM_SEEDS)
    if os.path.realpath(seeds) == samples:
        return ""
    sources = ArticleSource.objects.filter(path__startswith=f"{samples}/")
    sources = sources.filter(article__status=Article.Status.PUBLIC)
    count = sources.values("article").distinct().count()
    if not count:
        return ""
    changed = Change.objects.filter(table=ARTICLE, row_id__in=sources.values("article"))
    imports = changed.filter(change_set__act=ChangeSet.Act.IMPORT)
    runs = sorted(set(imports.values_list("change_set__run", flat=True)), reverse=True)
    undo = " and ".join(f"`{manage(f'undo_import {run}')}`" for run in runs)
    apart = f"`NEWSROOM_DATA=/another/folder make run SEEDS={shlex.quote(str(seeds))}`"
    articles = count_of(count, "article", "articles")
    return (
        f"Newsroom's own samples (seeds/) are in this archive, too: {articles}. To take them out: {undo}. "
        f"Or keep your articles apart: {apart}"
    )
