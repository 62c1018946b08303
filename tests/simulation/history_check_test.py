#!/usr/bin/env python3
"""A simulated history is linearizable for a checker that is not the simulator's, and not when a
stale read is planted. Usage: history_check_test.py PROGRAM CHECKER"""

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


if __name__ == "__main__":
    PROGRAM, CHECKER = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
