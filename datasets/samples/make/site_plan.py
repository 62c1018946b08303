"""Who is in the network: hosts, addresses and services of one organization in one run.

Train and test use other networks and other host numbers, so that nothing can be learnt from an address.
"""
import random
from dataclasses import dataclass, field

ORGS = ("campus", "hosting", "clinic")
RUNS = ("train", "test")
CLASSES = ("port-scan", "udp-scan", "slow-scan", "ssh-guessing", "http-guessing",
           "syn-flood", "slow-http", "dns-tunnel", "beacon")
LABELLED = {
    "campus": ("port-scan", "slow-scan", "dns-tunnel", "beacon"),
    "hosting": ("port-scan", "udp-scan", "ssh-guessing", "http-guessing", "syn-flood"),
    "clinic": ("http-guessing", "slow-http", "beacon"),
}
SOURCE_NAMES = {"campus": "campus-desk", "hosting": "hosting-noc", "clinic": "clinic-it"}

# Hosts that attack and also work. Their normal traffic keeps away from VICTIMS, so that address pairs tell the two apart;
# only images and backups (TCP 104 and 873) go to "files" from everybody, which mixed hosts therefore attack in UDP only.
MIXED = ("ws4", "ws5", "ws6", "ws7", "ws8", "partner")
VICTIMS = ("web2", "files", "cdn", "tun", "ws1", "ws2", "ws3")

INSIDE = {
    "dns": ("dnsmasq", "chronyd", "sshd"),
    "web1": ("nginx", "sshd"),
    "web2": ("nginx", "sshd"),
    "db": ("postgres", "redis", "sshd"),
    "mail": ("smtp", "sshd"),
    "files": ("rsync", "iperf3", "images", "nginx", "sshd"),
    "admin": (),
    "ws1": ("sshd",), "ws2": ("sshd",), "ws3": ("sshd",), "ws4": ("sshd",),
    "ws5": ("sshd",), "ws6": ("sshd",), "ws7": (), "ws8": (),
    "rogue1": (), "rogue2": (), "rogue3": (),
}
OUTSIDE = {
    "site": ("nginx",), "cdn": ("nginx",), "tun": ("nginx",), "client1": (), "client2": (),
    "partner": (), "evil1": (), "evil2": (),
}
LAB = {"lab1": ("nginx",), "lab2": ()}
LAB_VLAN = 20
TUNNEL_NETWORK = "172.29.0.0/24"


@dataclass(frozen=True)
class Host:
    name: str
    v4: str
    v6: str
    mac: str
    side: str  # "in", "out" or "lab"
    services: tuple
    delay_ms: float


@dataclass
class Site:
    org: str
    run: str
    number: int
    hosts: dict = field(default_factory=dict)

    @property
    def domain(self):
        return f"{self.org}.test"

    @property
    def inside_v4(self):
        return f"10.{self.number}.0.0/16"

    @property
    def outside_v4(self):
        return f"198.18.{self.number}.0/24"

    @property
    def inside_v6(self):
        return f"fd00:{self.number}::/64"

    def v4(self, name):
        return self.hosts[name].v4

    def v6(self, name):
        return self.hosts[name].v6

    def fqdn(self, name):
        return f"{name}.{self.domain}"

    def random(self, purpose):
        return random.Random(f"{self.org}/{self.run}/{purpose}")


def make_site(org, run):
    number = 21 + ORGS.index(org) + 40 * RUNS.index(run)
    site = Site(org, run, number)
    rng = site.random("addresses")
    inside_numbers = rng.sample(range(10, 250), len(INSIDE))
    outside_numbers = rng.sample(range(10, 250), len(OUTSIDE))
    for (name, services), low in zip(INSIDE.items(), inside_numbers):
        block = 1 if name.startswith(("ws", "rogue")) else 2
        site.hosts[name] = Host(name, f"10.{number}.{block}.{low}", f"fd00:{number}::{block}:{low}",
                                f"02:{number:02x}:01:00:{block:02x}:{low:02x}", "in", services, 0.0)
    for (name, services), low in zip(OUTSIDE.items(), outside_numbers):
        site.hosts[name] = Host(name, f"198.18.{number}.{low}", f"2001:db8:{number}::{low}",
                                f"02:{number:02x}:02:00:00:{low:02x}", "out", services,
                                round(rng.uniform(1.0, 18.0), 1))
    if org == "campus":
        for low, (name, services) in enumerate(LAB.items(), start=rng.randrange(10, 200)):
            site.hosts[name] = Host(name, f"10.{number}.200.{low}", f"fd00:{number}:200::{low}",
                                    f"02:{number:02x}:03:00:00:{low:02x}", "lab", services, 0.0)
    return site
