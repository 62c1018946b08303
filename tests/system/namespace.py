"""A network namespace behind one link that a test can take down: what runs in it is cut off from the
rest of the machine as by a pulled cable. Connections are not reset; they find out by themselves.

Needs the right to make namespaces (root); `make()` returns None and a reason without it.
"""

import os
import subprocess


def _ip(*arguments):
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)


class Namespace:
    """One veth pair: `host` is this side's address, `inside` the other's."""

    def __init__(self):
        tag = os.getpid() % 100_000
        self.name = f"churn{tag}"
        self._outer, self._inner = f"chu{tag}o", f"chu{tag}i"
        net = f"10.{200 + tag % 50}.{tag // 50 % 250}"
        self.host, self.inside = f"{net}.1", f"{net}.2"

    def _steps(self):
        within = ("-n", self.name)
        yield ("netns", "add", self.name)
        yield ("link", "add", self._outer, "type", "veth", "peer", "name", self._inner,
               "netns", self.name)
        yield ("addr", "add", f"{self.host}/24", "dev", self._outer)
        yield ("link", "set", self._outer, "up")
        yield (*within, "addr", "add", f"{self.inside}/24", "dev", self._inner)
        yield (*within, "link", "set", "lo", "up")
        yield (*within, "link", "set", self._inner, "up")

    @classmethod
    def make(cls):
        """A namespace with its link up, or None and why there is none."""
        space = cls()
        try:
            for step in space._steps():
                done = _ip(*step)
                if done.returncode != 0:
                    space.remove()
                    return None, f"ip {' '.join(step)}: {done.stderr.strip()}"
        except FileNotFoundError:
            return None, "there is no program ip (package iproute2)"
        return space, ""

    def command(self, arguments):
        """The command that runs a program inside."""
        return ["ip", "netns", "exec", self.name, *arguments]

    def link(self, state):
        """Takes the link `down` or `up`."""
        _ip("-n", self.name, "link", "set", self._inner, state)

    def remove(self):
        _ip("netns", "del", self.name)
        _ip("link", "del", self._outer)
