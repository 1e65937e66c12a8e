"""Background tasks: what the desk asks for and does not wait for.

Each is a thin shell around one function of the application.  Ask for one with ``.enqueue(...)`` in the
transaction of the act that it belongs to: either both happen or neither.  Arguments are plain values: the
worker is another process, maybe on another machine.
"""

from __future__ import annotations
