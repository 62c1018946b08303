"""A coordinator and members (tests/member) on loopback in a temporary folder, for tests of the overlay."""

import json
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 60


class Service:
    def __init__(self, program, member, *options):
        self.program, self.member = program, member
        self.folder = Path(tempfile.mkdtemp(prefix="tributary-overlay-"))
        self.state = self.folder / "coordinator"
        self.processes = {}
        (self.state / "authorized").mkdir(parents=True)
        self.start_coordinator(*options)
        self.server = json.loads((self.state / "invitation.json").read_text())

    def start_coordinator(self, *options):
        self.processes["coordinator"] = subprocess.Popen(
            [self.program, "coordinator", "--state", self.state, *options, "--json"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if not self.processes["coordinator"].stdout.readline():
            raise AssertionError("the coordinator did not start")

    def join(self, name, contributions=0, objects=1, pace_ms=0):
        """Starts a member; it may have been started and killed before."""
        state = self.folder / name
        made = subprocess.run([self.program, "agent", "init", "--state", state], text=True,
                              capture_output=True, check=True)
        (self.state / "authorized" / name).write_text(made.stdout)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [self.member, state, name, self.server["endpoint"], self.server["public_key"],
                 "tcp://127.0.0.1:*", "", str(contributions), str(objects), str(pace_ms)],
                stdout=log, stderr=log)

    def kill(self, name):
        process = self.processes.pop(name)
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()

    def ask(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments), "--json"], text=True,
                              capture_output=True, timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)

    def overlay(self):
        return self.ask("overlay", "--state", self.state)

    def until(self, condition, what, patience=PATIENCE):
        """Polls, because other processes must get somewhere; bounded."""
        end = time.monotonic() + patience
        while not (answer := condition()):
            if time.monotonic() > end:
                raise AssertionError(what)
            time.sleep(0.2)
        return answer

    def until_placed(self, members, patience=PATIENCE):
        """The view once it shows so many members, all of them in their places."""
        def placed():
            view = self.overlay()
            whole = [member for member in view["members"] if member["depth"] is not None]
            return view if len(whole) == members + 1 == view["processes"] else None
        return self.until(placed, f"the view never showed {members} members in their places",
                          patience)

    def until_done(self, patience=PATIENCE):
        names = [name for name in self.processes if name != "coordinator"]
        self.until(lambda: all((self.folder / name / "done").exists() for name in names),
                   "members did not finish their work", patience)

    def objects(self):
        """The newest version of every object, from the coordinator's disk."""
        with sqlite3.connect(self.state / "objects.sqlite") as store:
            rows = store.execute(
                "SELECT v.object, c.body FROM versions v JOIN contents c ON c.hash = v.content "
                "WHERE v.version = (SELECT MAX(version) FROM versions WHERE object = v.object)")
            return {name: body.decode() for name, body in rows}

    def close(self):
        for name in list(self.processes):
            self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)
