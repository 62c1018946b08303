#!/usr/bin/env python3
"""Live capture as in the field: tcpreplay sends at its highest rate over a veth pair between two
network namespaces, and the meter must see every packet with its default settings.

Usage: live_capture_test.py PROGRAM SAMPLES
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = SAMPLES = None
PATIENCE = 100
SCAN_PACKETS = 500_000
MIXED_PACKETS = 200_000


def quiet(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


class LiveCapture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("network namespaces need root")
        for tool in ("ip", "tcpreplay"):
            if shutil.which(tool) is None:
                raise unittest.SkipTest(f"{tool} is not installed: scripts/setup --all")
        cls.sender, cls.receiver = f"trib-send-{os.getpid()}", f"trib-recv-{os.getpid()}"
        cls.folder = Path(tempfile.mkdtemp(prefix="tributary-live-"))
        cls.addClassCleanup(cls.clean)
        if not quiet("ip", "netns", "add", cls.sender) or not quiet("ip", "netns", "add", cls.receiver):
            raise unittest.SkipTest("network namespaces are not permitted here")
        cls.connect()
        subprocess.run([PROGRAM, "bench", "ingest", "--folder", cls.folder, "--samples", SAMPLES, "--runs",
                        "1", "--only", "libpcap-loop", "--scan-packets", str(SCAN_PACKETS),
                        "--mixed-packets", str(MIXED_PACKETS)],
                       check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)

    @classmethod
    def connect(cls):
        made = quiet("ip", "link", "add", "out0", "netns", cls.sender, "type", "veth", "peer", "name",
                     "in0", "netns", cls.receiver)
        if not made:
            raise unittest.SkipTest("veth pairs are not permitted here")
        for name, end in ((cls.sender, "out0"), (cls.receiver, "in0")):
            # Otherwise the hosts' own greetings would be counted.
            quiet("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
            quiet("ip", "-n", name, "link", "set", end, "mtu", "65535", "arp", "off", "up")

    @classmethod
    def clean(cls):
        for name in (cls.sender, cls.receiver):
            quiet("ip", "netns", "delete", name)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def meter(self):
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.receiver, PROGRAM, "flows", "--interface", "in0", "--stats"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.assertIn("capturing on in0", process.stderr.readline())
        return process

    def send(self, capture):
        sent = subprocess.run(
            ["ip", "netns", "exec", self.sender, "tcpreplay", "--topspeed", "--preload-pcap", "-i",
             "out0", str(capture)], capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(sent.returncode, 0, sent.stderr)
        packets = int(re.search(r"Successful packets:\s+(\d+)", sent.stdout).group(1))
        rate = float(re.search(r"([\d.]+) pps", sent.stdout).group(1))
        return packets, rate

    def check(self, name, packets):
        capture = self.folder / f"{name}.pcap"
        process = self.meter()
        sent, rate = self.send(capture)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, err)
        seen = json.loads(out)
        print(f"{name}: {sent} packets at {rate / 1e6:.3f} Mpps, {seen['packets']} seen, "
              f"{seen['kernel_drops']} dropped, {seen['flows']} flows, {seen['evictions']} evictions")
        self.assertEqual(sent, packets)
        self.assertEqual(seen["kernel_drops"], 0)
        self.assertEqual(seen["packets"], sent)
        return seen

    def test_a_syn_scan_at_the_highest_rate_is_seen_whole(self):
        seen = self.check("scan", SCAN_PACKETS)

        self.assertEqual(seen["flows"], SCAN_PACKETS)
        self.assertEqual(sum(seen["ended"].values()), SCAN_PACKETS)

    def test_mixed_traffic_at_the_highest_rate_is_seen_whole(self):
        seen = self.check("mixed", MIXED_PACKETS)

        read = subprocess.run([PROGRAM, "flows", "--input", "packets", "--stats", self.folder / "mixed.pcap"],
                              capture_output=True, text=True, timeout=PATIENCE, check=True)
        as_file = json.loads(read.stdout)
        # tcpreplay sends what was captured of a packet, so lengths may differ; kinds do not.
        for key in ("packets", "unknown_network", "unknown_link"):
            self.assertEqual(seen[key], as_file[key], key)

    def test_an_absent_interface_is_named_with_the_next_step(self):
        tried = subprocess.run([PROGRAM, "flows", "--interface", "absent0"], capture_output=True, text=True,
                               timeout=PATIENCE, check=False)

        self.assertEqual(tried.returncode, 1)
        self.assertIn("absent0", tried.stderr)
        self.assertIn("ip link", tried.stderr)


if __name__ == "__main__":
    PROGRAM, SAMPLES = (str(Path(argument).resolve()) for argument in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
