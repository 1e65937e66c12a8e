"""Background tasks: what the desk asks for and does not wait for.

Each is a thin shell around one function of the application.  Ask for one with ``.enqueue(...)`` in the
transaction of the act that it belongs to: either both happen or neither.  Arguments are plain values: the
worker is another process, maybe on another machine.
"""

from __future__ import annotations

from django.tasks import task

from articles import accepting, working
from articles.importing.lock import ImportBusyError
from articles.models import Tag


@task()
def tag_actor(tag_id: int, by_name: str = "") -> None:
    """Tag those articles again that may name an actor of the gazetteer, after any import that is running."""
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        return  # the act was undone meanwhile
    try:
        done = accepting.tag_articles(tag, by_name=by_name, should_stop=working.should_stop)
    except ImportBusyError:
        working.again_later(tag_actor, tag_id, by_name)
        return
    if done.is_interrupted:
        raise working.UnfinishedError
