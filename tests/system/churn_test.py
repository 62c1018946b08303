#!/usr/bin/env python3
"""Real processes that are killed and cut off while they contribute: nothing lost, nothing twice.

24 members and a coordinator on loopback, every connection through a relay; kill -9 of members and
of the coordinator, connections reset and frozen for less and for longer than the grace time. Some
members run in a network namespace whose link is taken down, also for less and for longer; without
the right to make one they run beside the others, and `skipped` names it. At the end every
journalled contribution stands in each of its objects exactly once.

Usage: churn_test.py PROGRAM MEMBER [--kills N] [--restarts N] [--cuts N] [--links N] [--seed N]
                     [--tree kary|search] [--json]
"""

import argparse
import collections
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from namespace import Namespace
from relay import Relays

MEMBERS, CONTRIBUTIONS, OBJECTS = 24, 84, 8  # 2,016 contributions
INSIDE = 5  # members in the namespace
KILL_PATIENCE = 5  # seconds to wait for a member with work in flight
PACE_MS = 250  # so that members still work when the last fault comes
DEADLINE = 170
BRIEF, LONG = (0.3, 2.0), (4.5, 5.5)  # the grace time is 3 s
# A connection over a link that is down for 3 s lives on; given up is who was silent for 4 s.
LINK_BRIEF, LINK_LONG = (0.5, 2.0), (6.0, 8.0)
# A run with fewer faults than these proved too little. More are planned, because on a quick machine
# the members may have nothing left to do when the last one comes.
LEAST = {"member_kills": 32, "coordinator_kills": 5}


# Below the ports that the system gives to outgoing connections; each run begins elsewhere.
FIRST_PORT = 20001 + os.getpid() * 128 % 11000
PORTS = iter([*range(FIRST_PORT, 32000), *range(20001, FIRST_PORT)])


def free_port():
    for port in PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port is free between 20000 and 32000")


