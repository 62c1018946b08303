"""The recorders: tcpdump on the inside bridge; for the clinic live softflowd exporters, captured on the export wire."""
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from network import add_collector

HEADER_BYTES = 74  # Ethernet, IPv6 and TCP without options
TIMEOUTS = ("tcp=60", "tcp.fin=2", "tcp.rst=2", "udp=30", "icmp=10", "maxlife=300", "expint=1")
NOT_FILLER = ("not", "ether", "proto", "0x88b5")


class Recorder:
    def __init__(self, folder):
        self.folder = folder
        self.dumps, self.exporters = [], []

    def capture(self, interface, name, snap, *expression):
        path = self.folder / f"{name}.pcap"
        if name.startswith("packets-"):
            expression = NOT_FILLER
        log = open(self.folder / f"{name}.log", "w", encoding="utf-8")
        process = subprocess.Popen(["tcpdump", "-n", "-i", interface, "-s", str(snap), "-B", "16384", "-Z", "root",
                                    "-w", path, *expression], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.dumps.append((name, process))

    def export(self, name, version, number, *more):
        """softflowd meters the bridge while the traffic passes and sends to a collector of its own."""
        collector = add_collector(f"nf{version}", number)
        self.capture(f"nf{version}", name, 0, "udp", "port", "2055")
        options = [part for item in TIMEOUTS for part in ("-t", item)]
        pid_file = Path(f"/run/softflowd-{version}.pid")
        # As a daemon: with -d it installs no signal handlers, and SIGTERM would lose the open flows.
        subprocess.run(["softflowd", "-i", "lan", "-v", str(version), "-n", f"{collector}:2055", "-m", "65536", "-C", "1514",
                        "-p", pid_file, "-c", f"/run/softflowd-{version}.ctl", *options, *more], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        self.exporters.append(int(pid_file.read_text(encoding="utf-8")))

    def alive(self):
        exporters = all(Path(f"/proc/{pid}/exe").exists() for pid in self.exporters)
        return exporters and all(process.poll() is None for _, process in self.dumps)

    def stop(self):
        """Exporters first, so that their last datagrams are still captured. Returns drops by capture."""
        for pid in self.exporters:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)  # the daemon is a child of ours: this process is the first of its pid namespace
        time.sleep(2)
        drops = {}
        for name, process in self.dumps:
            process.send_signal(signal.SIGINT)
            process.wait(20)
            log = self.folder / f"{name}.log"
            found = re.search(r"(\d+) packets? dropped by kernel", log.read_text(encoding="utf-8"))
            drops[name] = int(found.group(1)) if found else -1
            log.unlink()
        return drops
