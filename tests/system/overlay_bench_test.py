#!/usr/bin/env python3
"""`tributary bench overlay` with fewer processes: every row is there, and no contribution is lost or doubled.

Usage: overlay_bench_test.py PROGRAM
"""

import json
import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM = None
PATIENCE = 170


class OverlayBench(unittest.TestCase):
    def bench(self, *arguments):
        done = subprocess.run([PROGRAM, "bench", "overlay", *map(str, arguments), "--json"], text=True,
                              capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_every_workload_is_measured_and_every_contribution_is_there_once(self):
        # The benchmark itself refuses a result in which a contribution is missing or stands twice.
        result = self.bench("--members", 16, "--hand-overs", 800, "--ignored", 200, "--permutations", 1)

        rows = {(row["workload"], row["policy"]): row for row in result["rows"]}
        self.assertEqual(set(rows), {("walk", "static"), ("walk", "regret"), ("partners", "static"),
                                     ("partners", "regret"), ("throughput", "static"),
                                     ("throughput", "static, rotated at random")})
        for row in rows.values():
            self.assertGreater(row["mean_ms"], 0)
            self.assertLessEqual(row["p50_ms"], row["p99_ms"])
            self.assertGreaterEqual(row["edges"], 1)
        self.assertEqual(rows["walk", "static"]["rotations"], 0)
        self.assertGreater(rows["walk", "regret"]["rotations"], 0)
        self.assertGreater(rows["throughput", "static, rotated at random"]["rotations"], 0)
        # Edges are not a matter of how busy the machine is.
        self.assertLess(rows["walk", "regret"]["edges"], rows["walk", "static"]["edges"])
        self.assertEqual([figure["must"] for figure in result["figures"]], [0.8, 0.97, 0.85])

    def test_nothing_left_to_count_is_refused(self):
        done = subprocess.run([PROGRAM, "bench", "overlay", "--hand-overs", "10", "--ignored", "10"], text=True,
                              capture_output=True, check=False)

        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--ignored", done.stderr)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1], verbosity=2)