class Program:
    """A process at a port of its own, behind a relay or in a namespace; started, killed and started
    again."""

    def __init__(self, relays, log, arguments, namespace=None):
        self.port = free_port()
        self.namespace = namespace
        self.relay = None if namespace else relays.to(self.port)
        self.listen = f"tcp://{namespace.inside if namespace else '127.0.0.1'}:{self.port}"
        self.advertise = (self.listen if namespace
                          else f"tcp://{relays.address}:{self.relay.port}")
        self._log = log
        self._arguments = arguments
        self._process = None

    def start(self):
        arguments = self._arguments(self)
        if self.namespace:
            arguments = self.namespace.command(arguments)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(arguments, stdout=log, stderr=log)

    def kill(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def alive(self):
        return self._process.poll() is None


class Churn:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.folder = Path(tempfile.mkdtemp(prefix="tributary-churn-"))
        self.skipped = []
        self.namespace, reason = Namespace.make() if options.links else (None, "not asked for")
        if self.namespace is None:
            self.skipped.append(f"link down: {reason}")
        self.relays = Relays(self.namespace.host if self.namespace else "127.0.0.1")
        self.counts = collections.Counter()
        state = self.folder / "coordinator"
        self.coordinator = Program(self.relays, self.folder / "coordinator.log", lambda at: [
            options.program, "coordinator", "--state", state, "--listen", at.listen,
            "--advertise", at.advertise, "--tree", options.tree])
        self.members = {}

    def prepare(self):
        authorized = self.folder / "coordinator" / "authorized"
        authorized.mkdir(parents=True)
        self.coordinator.start()
        invitation = self.folder / "coordinator" / "invitation.json"
        self.until(invitation.exists, "the coordinator did not start")
        server = json.loads(invitation.read_text())
        for number in range(MEMBERS):
            name = f"member{number:02d}"
            state = self.folder / name
            init = subprocess.run([self.options.program, "agent", "init", "--state", state],
                                  capture_output=True, text=True, check=True)
            (authorized / name).write_text(init.stdout)
            self.members[name] = Program(
                self.relays, self.folder / f"{name}.log",
                lambda at, state=state, name=name: [
                    self.options.member, state, name, server["endpoint"], server["public_key"],
                    at.listen, at.advertise, str(CONTRIBUTIONS), str(OBJECTS),
                    str(PACE_MS)],
                self.namespace if number >= MEMBERS - INSIDE else None)
        for member in self.members.values():
            member.start()

    def until(self, condition, what, patience=30):
        end = time.monotonic() + patience
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(what)
            time.sleep(0.05)

    def waiting(self, name):
        """Contributions in a member's journal; it may be locked or not made yet."""
        file = self.folder / name / "journal.sqlite"
        if not file.exists() or not (self.folder / name / "journalled").exists():
            return CONTRIBUTIONS
        try:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=2) as journal:
                return journal.execute("SELECT COUNT(*) FROM journal").fetchone()[0]
        except sqlite3.OperationalError:
            return CONTRIBUTIONS

    def busy(self):
        return [name for name in self.members if not (self.folder / name / "done").exists()]

    # --- faults -------------------------------------------------------------------------------

    def in_flight(self):
        return [name for name in self.busy()
                if self.members[name].alive() and 0 < self.waiting(name) < CONTRIBUTIONS]

    def at_work(self):
        """Members whose journal holds a contribution; nothing if none comes to have one."""
        end = time.monotonic() + KILL_PATIENCE
        while not (working := self.in_flight()):
            if not self.busy() or time.monotonic() > end:
                break
            time.sleep(0.05)
        return working

    def kill_member(self):
        busy = self.at_work()
        if not busy:
            return
        victim = self.members[self.random.choice(busy)]
        victim.kill()
        victim.start()
        self.counts["member_kills"] += 1

    def restart_coordinator(self):
        if not self.at_work():
            return
        long = self.counts["coordinator_kills"] % 5 == 4
        self.coordinator.kill()
        time.sleep(self.random.uniform(*(LONG if long else (0.0, 1.0))))
        self.coordinator.start()
        self.counts["coordinator_kills"] += 1
        self.counts["coordinator_away_long" if long else "coordinator_away_briefly"] += 1

    def cut(self):
        if not self.busy():
            return
        program = self.random.choice([
            self.coordinator, *(member for member in self.members.values() if member.relay)])
        long = self.random.random() < 0.3
        seconds = self.random.uniform(*(LONG if long else BRIEF))
        kind = self.random.choice(["break", "freeze"])
        (program.relay.break_for if kind == "break" else program.relay.freeze_for)(seconds)
        self.counts[f"{kind}s_{'long' if long else 'brief'}"] += 1

    def take_link_down(self):
        if not self.busy():
            return
        long = self.counts["link_downs_brief"] > self.counts["link_downs_long"]
        self.namespace.link("down")
        time.sleep(self.random.uniform(*(LINK_LONG if long else LINK_BRIEF)))
        self.namespace.link("up")
        self.counts[f"link_downs_{'long' if long else 'brief'}"] += 1

    def harass(self, end):
        plan = ([self.kill_member] * self.options.kills + [self.cut] * self.options.cuts +
                [self.restart_coordinator] * self.options.restarts +
                [self.take_link_down] * (self.options.links if self.namespace else 0))
        self.random.shuffle(plan)
        for fault in plan:
            if time.monotonic() > end:
                raise AssertionError("the faults took longer than the time allowed")
            time.sleep(self.random.uniform(0.2, self.options.pause))
            fault()

    # --- the verdict --------------------------------------------------------------------------

    def stored(self):
        """The newest version of every object, from the coordinator's disk."""
        with sqlite3.connect(self.folder / "coordinator" / "objects.sqlite") as store:
            rows = store.execute(
                "SELECT v.object, c.body FROM versions v JOIN contents c ON c.hash = v.content "
                "WHERE v.version = (SELECT MAX(version) FROM versions WHERE object = v.object)")
            return {name: body.decode() for name, body in rows}

    def verdict(self):
        found = collections.Counter()
        for name, body in self.stored().items():
            for line in body.split("\n"):
                if line:
                    found[(name, line)] += 1
        problems = []
        for name in self.members:
            for number in range(1, CONTRIBUTIONS + 1):
                targets = [number % OBJECTS] + ([(number + 1) % OBJECTS] if number % 5 == 0 else [])
                for target in targets:
                    times = found.pop((f"object-{target}", f"{name} {number}"), 0)
                    if times != 1:
                        problems.append(f"{name} {number} stands {times} times in object-{target}")
        problems += [f"nobody contributed {line} to {name}" for name, line in found]
        return problems

    def run(self):
        begun = time.monotonic()
        self.prepare()
        self.harass(begun + DEADLINE)
        self.until(lambda: not self.busy(), "members hang: " + ", ".join(self.busy()),
                   DEADLINE - (time.monotonic() - begun))
        self.counts["seconds"] = round(time.monotonic() - begun)
        if self.options.tree == "search":
            self.counts["parents_replaced"] = sum(
                log.read_text(errors="replace").count("another process is the parent now")
                for log in self.folder.glob("*.log"))
        for program in [*self.members.values(), self.coordinator]:
            if not program.alive():
                raise AssertionError("a program ended by itself")
            program.kill()
        return self.verdict() + self.missing()

    def missing(self):
        """Faults that did not happen: then the run proved less than it says."""
        planned = {"member_kills": self.options.kills, "coordinator_kills": self.options.restarts}
        wanted = {name: min(LEAST[name], number) for name, number in planned.items()}
        missing = [f"only {self.counts[name]} of {number} {name}"
                   for name, number in wanted.items() if self.counts[name] < number]
        if self.options.cuts:
            missing += [f"no connection was cut for a {how} time" for how in ("brief", "long")
                        if not self.counts[f"breaks_{how}"] + self.counts[f"freezes_{how}"]]
        if self.options.tree == "search" and not self.counts["parents_replaced"]:
            missing.append("no process rotated")
        if self.namespace:
            missing += [f"no link was down for a {how} time" for how in ("brief", "long")
                        if not self.counts[f"link_downs_{how}"]]
        return missing

    def clean(self, keep):
        for program in [*self.members.values(), self.coordinator]:
            program.kill()
        self.relays.stop()
        if self.namespace:
            self.namespace.remove()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("member")
    parser.add_argument("--kills", type=int, default=36)
    parser.add_argument("--restarts", type=int, default=5)
    parser.add_argument("--cuts", type=int, default=12)
    parser.add_argument("--links", type=int, default=4, help="times the namespace's link goes down")
    parser.add_argument("--pause", type=float, default=1.6, help="longest time between two faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tree", choices=["kary", "search"], default="kary",
                        help="search: a tree that rotates where that pays")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    churn = Churn(options)
    try:
        problems = churn.run()
    except AssertionError as problem:
        problems = [str(problem)]
    churn.clean(keep=bool(problems))
    report = {"schema": 1, "contributions": MEMBERS * CONTRIBUTIONS, "seed": options.seed,
              **churn.counts, "skipped": churn.skipped, "problems": problems[:20]}
    print(json.dumps(report) if options.json else report)
    if problems:
        print(f"churn_test: {len(problems)} problems; the logs are in {churn.folder}",
              file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
