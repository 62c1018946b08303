#!/usr/bin/env python3
"""A simulated history is linearizable for checkers that are not the simulator's, and not when a
stale read is planted: a search, and an SMT solver (skipped when z3 is not installed).
Usage: history_check_test.py PROGRAM CHECKER"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = CHECKER = None


class HistoryCheck(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.history = Path(self.folder.name) / "history.jsonl"
        done = subprocess.run(
            [PROGRAM, "simulate", "--all-faults", "--seed", "4", "--processes", "12", "--objects",
             "5", "--operations", "1200", "--check-every", "0", "--history", self.history],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def tearDown(self):
        self.folder.cleanup()

    def check(self, *arguments):
        return subprocess.run([sys.executable, CHECKER, self.history, *arguments],
                              capture_output=True, text=True, timeout=120, check=False)

    def test_a_history_of_1500_operations_is_accepted(self):
        checked = self.check()

        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertGreaterEqual(int(checked.stdout.split()[1]), 1500)

    def test_a_planted_stale_read_is_refused(self):
        checked = self.check("--plant-stale-read")

        self.assertEqual(checked.returncode, 1, checked.stdout + checked.stderr)
        self.assertIn("not linearizable", checked.stdout)

    def solved(self, *arguments):
        """What an SMT solver says, and of how many operations."""
        if shutil.which("z3") is None:
            self.skipTest("z3 is not installed (scripts/setup --all)")
        writer = Path(CHECKER).with_name("history_to_smt.py")
        question = subprocess.run([sys.executable, writer, self.history, *arguments],
                                  capture_output=True, text=True, check=True).stdout
        file = Path(self.folder.name) / "question.smt2"
        file.write_text(question, encoding="utf-8")
        answer = subprocess.run(["z3", "-T:120", file], capture_output=True, text=True,
                                check=False).stdout.strip()
        return answer, int(question.split()[1])

    def test_a_solver_finds_an_order_of_1500_operations(self):
        answer, operations = self.solved()

        self.assertEqual(answer, "sat")
        self.assertGreaterEqual(operations, 1500)

    def test_a_solver_finds_none_with_a_planted_stale_read(self):
        self.assertEqual(self.solved("--plant-stale-read")[0], "unsat")

    def test_several_seeds_have_a_file_each(self):
        file = Path(self.folder.name) / "runs.jsonl"
        done = subprocess.run(
            [PROGRAM, "simulate", "--seed", "7", "--seeds", "3", "--operations", "20", "--history",
             file, "--record", file.with_name("events.jsonl")],
            capture_output=True, text=True, check=False)

        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertFalse(file.exists())
        for seed in (7, 8, 9):
            self.assertTrue(file.with_name(f"runs-{seed}.jsonl").stat().st_size > 0)
            replayed = subprocess.run(
                [PROGRAM, "simulate", "--replay", file.with_name(f"events-{seed}.jsonl")],
                capture_output=True, text=True, check=False)
            self.assertEqual(replayed.returncode, 0, replayed.stderr)

    def test_several_seeds_are_rows_of_one_object(self):
        def printed(*arguments):
            done = subprocess.run([PROGRAM, "simulate", "--operations", "20", "--json", *arguments],
                                  capture_output=True, text=True, check=True)
            return json.loads(done.stdout)

        several = printed("--seed", "7", "--seeds", "2", "--shrink")
        one = printed("--seed", "8")

        self.assertEqual(several["schema"], 1)
        self.assertEqual([row["seed"] for row in several["rows"]], [7, 8])
        self.assertGreaterEqual(several["rows"][0]["operations"], 20)
        self.assertEqual(one["schema"], 1)
        for key in ("events", "stimuli", "counters"):
            self.assertEqual(one[key], several["rows"][1][key])
        skipped = printed("--seed", "8", "--skip", f"2-{one['stimuli']}")
        self.assertEqual(skipped["skipped"], one["stimuli"] - 1)
        self.assertLess(skipped["events"], one["events"])

    def test_a_changed_event_log_is_refused_by_line_and_reason(self):
        log = Path(self.folder.name) / "events.jsonl"
        subprocess.run([PROGRAM, "simulate", "--operations", "20", "--record", log],
                       capture_output=True, check=True)
        lines = log.read_text(encoding="utf-8").splitlines()
        lines[40] = lines[40].replace('"at":', '"at":1')
        log.write_text("\n".join(lines) + "\n", encoding="utf-8")

        replayed = subprocess.run([PROGRAM, "simulate", "--replay", log], capture_output=True,
                                  text=True, check=False)

        self.assertEqual(replayed.returncode, 1)
        self.assertIn("line 41: its seal does not fit", replayed.stderr)


if __name__ == "__main__":
    PROGRAM, CHECKER = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
