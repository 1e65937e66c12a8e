"""What a process remembers of the database for as long as it stands where it stood."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping

from articles.search.entry import Standing


class Memory[Key: Hashable, Value]:
    """Values that hold at one standing of the database, those asked for last; of earlier ones nothing.

    Whoever keeps a value asked where the database stands before reading what the value is made of: it is then
    at least as new as its standing, and whoever finds the database there may use it.  ``most`` is the sum of
    what the values weigh; by default each counts as one.
    """

    def __init__(self, *, most: int, weigh: Callable[[Value], int] = lambda value: 1) -> None:
        self.most = most
        self.weight = 0
        self._weigh = weigh
        self._lock = threading.Lock()
        self._standing: Standing | None = None
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def find(self, keys: Iterable[Key], standing: Standing) -> dict[Key, Value]:
        """Return the values kept under these keys at this standing."""
        with self._lock:
            if standing != self._standing:
                return {}
            found = {key: self._values[key] for key in keys if key in self._values}
            for key in found:
                self._values.move_to_end(key)
            return found

    def keep(self, values: Mapping[Key, Value], standing: Standing) -> None:
        """Keep values, leaving out those not asked for longest."""
        with self._lock:
            if standing != self._standing:
                self._values.clear()
                self._standing, self.weight = standing, 0
            for key, value in values.items():
                if key in self._values:
                    self.weight -= self._weigh(self._values.pop(key))
                self._values[key] = value
                self.weight += self._weigh(value)
            while self.weight > self.most:
                _, dropped = self._values.popitem(last=False)
                self.weight -= self._weigh(dropped)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._standing, self.weight = None, 0
