#!/usr/bin/env python3
"""A standby coordinator takes over from one that is killed, and nothing is lost or doubled.

Two coordinators on one private PostgreSQL, one leads and one waits; members contribute while the
leader is killed with -9 again and again, each time to come back as the standby. At the end every
journalled contribution stands in each of its objects exactly once. Skipped, by name, without
PostgreSQL's server or a program that was built with libpq.

Usage: standby_test.py PROGRAM MEMBER [--kills N] [--json]
"""

import argparse
import collections
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MEMBERS, CONTRIBUTIONS, OBJECTS = 6, 80, 4
PACE_MS = 100  # so that members still work when the last leader is killed
CHILDREN = 2  # of the coordinator: they join once
PATIENCE = 60
SKIPPED = 77  # what ctest takes for "skipped"


def newest_postgres():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def knows_postgres(program):
    """Asks for a database that is nowhere; a program built without libpq says so instead."""
    with tempfile.TemporaryDirectory() as state:
        asked = subprocess.run([program, "coordinator", "--state", state, "--store",
                                "postgresql:///none?host=/nowhere"], capture_output=True, text=True)
    return "built without PostgreSQL" not in asked.stderr


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.02)


class Postgres:
    """A private server with a socket in its folder and no port."""

    def __init__(self, programs, folder):
        self._programs, self._folder = programs, folder
        folder.chmod(0o777)
        self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] \
            if os.geteuid() == 0 else []
        self._run("initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres", "--no-sync")
        self._run("pg_ctl", "-w", "-D", folder / "data", "-l", folder / "log", "-o",
                  f"-k {folder} -c listen_addresses=''", "start")
        self.url = f"postgresql:///postgres?user=postgres&host={folder}"

    def _run(self, program, *arguments):
        subprocess.run([*self._as_user, self._programs / program, *arguments], check=True,
                       cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def query(self, sql):
        done = subprocess.run([self._programs / "psql", "-At", "-d", self.url, "-c", sql],
                              check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    def stop(self):
        self._run("pg_ctl", "-w", "-m", "immediate", "-D", self._folder / "data", "stop")


class Coordinator:
    def __init__(self, test, name):
        self.state = test.folder / name
        self._log = test.folder / f"{name}.log"
        self._command = [test.options.program, "coordinator", "--state", self.state, "--listen",
                         f"tcp://127.0.0.1:{test.port}", "--store", test.postgres.url,
                         "--standby", "--json", "--log-level", "info"]
        self._process = None
        self.lives = 0

    def start(self):
        self.lives += 1
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def leads(self):
        """It prints its invitation when it leads, once a life."""
        return self._log.read_text().count('"public_key"') == self.leads_before + 1

    def remember(self):
        self.leads_before = self._log.read_text().count('"public_key"') if self._log.exists() else 0

    def kill(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def joined(self):
        """Members that had to join it, instead of going on where they were."""
        return self._log.read_text().count("a child joined")


class Standby:
    def __init__(self, options, programs):
        self.options = options
        self.folder = Path(tempfile.mkdtemp(prefix="tributary-standby-"))
        self.port = free_port()
        database = self.folder / "postgres"
        database.mkdir()
        self.folder.chmod(0o755)
        self.postgres = Postgres(programs, database)
        self.coordinators = [Coordinator(self, name) for name in ("first", "second")]
        self.members = {}
        self.pauses = []

    def prepare(self):
        """The two coordinators have the same keys and authorize the same members."""
        first, second = self.coordinators
        (first.state / "authorized").mkdir(parents=True)
        names = [f"member{number}" for number in range(MEMBERS)]
        for name in names:
            init = subprocess.run(
                [self.options.program, "agent", "init", "--state", self.folder / name],
                capture_output=True, text=True, check=True)
            (first.state / "authorized" / name).write_text(init.stdout)
        first.remember()
        first.start()
        until(first.leads, "the first coordinator did not lead")
        shutil.copytree(first.state, second.state, ignore=shutil.ignore_patterns(
            "*.sock", "lock", "invitation.json"))
        second.remember()
        second.start()
        server = json.loads((first.state / "invitation.json").read_text())
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.members[name] = subprocess.Popen(
                    [self.options.member, self.folder / name, name, server["endpoint"],
                     server["public_key"], "tcp://127.0.0.1:*", "", str(CONTRIBUTIONS),
                     str(OBJECTS), str(PACE_MS)], stdout=log, stderr=log)

    def stored(self):
        rows = self.postgres.query(
            "SELECT v.object || ' ' || encode(c.body, 'hex') FROM tributary.versions v JOIN "
            "tributary.contents c ON c.hash = v.content WHERE v.version = (SELECT MAX(version) "
            "FROM tributary.versions WHERE object = v.object)")
        return {name: bytes.fromhex(body).decode() for name, body in map(str.split, rows)}

    def durable(self):
        return sum(body.count("\n") for body in self.stored().values())

    def fail_over(self, leader, standby):
        before = self.durable()
        until(lambda: self.durable() > before, "nobody contributes")
        standby.remember()
        killed = time.monotonic()
        leader.kill()
        until(standby.leads, "the standby did not take over")
        self.pauses.append(round(time.monotonic() - killed, 2))
        leader.remember()
        leader.start()

    def done(self):
        return all((self.folder / name / "done").exists() for name in self.members)

    def run(self):
        self.prepare()
        leader, standby = self.coordinators
        until(lambda: leader.joined() > 0, "no member joined")
        for _ in range(self.options.kills):
            if self.done():
                raise AssertionError("the members had nothing left to do before the last kill")
            self.fail_over(leader, standby)
            leader, standby = standby, leader
        until(self.done, "members hang")
        return self.verdict()

    def verdict(self):
        found = collections.Counter()
        for name, body in self.stored().items():
            found.update((name, line) for line in body.split("\n") if line)
        problems = []
        for name in self.members:
            for number in range(1, CONTRIBUTIONS + 1):
                targets = [number % OBJECTS] + ([(number + 1) % OBJECTS] if number % 5 == 0 else [])
                for target in targets:
                    times = found.pop((f"object-{target}", f"{name} {number}"), 0)
                    if times != 1:
                        problems.append(f"{name} {number} stands {times} times in object-{target}")
        return problems + [f"nobody contributed {line} to {name}" for name, line in found]

    def clean(self, keep):
        for member in self.members.values():
            member.kill()
            member.wait()
        for coordinator in self.coordinators:
            coordinator.kill()
        self.postgres.stop()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("member")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    programs = newest_postgres()
    if programs is None:
        print("standby_test: skipped: postgresql is not installed")
        return SKIPPED
    if not knows_postgres(options.program):
        print("standby_test: skipped: this program was built without libpq")
        return SKIPPED
    test = Standby(options, programs)
    try:
        problems = test.run()
    except AssertionError as problem:
        problems = [str(problem)]
    joins = sum(coordinator.joined() for coordinator in test.coordinators)
    if not problems and joins >= CHILDREN + len(test.pauses):
        problems = ["every fail-over cost a member its place: none was within the grace time"]
    test.clean(keep=bool(problems))
    report = {"schema": 1, "contributions": MEMBERS * CONTRIBUTIONS, "fail_overs": len(test.pauses),
              "take_over_s": test.pauses, "joins": joins, "problems": problems[:20]}
    print(json.dumps(report) if options.json else report)
    if problems:
        print(f"standby_test: the logs are in {test.folder}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
