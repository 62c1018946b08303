"""The network of one site: a namespace per host, an inside bridge, a router, and a delayed wire to the outside bridge.

Everything is made inside the private namespaces of the calling process and vanishes with it.

    inside hosts -- lan (recorded here) -- gateway -- wire.py (delays) -- wan -- outside hosts
"""
import ctypes
import os
import subprocess
import sys
from pathlib import Path

from site_plan import LAB_VLAN

HERE = Path(__file__).resolve().parent
OFFLOADS = ("tx", "tso", "gso", "gro", "lro")
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def run(*command, check=True):
    return subprocess.run(command, check=check, stdout=subprocess.DEVNULL,
                          stderr=None if check else subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def inside(host, *command):
    """The command line that runs a program in a host's namespace."""
    return ["nsenter", f"--net=/run/netns/{host}", "--", *map(str, command)]


def enter(host):
    """Moves the calling thread, and all that it starts, into a host's namespace."""
    handle = os.open(f"/run/netns/{host}", os.O_RDONLY)
    if LIBC.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"setns {host}")
    os.close(handle)


def batch(lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def no_offload(interface, host=None):
    """Offloads would show the recorder packets larger than the wire carries, with checksums not yet filled in."""
    for feature in OFFLOADS:
        command = ["ethtool", "-K", interface, feature, "off"]
        run(*(inside(host, *command) if host else command), check=False)


def shape(host, interface, rate_mbit):
    run(*inside(host, "tc", "qdisc", "replace", "dev", interface, "root", "tbf",
                "rate", f"{rate_mbit}mbit", "burst", "16kb", "latency", "200ms"))


def sysctl(host, **values):
    for key, value in values.items():
        name = key.replace("__", ".")
        command = ["sysctl", "-q", "-w", f"{name}={value}"]
        run(*(inside(host, *command) if host else command))


def plug(name, bridge, mac):
    """A namespace with eth0, its other end on a bridge."""
    batch([f"netns add {name}",
           f"link add p-{name} type veth peer name eth0 netns {name} address {mac}",
           f"link set p-{name} master {bridge}", f"link set p-{name} up"])
    batch_in(name, ["link set lo up", "link set eth0 up"])
    no_offload(f"p-{name}")
    no_offload("eth0", name)


def batch_in(host, lines):
    subprocess.run(inside(host, "ip", "-batch", "-"), input="\n".join(lines) + "\n", text=True, check=True)


def add_host(site, host, rate_mbit):
    gateway4, gateway6, length = ((f"10.{site.number}.0.1", f"fd00:{site.number}::1", 16) if host.side == "in"
                                  else (f"198.18.{site.number}.1", f"2001:db8:{site.number}::1", 24))
    plug(host.name, "lan" if host.side == "in" else "wan", host.mac)
    batch_in(host.name, [f"addr add {host.v4}/{length} dev eth0", f"addr add {host.v6}/64 dev eth0 nodad",
                         f"route add default via {gateway4}", f"route add default via {gateway6}"])
    shape(host.name, "eth0", rate_mbit)


def add_lab_host(host, rate_mbit):
    """A host on the tagged segment; 1,496 bytes leave room for the tag in a frame of 1,514."""
    plug(host.name, "lan", host.mac.replace("02:", "06:", 1))
    sysctl(host.name, net__ipv6__conf__eth0__disable_ipv6=1)
    batch_in(host.name, ["tuntap add dev lan0 mode tap", f"link set lan0 address {host.mac} mtu 1496", "link set lan0 up",
                         f"addr add {host.v4}/24 dev lan0", f"addr add {host.v6}/64 dev lan0 nodad"])
    shape(host.name, "lan0", rate_mbit)
    subprocess.Popen(inside(host.name, sys.executable, HERE / "wire.py", "tag", "eth0", "lan0", LAB_VLAN))


def add_gateway(site):
    number = site.number
    plug("gateway", "lan", f"02:{number:02x}:00:00:00:01")
    batch(["link add wire-a type veth peer name eth1 netns gateway", "link add wire-b type veth peer name wire-c",
           "link set wire-c master wan", "link set wire-a up", "link set wire-b up", "link set wire-c up"])
    for interface in ("wire-a", "wire-b", "wire-c"):
        no_offload(interface)
    no_offload("eth1", "gateway")
    # What goes to a forged address is dropped in silence, as it would be lost in the Internet.
    batch_in("gateway", ["link set eth1 up",
                         f"addr add 10.{number}.0.1/16 dev eth0", f"addr add 198.18.{number}.1/24 dev eth1",
                         f"addr add fd00:{number}::1/64 dev eth0 nodad",
                         f"addr add 2001:db8:{number}::1/64 dev eth1 nodad",
                         "route add blackhole default", "route add blackhole ::/0"])
    sysctl("gateway", net__ipv4__ip_forward=1, net__ipv6__conf__all__forwarding=1)
    delays = ",".join(f"{host.mac}={host.delay_ms}" for host in site.hosts.values() if host.side == "out")
    subprocess.Popen([sys.executable, HERE / "wire.py", "delay", "wire-a", "wire-b", delays])


def add_collector(name, number):
    """A wire for flow exports only: its address here and at the collector's end."""
    here, there = f"192.0.2.{number}", f"192.0.2.{number + 1}"
    batch([f"netns add {name}", f"link add {name} type veth peer name eth0 netns {name}",
           f"addr add {here}/30 dev {name}", f"link set {name} up"])
    batch_in(name, [f"addr add {there}/30 dev eth0", "link set eth0 up"])
    no_offload(name)
    subprocess.Popen(inside(name, "socat", "-u", "UDP-RECV:2055", "OPEN:/dev/null"))
    return there


def add_filler():
    """A sink on the inside bridge and a sender of filler frames to it alone (why: wire.py)."""
    mac = "02:00:00:00:88:b5"
    batch(["link add fill-a type veth peer name fill-b", "link set fill-a master lan",
           "link set fill-a up", "link set fill-b up"])
    run("bridge", "fdb", "replace", mac, "dev", "fill-a", "master", "static")
    subprocess.Popen([sys.executable, HERE / "wire.py", "fill", "lan", mac])


def build(site):
    rng = site.random("links")
    os.makedirs("/run/netns", exist_ok=True)
    sysctl(None, net__ipv6__conf__all__disable_ipv6=1, net__ipv6__conf__default__disable_ipv6=1)
    batch(["link set lo up", "link add lan type bridge mcast_snooping 0", "link add wan type bridge mcast_snooping 0",
           "link set lan up", "link set wan up"])
    for host in site.hosts.values():
        rate = rng.choice((20, 30, 40, 50))
        stamps = rng.choice((0, 1))  # half of the machines do not use TCP timestamps
        if host.side == "lab":
            add_lab_host(host, rate)
        else:
            add_host(site, host, rate)
        sysctl(host.name, net__ipv4__tcp_timestamps=stamps)
    add_gateway(site)
