#!/usr/bin/env python3
"""Keys, joins and policies of real processes in the search tree, and their change while a service runs.

Usage: overlay_policy_test.py PROGRAM MEMBER
"""

import collections
import subprocess
import sys
import unittest
from pathlib import Path

from service import Service

PROGRAM = MEMBER = None
SITES = ("clinic.north", "clinic.south", "plant.east", "plant.west")
SENSORS, CONTRIBUTIONS, OBJECTS = 4, 25, 2


class OverlayPolicy(unittest.TestCase):
    def service(self, *options):
        service = Service(PROGRAM, MEMBER, "--tree", "search", *options)
        self.addCleanup(service.close)
        return service

    def join_sites(self, service, contributions=0):
        for sensor in range(SENSORS):
            for site in SITES:
                service.join(f"{site}.{sensor}", contributions, OBJECTS)
        return service.until_placed(SENSORS * len(SITES))

    def keys(self, service, *options):
        return service.ask("coordinator", "keys", "--state", service.state, *options)

    def runs(self, table, parts):
        """How often the site, or the organization, changes in the order of keys."""
        rows = sorted(table["rows"], key=lambda row: int(row["key"]))
        names = [".".join(row["name"].split(".")[:parts]) for row in rows]
        return sum(one != other for one, other in zip(names, names[1:]))

    def refused(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments)], text=True, capture_output=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_members_of_a_site_are_neighbours_in_key_order_and_stand_in_a_shallow_tree(self):
        service = self.service("--policy", "static")

        view = self.join_sites(service)

        table = self.keys(service)
        self.assertEqual(self.runs(table, 2), len(SITES) - 1)
        self.assertEqual(self.runs(table, 1), 1)
        self.assertEqual({member["key"] for member in view["members"]} - {row["key"] for row in table["rows"]},
                         {str(2**64 - 1)})
        self.assertLessEqual(max(member["depth"] for member in view["members"]), 8)

    def test_keys_survive_a_restart_of_the_coordinator_and_of_members(self):
        service = self.service()
        for number in range(3):
            service.join(f"site{number}")
        service.until_placed(3)
        before = self.keys(service)["rows"]

        service.kill("coordinator")
        service.start_coordinator("--tree", "search")
        service.kill("site1")
        service.join("site1")
        view = service.until_placed(3)

        self.assertEqual(self.keys(service)["rows"], before)
        self.assertEqual({member["key"] for member in view["members"]} - {row["key"] for row in before},
                         {str(2**64 - 1)})

    def test_a_bisection_gives_new_keys_which_members_have_when_they_start_again(self):
        service = self.service("--keys", "hash", "--policy", "static")
        self.assertIn("observed", self.refused("coordinator", "keys", "--state", service.state, "--bisect"))
        names = [f"site{number}" for number in range(6)]
        for name in names:
            service.join(name, CONTRIBUTIONS, OBJECTS)
        service.until_done()
        service.until(lambda: service.overlay()["hand_overs"] > 10, "no hand-over was reported")

        table = self.keys(service, "--bisect")
        self.assertGreater(table["changed"], 0)
        for name in names:
            service.kill(name)
        for name in names:
            service.join(name, CONTRIBUTIONS, OBJECTS)

        def moved():
            found = {member["name"]: member["key"] for member in service.overlay()["members"]}
            return all(found.get(row["name"]) == row["key"] for row in table["rows"])
        service.until(moved, "members do not stand at their new keys")

    def test_every_policy_can_be_chosen_while_members_work_and_nothing_is_lost(self):
        service = self.service("--policy", "static")
        names = [f"site{number}" for number in range(8)]
        for name in names:
            service.join(name, 2 * CONTRIBUTIONS, OBJECTS, pace_ms=100)

        for policy in ("splay", "lazy", "counting", "gate", "rebuild", "regret", "static"):
            chosen = service.ask("overlay", "policy", policy, "--state", service.state)
            self.assertEqual(chosen["policy"], policy)
            self.assertEqual(service.overlay()["policy"], policy)
        service.ask("overlay", "policy", "splay", "--state", service.state)
        service.until_done()

        view = service.until_placed(len(names))
        self.assertGreater(view["rotations"], 0)
        found = collections.Counter(
            (name, line) for name, body in service.objects().items() for line in body.split("\n") if line)
        self.assertEqual(set(found.values()), {1})
        self.assertEqual(len(found), len(names) * (2 * CONTRIBUTIONS + 2 * CONTRIBUTIONS // 5))

    def test_a_policy_chosen_at_run_time_outlives_the_coordinator(self):
        service = self.service()
        self.assertEqual(service.overlay()["policy"], "regret")
        service.ask("overlay", "policy", "lazy", "--state", service.state)

        service.kill("coordinator")
        service.start_coordinator("--tree", "search")
        kept = service.overlay()["policy"]
        service.kill("coordinator")
        service.start_coordinator("--tree", "search", "--policy", "static")

        self.assertEqual(kept, "lazy")
        self.assertEqual(service.overlay()["policy"], "static")

    def test_wrong_names_and_wrong_trees_are_refused(self):
        service = Service(PROGRAM, MEMBER)
        self.addCleanup(service.close)

        self.assertIn("regret", self.refused("overlay", "policy", "magic", "--state", service.state))
        self.assertIn("--tree search", self.refused("overlay", "policy", "splay", "--state", service.state))
        self.assertIn("--tree search", self.refused("coordinator", "keys", "--state", service.state))


if __name__ == "__main__":
    PROGRAM, MEMBER = (Path(name).resolve() for name in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1], verbosity=2)
