"""One organization, one run: builds the network, lives in it for some minutes, records it, and writes captures and rules.

Runs inside private mount, pid and network namespaces made by make_samples; nothing of it is visible outside, or stays.
usage: site_run.py ORG RUN MINUTES OUT
"""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import attacks
import habits
import network
import rules
import schedule
import servers
from record import HEADER_BYTES, Recorder
from site_plan import make_site

SETTLE_SECONDS = 4
DRAIN_SECONDS = 6


def private_run():
    """An own /run, so that pid files, sockets and namespaces of several sites cannot meet."""
    resolv = os.path.realpath("/etc/resolv.conf")
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    for folder in ("/run/netns", "/run/sshd", "/run/chrony", "/run/softflowd/chroot", "/run/lock", servers.WORK):
        os.makedirs(folder, exist_ok=True)
    os.environ["HOME"] = str(servers.WORK)
    return resolv


def start_recorders(site, out):
    recorder = Recorder(out)
    if site.org != "clinic":
        recorder.capture("lan", f"{site.org}-{site.run}", HEADER_BYTES)
        return recorder
    recorder.capture("lan", f"packets-{site.org}-{site.run}", HEADER_BYTES)
    network.add_filler()
    recorder.export(f"{site.org}-{site.run}-v5", 5, 8)
    recorder.export(f"{site.org}-{site.run}-v9", 9, 12)
    if site.run == "test":
        recorder.export(f"{site.org}-{site.run}-ipfix", 10, 16, "-A", "micro")
    return recorder


def live(site, duration):
    """Everybody works and the attackers attack until the end. Returns the attacker with its windows."""
    begin = time.time()
    children = [habits.live(site, name, begin + duration) for name in site.hosts if habits.of(site, name)]
    for name in habits.TIME_CLIENTS[site.org]:
        servers.chrony_client(site, name, 4 if site.org == "clinic" else 5)
    attacker = attacks.Attacker(site, begin, duration)
    threads = schedule.start(attacker)
    for child in children:
        os.waitpid(child, 0)
    for thread in threads:
        thread.join(10)
    attacker.failures += [f"thread of {thread.name} did not end" for thread in threads if thread.is_alive()]
    return attacker


def main():
    org, run, minutes, out = sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(sys.argv[4])
    site = make_site(org, run)
    resolv = private_run()
    network.build(site)
    servers.make_files(site)
    servers.make_users()
    servers.hide(resolv, f"nameserver {site.v4('dns')}\noptions timeout:2 attempts:1\n")
    (servers.WORK / "bench.sql").write_text("select count(*) from generate_series(1, 500);\n")
    servers.serve(site)
    attacks.tunnel_servers(site)
    time.sleep(SETTLE_SECONDS)
    recorder = start_recorders(site, out)
    time.sleep(1)
    attacker = live(site, minutes * 60)
    time.sleep(DRAIN_SECONDS)
    if not recorder.alive():
        attacker.failures.append("a recorder died")
    drops = recorder.stop()
    rules.write_rules(out / f"{org}-{run}.rules", site, attacker.windows)
    (out / f"{org}-{run}.json").write_text(json.dumps({"drops": drops, "failures": attacker.failures}))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main()
