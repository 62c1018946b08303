#!/usr/bin/env python3
"""The programs as a user meets them: real processes on loopback in a temporary folder.

Usage: programs_test.py PROGRAM SAMPLES
"""

import json
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from captures import capture_of, udp_frame

PROGRAM = SAMPLES = None
PATIENCE = 60


def run(*arguments, timeout=PATIENCE):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, check=False)


class Programs(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tributary-test-"))
        self.running = []

    def tearDown(self):
        for process in self.running:
            process.kill()
            process.wait()
            process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, *map(str, arguments), "--json"], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.running.append(process)
        ready = json.loads(process.stdout.readline() or "{}")
        return process, ready

    def coordinate(self, listen="tcp://127.0.0.1:*"):
        return self.start("coordinator", "--state", self.folder / "coordinator", "--listen", listen)

    def join(self, name, *options):
        state = self.folder / name
        key = self.done("agent", "init", "--state", state, "--json")["public_key"]
        done = run("coordinator", "authorize", "--state", self.folder / "coordinator", "--name",
                   name, "--key", key)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.start("agent", "--state", state, "--name", name, "--invitation",
                          self.folder / "coordinator" / "invitation.json", *options)[0]

    def done(self, *arguments, timeout=PATIENCE):
        finished = run(*arguments, timeout=timeout)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        return json.loads(finished.stdout)

    def contribute(self, name, timeout=240):
        capture = {"clinic": "clinic-train-v9.pcap.zst"}.get(name, f"{name}-train.pcap.zst")
        return self.done("contribute", "--state", self.folder / name, "--rules",
                         SAMPLES / f"{name}-train.rules", SAMPLES / capture, "--json",
                         timeout=timeout)

    def models(self, name):
        rows = self.done("models", "--state", self.folder / name, "--json")["rows"]
        return {row["object"]: row for row in rows}

    def eventually(self, condition, what):
        """Polls, because another process must notice something; bounded."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.1)
        self.fail(what)

    # --- bad input ---------------------------------------------------------------------------

    def test_no_command_lists_them_and_exits_2(self):
        finished = run()
        self.assertEqual(finished.returncode, 2)
        self.assertIn("contribute", finished.stderr)
        self.assertEqual(run("flows", "--no-such-flag").returncode, 2)

    def test_a_truncated_capture_is_used_up_to_the_damage(self):
        whole = self.folder / "whole.pcap"
        packed = SAMPLES / "campus-test.pcap.zst"
        with whole.open("wb") as out:
            subprocess.run(["zstd", "-dcq", packed], stdout=out, check=True)
        cut = self.folder / "cut.pcap"
        size = whole.stat().st_size // 2 + 7
        with whole.open("rb") as source:
            cut.write_bytes(source.read(size))

        finished = run("flows", cut, "--stats")

        self.assertEqual(finished.returncode, 1)
        stats = json.loads(finished.stdout)
        self.assertGreater(stats["flows"], 100)
        self.assertIn("cut.pcap is damaged at byte", finished.stderr)
        offset = int(finished.stderr.split("damaged at byte ")[1].split(":")[0])
        self.assertLessEqual(abs(size - offset), 200)

    def test_a_file_that_is_no_capture_is_named(self):
        bad = self.folder / "bad.pcap"
        bad.write_bytes(b"this is no capture at all")
        finished = run("flows", bad)
        self.assertEqual(finished.returncode, 1)
        self.assertIn("bad.pcap", finished.stderr)
        missing = run("flows", self.folder / "absent.pcap")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("absent.pcap", missing.stderr)

    def test_without_a_coordinator_the_next_command_is_named(self):
        process, _ = self.coordinate()
        process.send_signal(signal.SIGKILL)
        process.wait()
        invitation = self.folder / "coordinator" / "invitation.json"

        finished = run("agent", "--state", self.folder / "a", "--name", "a", "--invitation",
                       invitation, "--join-seconds", "1")

        self.assertEqual(finished.returncode, 3)
        self.assertIn("tributary coordinator --state", finished.stderr)
        asked = run("models", "--state", self.folder / "a")
        self.assertEqual(asked.returncode, 3)
        self.assertIn("tributary agent --state", asked.stderr)

    def test_a_member_that_lost_the_coordinator_says_so_and_uses_what_it_read_last(self):
        coordinator, _ = self.coordinate()
        self.join("campus")
        self.contribute("campus")
        state = self.folder / "campus"
        row = self.models("campus")["flowctx/1:beacon"]
        coordinator.send_signal(signal.SIGKILL)
        coordinator.wait()
        self.eventually(lambda: not self.done("status", "--state", state, "--json")["connected"],
                        "the loss was not noticed")

        commands = (("models",), ("query", row["object"]),
                    ("detect", SAMPLES / "campus-test.pcap.zst", "--summary"))
        for command, *rest in commands:
            lost = run(command, "--state", state, *rest)
            self.assertEqual(lost.returncode, 3, lost.stderr)
            self.assertIn("tributary coordinator --state", lost.stderr)
            self.assertIn("--local", lost.stderr)
        for command, *rest in commands:
            local = run(command, "--state", state, *rest, "--local", "--json")
            self.assertEqual(local.returncode, 0, local.stderr)
            self.assertIn(row["object"], local.stdout)
        self.assertEqual(self.done("query", "--state", state, row["object"], "--local",
                                   "--json")["version"], row["version"])

    def test_asking_for_what_nobody_taught_leaves_nothing_behind(self):
        self.coordinate()
        self.join("campus")
        self.contribute("campus")
        state = self.folder / "campus"
        before = len(self.done("status", "--state", state, "--json")["objects"])

        confirm = ("models", "confirm", "--contributor", "site-x", "--contribution", "1")
        for command in (("query",), confirm):
            refused = run(*command, "--state", state, "flowctx/1:no-such-class")
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn("nobody has taught flowctx/1:no-such-class", refused.stderr)

        self.assertEqual(len(self.done("status", "--state", state, "--json")["objects"]), before)

    def test_a_missing_invitation_is_named_with_where_it_comes_from(self):
        finished = run("agent", "--state", self.folder / "a", "--name", "a", "--invitation",
                       self.folder / "nowhere.json")
        self.assertEqual(finished.returncode, 1)
        self.assertIn("nowhere.json", finished.stderr)
        self.assertIn("tributary coordinator --state", finished.stderr)

    def test_a_second_coordinator_on_the_folder_or_its_store_is_refused(self):
        self.coordinate()
        store = self.folder / "coordinator" / "objects.sqlite"
        same_folder = run("coordinator", "--state", self.folder / "coordinator")
        other_folder = run("coordinator", "--state", self.folder / "other", "--store", store)
        for finished in (same_folder, other_folder):
            self.assertEqual(finished.returncode, 1)
            self.assertIn("another coordinator leads", finished.stderr)
            self.assertIn("objects.sqlite", finished.stderr)

    def test_an_unknown_key_may_not_join(self):
        self.coordinate()
        finished = run("agent", "--state", self.folder / "stranger", "--name", "stranger",
                       "--invitation", self.folder / "coordinator" / "invitation.json",
                       "--join-seconds", "3")
        self.assertIn(finished.returncode, (3, 4))
        self.assertTrue("authorize" in finished.stderr or "does not answer" in finished.stderr)

    def test_a_misspelt_folder_authorizes_nobody(self):
        key = self.done("agent", "init", "--state", self.folder / "a", "--json")["public_key"]
        absent = self.folder / "centre"

        finished = run("coordinator", "authorize", "--state", absent, "--name", "a", "--key", key)

        self.assertEqual(finished.returncode, 1)
        self.assertIn("tributary coordinator --state", finished.stderr)
        self.assertFalse(absent.exists())

    def test_an_invited_site_enrolls_joins_and_is_revoked(self):
        self.coordinate()
        center = ("--state", self.folder / "coordinator")
        invitation = self.done("coordinator", "invite", *center, "--organization", "clinic",
                               "--json")["invitation"]
        state = ("--state", self.folder / "clinic")
        enrolled = self.done("enroll", invitation, *state, "--json")
        used = run("enroll", invitation, "--state", self.folder / "other")
        wrong = run("coordinator", "approve", *center, "--organization", "clinic",
                    "--fingerprint", "0000-0000-0000-0000")
        approved = self.done("coordinator", "approve", *center, "--organization", "clinic",
                             "--fingerprint", enrolled["fingerprint"], "--json")
        self.assertEqual(used.returncode, 4)
        self.assertIn("coordinator invite", used.stderr)
        self.assertEqual(wrong.returncode, 4)
        self.assertEqual(approved["fingerprint"], enrolled["fingerprint"])

        self.start("agent", *state)
        self.assertTrue(self.done("status", *state, "--json")["connected"])
        unasked = run("coordinator", "revoke", *center, "--organization", "clinic")
        revoked = run("coordinator", "revoke", *center, "--organization", "clinic", "--yes")

        self.assertEqual(unasked.returncode, 2)
        self.assertEqual(revoked.returncode, 0, revoked.stderr)
        self.eventually(lambda: not self.done("status", *state, "--json")["connected"],
                        "the revoked agent is still connected")
        rows = self.done("coordinator", "members", *center, "--json")["rows"]
        self.assertEqual([(row["organization"], row["standing"]) for row in rows],
                         [("clinic", "revoked")])

    def test_an_object_or_batch_of_another_schema_is_refused_by_name(self):
        self.coordinate()
        self.join("campus")
        self.contribute("campus")
        self.join("hosting", "--schema", "flow/1")
        state = self.folder / "hosting"
        capture = SAMPLES / "hosting-test.pcap.zst"
        batch = self.folder / "flowctx.batch"
        batch.write_bytes(subprocess.run([PROGRAM, "flows", "--format", "batch", capture],
                                         stdout=subprocess.PIPE, check=True).stdout)

        none_left = run("detect", "--state", state, capture)
        contributed = run("contribute", "--state", state, "--records", batch)

        self.assertEqual(none_left.returncode, 1)
        self.assertIn("flowctx/1:beacon (flowctx/1)", none_left.stderr)
        self.assertIn("tributary contribute --state", none_left.stderr)
        self.assertEqual(contributed.returncode, 1)
        self.assertIn("flowctx.batch holds records of flowctx/1, expected is flow/1",
                      contributed.stderr)

    def test_objects_of_two_schemas_serve_side_by_side(self):
        self.coordinate()
        self.join("campus")
        self.join("hosting", "--schema", "flow/1")
        for name in ("campus", "hosting"):
            self.contribute(name)
        rules = ("--rules", SAMPLES / "campus-test.rules")
        capture = SAMPLES / "campus-test.pcap.zst"

        for name, own, other in (("campus", "flowctx/1", "flow/1"),
                                 ("hosting", "flow/1", "flowctx/1")):
            state = ("--state", self.folder / name)
            detected = run("detect", *state, capture, "--summary")
            evaluated = run("evaluate", *state, capture, *rules, "--json")
            drift = self.done("status", *state, "--json")["drift"]

            for finished in (detected, evaluated):
                self.assertEqual(finished.returncode, 0, finished.stderr)
                self.assertEqual(finished.stderr.count(f"not of this site's schema {own}:"), 1)
                skipped = json.loads(finished.stdout.splitlines()[-1])["skipped_objects"]
                self.assertIn({"object": f"{other}:port-scan", "features": other}, skipped)
                self.assertEqual({row["features"] for row in skipped}, {other})
            self.assertTrue(drift)
            self.assertTrue(all(row["object"].startswith(own + ":") for row in drift))

        files = []
        for number, schema in enumerate(("flow/1", "flowctx/1")):
            files += ["--object", self.folder / f"{number}.object"]
            run("query", "--state", self.folder / "campus", f"{schema}:port-scan", "--output",
                files[-1])
        refused = run("detect", *files, capture)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("object flow/1:port-scan: the object is of schema flow/1", refused.stderr)

    def test_a_contribution_meters_as_it_is_told(self):
        self.coordinate()
        self.join("campus")
        capture = self.folder / "vlans.pcap"
        capture.write_bytes(capture_of([udp_frame(53, vlan=1), udp_frame(53, vlan=2)]))
        rules = self.folder / "a.rules"
        rules.write_text("tributary-rules 1\nsource desk\nlabel normal: port 53\n")

        for flows, options in ((1, ()), (2, ("--key-vlan",))):
            contributed = run("contribute", "--state", self.folder / "campus", "--rules", rules,
                              capture, "--json", *options)

            self.assertEqual(json.loads(contributed.stdout)["flows"], flows, contributed.stderr)

    def test_sampled_exports_train_only_when_allowed(self):
        self.coordinate()
        self.join("campus")
        record = struct.pack(">IIQIIIIHHBBBB8x", 0x0a000001, 0x0a000002, 0, 3, 300, 1000, 2500,
                             40000, 80, 0, 0x1b, 6, 0)
        header = struct.pack(">HHIIIIHH", 5, 1, 5000, 1_700_000_000, 0, 0, 0, 100)
        capture = self.folder / "sampled.pcap"
        capture.write_bytes(capture_of([udp_frame(2055, header + record)]))
        rules = self.folder / "a.rules"
        rules.write_text("tributary-rules 1\nsource desk\nlabel normal: port 80\n")
        told = ("contribute", "--state", self.folder / "campus", "--rules", rules, capture,
                "--json")
        batch = [PROGRAM, "flows", "--format", "batch", "--rules", rules, capture]

        refused = run(*told)
        allowed = run(*told, "--allow-sampled")
        withheld = subprocess.run(batch, capture_output=True, check=True)
        written = subprocess.run([*batch, "--allow-sampled"], capture_output=True, check=True)

        self.assertEqual(refused.returncode, 1)
        self.assertIn("1 of 1 flows come from sampled exports (one packet in 100)", refused.stderr)
        self.assertEqual(json.loads(allowed.stdout)["sampled"], 1)
        self.assertIn(b"1 flows of sampled exports", withheld.stderr)
        self.assertNotEqual(withheld.stdout, written.stdout)
        self.assertEqual(written.stderr, b"")

    # --- what must survive -------------------------------------------------------------------

    def test_the_coordinator_comes_back_with_its_objects_after_kill_9(self):
        process, ready = self.coordinate()
        self.join("campus")
        self.contribute("campus")
        before = self.models("campus")
        process.send_signal(signal.SIGKILL)
        process.wait()

        self.coordinate(listen=ready["endpoint"])

        self.assertEqual(self.models("coordinator"), before)
        self.eventually(lambda: self.done("status", "--state", self.folder / "campus",
                                          "--json")["connected"], "the agent did not join again")
        self.assertEqual(self.models("campus"), before)

    def test_a_killed_agent_disturbs_nobody(self):
        self.coordinate()
        victim = self.join("hosting")
        self.join("campus")
        doomed = subprocess.Popen(
            [PROGRAM, "contribute", "--state", self.folder / "hosting", "--rules",
             SAMPLES / "hosting-train.rules", SAMPLES / "hosting-train.pcap.zst"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.eventually(lambda: "flowctx/1:port-scan" in self.models("campus"),
                        "the first contribution did not arrive")
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        doomed.wait(PATIENCE)

        summary = self.contribute("campus")

        self.assertEqual(summary["waiting"], 0)
        self.assertEqual(summary["refused"], [])
        self.assertGreaterEqual(self.models("campus")["flowctx/1:port-scan"]["contributors"], 1)

    def test_a_killed_agent_contributes_the_rest_of_its_journal_when_it_is_back(self):
        self.coordinate()
        victim = self.join("campus")
        self.contribute("campus")
        reference = self.models("campus")["flowctx/1:port-scan"]["records"]
        doomed = subprocess.Popen(
            [PROGRAM, "contribute", "--state", self.folder / "campus", "--rules",
             SAMPLES / "campus-train.rules", SAMPLES / "campus-train.pcap.zst"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.eventually(
            lambda: self.models("coordinator")["flowctx/1:port-scan"]["records"] > reference,
            "the second round did not begin")
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        doomed.wait(PATIENCE)

        self.join("campus")

        # Once more the same capture, each batch exactly once: twice the records.
        self.eventually(lambda: self.done("status", "--state", self.folder / "campus",
                                          "--json")["journal"] == 0, "the journal did not empty")
        self.assertEqual(self.models("campus")["flowctx/1:port-scan"]["records"], 2 * reference)


if __name__ == "__main__":
    PROGRAM, SAMPLES = sys.argv[1], Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1], verbosity=2)
