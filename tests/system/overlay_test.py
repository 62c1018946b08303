#!/usr/bin/env python3
"""`tributary overlay simulate` as a program: its keys, the published figures, and input that it refuses.

Usage: overlay_test.py PROGRAM DATA
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = TRACES = None
KEYS = ("nodes requests policy workload seed hops_mean rotations_per_request work makespan_rounds requests_per_round "
        "concurrent_clusters_mean new_links_per_rotation latency_rounds entropy repeat_share adjusting_pays cpu_seconds "
        "peak_bytes").split()


def run(*arguments):
    return subprocess.run([PROGRAM, "overlay", "simulate", *map(str, arguments)], capture_output=True, text=True,
                          timeout=120, check=False)


class Overlay(unittest.TestCase):
    def simulate(self, *arguments):
        done = run(*arguments, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def published(self, name):
        if not (TRACES / name).exists():
            self.skipTest(f"{name} is not there")
        return TRACES / name

    def refused(self, text, *words):
        with tempfile.TemporaryDirectory() as folder:
            trace = Path(folder) / "bad.trace"
            trace.write_text(text, encoding="utf-8")
            done = run("--trace", trace)
        self.assertEqual(done.returncode, 1, done.stdout)
        for word in ("bad.trace", *words):
            self.assertIn(word, done.stderr)

    def test_every_key_is_printed(self):
        result = self.simulate("--workload", "walk", "--nodes", 32, "--requests", 500)
        self.assertEqual([key for key in KEYS if key not in result], [])
        self.assertEqual(set(result["latency_rounds"]), {"p50", "p99"})
        self.assertEqual(set(result["entropy"]), {"src", "dst", "src_given_dst", "dst_given_src"})
        self.assertEqual((result["nodes"], result["requests"], result["schema"]), (32, 500, 1))

    def test_the_same_seed_gives_the_same_figures(self):
        one, other = (self.simulate("--workload", "pairs", "--nodes", 64, "--requests", 2000, "--seed", 7) for _ in "ab")
        for figures in (one, other):
            del figures["cpu_seconds"], figures["peak_bytes"]
        self.assertEqual(one, other)

    def test_splay_and_optimum_have_the_published_distances_on_facebook(self):
        trace = self.published("Facebook.csv.zst")
        self.assertAlmostEqual(self.simulate("--trace", trace, "--policy", "splay")["hops_mean"] / 9.06, 1, delta=0.05)
        self.assertAlmostEqual(self.simulate("--trace", trace, "--policy", "optimum")["hops_mean"] / 6.99, 1, delta=0.01)

    def test_splay_and_optimum_have_the_published_distances_on_microsoft(self):
        trace = self.published("Microsoft.csv.zst")
        self.assertAlmostEqual(self.simulate("--trace", trace, "--policy", "splay")["hops_mean"] / 3.085, 1, delta=0.05)
        self.assertAlmostEqual(self.simulate("--trace", trace, "--policy", "optimum")["hops_mean"] / 2.207, 1, delta=0.01)

    def test_the_default_pays_where_owners_walk_and_hurts_nowhere(self):
        for workload, most in (("walk", 0.75), ("all-to-one", 0.50), ("uniform", 1.10)):
            work = {policy: self.simulate("--workload", workload, "--policy", policy, "--brief")["work"]
                    for policy in ("regret", "static")}
            self.assertLessEqual(work["regret"], most * work["static"], workload)

    def test_an_id_beyond_the_nodes_is_refused_by_line(self):
        self.refused("4 2\n0 1\n2 4\n", "line 3", "4")

    def test_a_negative_id_is_refused_by_line(self):
        self.refused("4 2\n0 1\n-1 2\n", "line 3")

    def test_a_missing_field_is_refused_by_line(self):
        self.refused("4 2\n0 1\n2\n", "line 3")

    def test_an_empty_trace_is_refused(self):
        self.refused("")

    def test_an_unknown_policy_is_refused_with_the_known_ones(self):
        done = run("--workload", "walk", "--policy", "magic")
        self.assertIn(done.returncode, (1, 2))
        for word in ("magic", "regret", "counting"):
            self.assertIn(word, done.stderr)

    def test_a_trace_that_does_not_exist_is_named(self):
        done = run("--trace", "/no/such.trace")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/no/such.trace", done.stderr)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv[1]).resolve()
    TRACES = Path(os.environ.get("TRIBUTARY_DATA") or sys.argv[2]) / "overlay"
    unittest.main(argv=sys.argv[:1], verbosity=2)
