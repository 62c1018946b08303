#!/usr/bin/env python3
"""The versions that a running coordinator keeps: the newest ones, milestones and what its operator
tagged; a site rolls back to a version that was checked out from there.

Usage: history_test.py PROGRAM
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = None
PATIENCE = 240
OBJECT = "kdd41/1:attack"
LAST = 16
BATCH = 500


class History(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tributary-history-"))
        self.center, self.site = self.folder / "center", self.folder / "alder"
        self.running = {}
        self.start_coordinator()
        key = self.done("agent", "init", "--state", self.site, "--json")["public_key"]
        self.run_program("coordinator", "authorize", "--state", self.center, "--name", "alder",
                         "--key", key)
        self.start("agent", "--state", self.site, "--name", "alder", "--schema", "kdd41/1",
                   "--invitation", self.center / "invitation.json")

    def tearDown(self):
        for name in list(self.running):
            self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)

    def done(self, *arguments):
        finished = self.run_program(*arguments)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        return json.loads(finished.stdout)

    def refused(self, words, *arguments):
        finished = self.run_program(*arguments)
        self.assertEqual(finished.returncode, 1, finished.stderr)
        self.assertIn(words, finished.stderr)

    def start(self, name, *arguments):
        process = subprocess.Popen([PROGRAM, name, *map(str, arguments), "--json"], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.running[name] = process
        self.assertTrue(process.stdout.readline(), f"{name} did not start")

    def start_coordinator(self, *options):
        self.start("coordinator", "--state", self.center, "--keep-every", "10", *options)

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()
        process.stdout.close()

    def contribute(self, batches, seed):
        done = self.done("contribute", "--state", self.site, "--records",
                         f"synthetic:{batches * BATCH}:{seed}", "--labels", "attack", "--json")
        self.assertEqual(done["refused"], [])
        self.assertEqual(done["waiting"], 0)

    def coordinator(self, command, *arguments):
        return self.done("coordinator", command, OBJECT, *arguments, "--state", self.center,
                         "--json")

    def history(self):
        return self.coordinator("history")["rows"]

    def card(self):
        return self.done("models", "card", OBJECT, "--state", self.site, "--json")

    def test_a_tagged_version_is_there_long_after_the_newest_ones(self):
        self.contribute(3, seed=1)
        before, (newest, *_) = self.card(), self.history()
        self.assertEqual(newest["model_version"], before["model_version"])
        self.assertEqual(newest["kept_for"], ["last"])

        tagged = self.coordinator("tag", "before-audit")
        self.assertEqual(tagged["version"], newest["version"])
        for seed in range(2, 10):
            self.contribute(3, seed)

        rows = self.history()
        versions = [row["version"] for row in rows]
        self.assertGreater(versions[0], 20)
        self.assertEqual(versions, sorted(versions, reverse=True))
        self.assertEqual([row["kept_for"][0] for row in rows[:LAST]], ["last"] * LAST)
        older = {row["version"]: row for row in rows[LAST:]}
        self.assertEqual(older[newest["version"]]["tags"], ["before-audit"])
        self.assertEqual(older[newest["version"]]["kept_for"], ["tag"])
        self.assertEqual(older[1]["kept_for"], ["every"])
        self.assertNotIn(newest["version"] - 1, older)
        self.refuses_what_is_wrong(newest["version"], versions[0])

        # It outlives the coordinator, and one that keeps less.
        self.kill("coordinator")
        self.start_coordinator("--keep", "2")
        fewer = [row["version"] for row in self.history()]
        self.assertEqual(fewer[:2], versions[:2])
        self.assertIn(newest["version"], fewer)
        self.assertLess(len(fewer), len(versions))

        file = self.folder / "audited.trb"
        written = self.coordinator("checkout", "--tag", "before-audit", "--out", file)
        self.assertEqual(written["version"], newest["version"])
        self.assertEqual(written["model_version"], before["model_version"])
        self.assertEqual(file.stat().st_size, written["bytes"])
        self.refused("is not overwritten", "coordinator", "checkout", OBJECT, "--tag",
                     "before-audit", "--state", self.center, "--out", file)
        back = self.done("models", "rollback", OBJECT, "--state", self.site, "--from", file,
                         "--json")

        self.assertEqual(back["verdict"], "rolled-back")
        self.assertGreater(back["version"], versions[0])
        after = self.card()
        self.assertEqual(after["records"], before["records"])
        self.assertEqual(after["vectors"], before["vectors"])
        self.coordinator("untag", "before-audit")
        self.assertNotIn(newest["version"], [row["version"] for row in self.history()])

    def refuses_what_is_wrong(self, tagged, newest):
        at = ("--state", self.center)
        self.refused(f"stands for version {tagged}", "coordinator", "tag", OBJECT, "before-audit",
                     *at)
        self.refused(f"has no version {tagged - 1}", "coordinator", "tag", OBJECT, "other",
                     "--version", tagged - 1, *at)
        self.refused("has no tag nothing", "coordinator", "untag", OBJECT, "nothing", *at)
        self.refused("has no tag nothing", "coordinator", "checkout", OBJECT, "--tag", "nothing",
                     "--out", self.folder / "x", *at)
        self.refused("holds no version of an object kdd41/1:nobody", "coordinator", "history",
                     "kdd41/1:nobody", *at)
        wrong = self.run_program("coordinator", "checkout", OBJECT, "--out", self.folder / "x", *at)
        self.assertEqual(wrong.returncode, 2, wrong.stderr)
        wrong = self.run_program("coordinator", "tag", OBJECT, "two words", *at)
        self.assertEqual(wrong.returncode, 2, wrong.stderr)
        asked = self.run_program("coordinator", "history", OBJECT, "--state", self.site)
        self.assertNotEqual(asked.returncode, 0)
        self.assertFalse((self.folder / "x").exists())
        self.assertEqual(self.coordinator("tag", "moving")["version"], newest)
        self.coordinator("tag", "moving", "--move", "--version", newest - 1)
        text = self.run_program("coordinator", "history", OBJECT, *at).stdout
        line, = (line for line in text.splitlines() if "moving" in line)
        self.assertEqual(line.split()[0], str(newest - 1))
        self.coordinator("untag", "moving")


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1])
