#!/usr/bin/env python3
"""`tributary overlay` beside a running coordinator: the tree, the objects and the numbers of real processes.

Usage: overlay_live_test.py PROGRAM MEMBER
"""

import collections
import subprocess
import sys
import unittest
from pathlib import Path

from service import Service

PROGRAM = MEMBER = None
MEMBERS, CONTRIBUTIONS, OBJECTS = 8, 40, 3


class OverlayLive(unittest.TestCase):
    def service(self, *options):
        service = Service(PROGRAM, MEMBER, *options)
        self.addCleanup(service.close)
        return service

    def work(self, service):
        for number in range(MEMBERS):
            service.join(f"member{number}", CONTRIBUTIONS, OBJECTS)
        service.until_done()
        return service.until_placed(MEMBERS)

    def check_tree(self, view, most_children):
        children = collections.Counter(member["parent"] for member in view["members"])
        self.assertEqual(children[None], 1)
        for parent, number in children.items():
            self.assertLessEqual(number, 1 if parent is None else most_children)
        names = {member["name"] for member in view["members"]}
        self.assertEqual(names, {"coordinator", *(f"member{number}" for number in range(MEMBERS))})

    def check_numbers(self, view):
        self.assertEqual({place["object"] for place in view["objects"]},
                         {f"object-{number}" for number in range(OBJECTS)})
        # Each object that migrates comes to somebody; the owner may contribute again without it.
        self.assertGreater(view["hand_overs"], MEMBERS)
        self.assertLessEqual(view["hand_overs"], 2 * MEMBERS * CONTRIBUTIONS)
        self.assertEqual(view["hand_overs"], sum(each["hand_overs"] for each in view["members"]))
        hops = view["hops"]
        self.assertLessEqual(1, hops["p50"])
        self.assertLessEqual(hops["p50"], hops["p99"])
        self.assertLessEqual(hops["p99"], 2 * MEMBERS)

    def test_a_search_tree_that_rotates_is_shown_as_it_is(self):
        service = self.service("--tree", "search")

        view = self.work(service)

        self.assertEqual((view["schema"], view["tree"], view["policy"]), (1, "search", "regret"))
        self.check_tree(view, 2)
        self.check_numbers(view)
        self.check_order(view)
        self.assertEqual(view["rotations"], sum(each["rotations"] for each in view["members"]))
        self.assertEqual(view["alpha"] is None, view["rotations"] == 0)
        at_rest = self.at_rest(service)
        holders = {member["id"]: member["objects"] for member in at_rest["members"]}
        for place in at_rest["objects"]:
            self.assertIn(place["object"], holders[place["at"]])

    def at_rest(self, service):
        def rests():
            view = service.overlay()
            return view if all(place["at"] for place in view["objects"]) else None
        return service.until(rests, "an object was nowhere, though nobody asked for it any more")

    def check_order(self, view):
        """Left of a process are smaller keys only, right of it larger ones: its subtree is an interval."""
        below = collections.defaultdict(list)
        for member in view["members"]:
            below[member["parent"]].append(member)

        def keys(member):
            under = [keys(child) for child in below[member["id"]]]
            own = int(member["key"])
            for each in under:
                self.assertTrue(max(each) < own or min(each) > own)
            return [own, *(key for each in under for key in each)]

        self.assertEqual(len(keys(below[None][0])), MEMBERS + 1)

    def test_the_kary_tree_is_shown_without_keys(self):
        view = self.work(self.service("--degree", "3"))

        self.assertEqual((view["tree"], view["policy"], view["alpha"]), ("kary", None, None))
        self.check_tree(view, 3)
        self.check_numbers(view)

    def test_a_killed_member_leaves_the_view(self):
        service = self.service("--tree", "search")
        for number in range(4):
            service.join(f"member{number}")
        service.until_placed(4)

        service.kill("member2")

        view = service.until_placed(3)
        self.assertNotIn("member2", [member["name"] for member in view["members"]])

    def test_an_agent_names_whom_to_ask(self):
        service = self.service()
        service.processes["clinic"] = agent = subprocess.Popen(
            [PROGRAM, "agent", "--state", self.enrolled(service), "--name", "clinic", "--invitation",
             service.state / "invitation.json", "--json"], text=True, stdout=subprocess.PIPE)
        self.assertTrue(agent.stdout.readline())

        done = subprocess.run([PROGRAM, "overlay", "--state", service.folder / "clinic"], text=True,
                              capture_output=True, check=False)

        self.assertNotEqual(done.returncode, 0)
        self.assertIn("coordinator", done.stderr)

    def enrolled(self, service):
        state = service.folder / "clinic"
        made = subprocess.run([PROGRAM, "agent", "init", "--state", state], text=True,
                              capture_output=True, check=True)
        (service.state / "authorized" / "clinic").write_text(made.stdout)
        return state

    def test_without_a_folder_the_command_says_what_it_needs(self):
        done = subprocess.run([PROGRAM, "overlay"], text=True, capture_output=True, check=False)

        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--state", done.stderr)


if __name__ == "__main__":
    PROGRAM, MEMBER = (Path(name).resolve() for name in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1], verbosity=2)
