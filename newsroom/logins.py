"""Logins: how many may fail, who is asking, and what is said to who has to wait.

Five failures for one name from one address, or twenty from one address whatever the names, and that address
waits.  The answer is the same whether the name is anybody's or not.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

LONGEST_NAME = 150  # characters of an account's name, as Django has it
ADDRESS_SHARE = 4  # so many failures of an address, for several names, weigh like one for one name


class LoginGuard(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Counts failures for a name from an address, and those of the address for all names at a quarter.

    A login that succeeds forgets the failures for its own name only: with one account of their own nobody
    gets more tries at others.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, str] | None = None) -> int:
        """Return how many failures weigh against this login."""
        failures: int = super().get_failures(request, credentials)
        total = _failures_from(request).aggregate(total=Sum("failures_since_start"))["total"] or 0
        return max(failures, total // ADDRESS_SHARE)


def name_tried(request: HttpRequest, credentials: dict[str, str] | None = None) -> str | None:
    """Return the name that somebody tried, as much of it as is kept: no account has a longer one."""
    tried = credentials.get("username") if credentials else request.POST.get("username")
    return tried[:LONGEST_NAME] if isinstance(tried, str) else None


def client_address(request: HttpRequest) -> str | None:
    """Return who is asking: the far end of the connection, or what the last trusted proxy says that is.

    Each proxy adds to X-Forwarded-For the address it was called from; what stands further left was written
    by whoever called, and is not believed.  A header too short for `PROXY_COUNT` is not believed either.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if count := settings.PROXY_COUNT:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(forwarded) >= count:
            address = forwarded[-count].strip()
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None  # a Unix socket has none


def lockout_page(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """Return the page that says when to try again; nothing in it depends on whether the account exists."""
    again_at = _free_at(request, credentials)
    wait = max((again_at - timezone.now()).total_seconds(), 1)
    context = {"again_at": again_at, "minutes": math.ceil(wait / 60)}
    page = render(request, "locked_out.html", context, status=429)
    page["Retry-After"] = str(math.ceil(wait))
    page["Cache-Control"] = "no-store"
    return page


def _failures_from(request: HttpRequest) -> QuerySet[AccessAttempt]:
    """Return what failed from the address of the request and is not forgotten yet."""
    address: str | None = request.axes_ip_address  # type: ignore[attr-defined]  # axes puts it there
    since = get_cool_off_threshold(request)
    failures: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        ip_address=address, attempt_time__gte=since
    )
    return failures


def _free_at(request: HttpRequest, credentials: dict[str, str] | None) -> dt.datetime:
    """Return when the last failure that counts will be forgotten."""
    failures = _failures_from(request)
    own = failures.filter(username=get_client_username(request, credentials))
    count = own.aggregate(total=Sum("failures_since_start"))["total"] or 0
    counting = own if count >= settings.AXES_FAILURE_LIMIT else failures
    last = counting.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return last + settings.AXES_COOLOFF_TIME
