"""Rough biflows from packet captures and NetFlow captures: an independent reader for check_samples, not the project's meter."""
import ipaddress
import struct
import subprocess
from dataclasses import dataclass

IDLE = {6: 60.0, 17: 30.0}
IDLE_OTHER, LIFE, LINGER = 10.0, 300.0, 2.0
FIN, SYN, RST, ACK = 1, 2, 4, 16
TCP, UDP, ICMP6 = 6, 17, 58


@dataclass
class Flow:
    """One biflow; end a is where it was first seen to come from."""
    a: str
    b: str
    sport: int
    dport: int
    proto: int
    first: float
    last: float
    packets: list
    octets: list
    flags: list

    def closed(self):
        return bool((self.flags[0] | self.flags[1]) & RST or self.flags[0] & self.flags[1] & FIN)

    def forward(self):
        """0 when a is the client, by the direction rule: one-way, SYN without ACK, lower port, else first."""
        if not self.packets[0] or not self.packets[1]:
            return 0 if self.packets[0] else 1
        opens = [bool(flags & SYN and not flags & ACK) or bool(flags & SYN) and first for flags, first in
                 zip(self.flags, (True, False))]
        if self.proto == TCP and opens[0] != opens[1]:
            return 0 if opens[0] else 1
        if self.sport != self.dport and min(self.sport, self.dport) <= 49151:
            return 0 if self.dport < self.sport else 1
        return 0


class Table:
    """Packets or export records in, finished biflows out."""

    def __init__(self):
        self.open, self.done = {}, []

    def add(self, src, dst, sport, dport, proto, first, last, packets, octets, flags, starts):
        key = (src, dst, sport, dport, proto)
        flow, side = self.open.get(key), 0
        if flow is None:
            flow, side = self.open.get((dst, src, dport, sport, proto)), 1
        if flow is not None and self.ended(flow, first, last, starts):
            self.done.append(flow)
            self.open.pop((flow.a, flow.b, flow.sport, flow.dport, flow.proto))
            flow = None
        if flow is None:
            side = 0
            flow = self.open[key] = Flow(src, dst, sport, dport, proto, first, last, [0, 0], [0, 0], [0, 0])
        flow.first, flow.last = min(flow.first, first), max(flow.last, last)
        flow.packets[side] += packets
        flow.octets[side] += octets
        flow.flags[side] |= flags

    @staticmethod
    def ended(flow, first, last, starts):
        gap = first - flow.last
        if gap > IDLE.get(flow.proto, IDLE_OTHER) or last - flow.first > LIFE:
            return True
        return flow.proto == TCP and flow.closed() and (gap > LINGER or (starts and gap > 0))

    def flows(self):
        return sorted([*self.done, *self.open.values()], key=lambda flow: flow.first)


def read_pcap(path):
    """(time, captured bytes, length on the wire) of each packet of a pcap.zst file."""
    with subprocess.Popen(["zstd", "-dc", str(path)], stdout=subprocess.PIPE) as process:
        head = process.stdout.read(24)
        order = "<" if head[:4] == b"\xd4\xc3\xb2\xa1" else ">"
        if struct.unpack(order + "I", head[:4])[0] != 0xA1B2C3D4:
            raise ValueError(f"{path}: not a microsecond pcap")
        while len(header := process.stdout.read(16)) == 16:
            seconds, micros, captured, length = struct.unpack(order + "IIII", header)
            yield seconds + micros / 1e6, process.stdout.read(captured), length


def decode(frame):
    """(src, dst, sport, dport, proto, IP bytes, TCP flags, VLAN or None), or None when it is not IP."""
    kind, offset, vlan = struct.unpack_from("!H", frame, 12)[0], 14, None
    if kind == 0x8100:
        vlan, kind, offset = struct.unpack_from("!H", frame, 14)[0] & 0xFFF, struct.unpack_from("!H", frame, 16)[0], 18
    if kind == 0x0800:
        proto, size = frame[offset + 9], struct.unpack_from("!H", frame, offset + 2)[0]
        src, dst = (".".join(map(str, frame[at:at + 4])) for at in (offset + 12, offset + 16))
        first = struct.unpack_from("!H", frame, offset + 6)[0] & 0x1FFF == 0
        offset += (frame[offset] & 15) * 4
    elif kind == 0x86DD:
        proto, size, first = frame[offset + 6], 40 + struct.unpack_from("!H", frame, offset + 4)[0], True
        src, dst = (str(ipaddress.IPv6Address(frame[at:at + 16])) for at in (offset + 8, offset + 24))
        offset += 40
    else:
        return None
    sport = dport = flags = 0
    if proto in (TCP, UDP) and first and len(frame) >= offset + 4:
        sport, dport = struct.unpack_from("!HH", frame, offset)
        if proto == TCP and len(frame) > offset + 13:
            flags = frame[offset + 13]
    return src, dst, sport, dport, proto, size, flags, vlan


def from_packets(path):
    """Biflows of a packet capture and what to know of it: packets, longest frame and most of it in the file, tagged and
    IPv6 packets."""
    table, facts = Table(), {"packets": 0, "longest": 0, "captured": 0, "tagged": 0, "ipv6": 0}
    for moment, frame, length in read_pcap(path):
        facts["packets"] += 1
        facts["longest"] = max(facts["longest"], length)
        facts["captured"] = max(facts["captured"], len(frame))
        found = decode(frame)
        if found:
            src, dst, sport, dport, proto, size, flags, vlan = found
            facts["tagged"] += vlan is not None
            facts["ipv6"] += ":" in src
            table.add(src, dst, sport, dport, proto, moment, moment, 1, size, flags, bool(flags & SYN and not flags & ACK))
    return table.flows(), facts


def datagrams(path):
    """UDP payloads of a capture of exports, with the capture time."""
    for moment, frame, _ in read_pcap(path):
        if frame[12:14] == b"\x08\x00" and frame[23] == UDP:
            yield moment, frame[14 + (frame[14] & 15) * 4 + 8:]


def v5_records(path):
    for _, data in datagrams(path):
        version, count, uptime, seconds, nanos = struct.unpack_from("!HHIII", data)
        if version != 5:
            continue
        boot = seconds + nanos / 1e9 - uptime / 1e3
        for index in range(count):
            at = 24 + 48 * index
            packets, octets, first, last, sport, dport = struct.unpack_from("!IIIIHH", data, at + 16)
            flags, proto = data[at + 37], data[at + 38]
            src, dst = (".".join(map(str, data[where:where + 4])) for where in (at, at + 4))
            if proto not in (TCP, UDP):
                sport = dport = 0
            yield src, dst, sport, dport, proto, boot + first / 1e3, boot + last / 1e3, packets, octets, flags


TEMPLATE_EXPORTS = {9: (20, 0), 10: (16, 2)}  # by version: length of the header, id of the sets that hold templates


def template_count(path):
    """Data records in a capture of NetFlow v9 or IPFIX, and how many of them are IPv6, by templates."""
    sizes, records, v6 = {}, 0, 0
    for _, data in datagrams(path):
        version = struct.unpack_from("!H", data)[0]
        if version not in TEMPLATE_EXPORTS:
            continue
        at, templates = TEMPLATE_EXPORTS[version]
        while at + 4 <= len(data):
            kind, length = struct.unpack_from("!HH", data, at)
            if length < 4:
                break
            if kind == templates:
                learn_templates(data[at + 4:at + length], sizes)
            elif kind in sizes:
                found = (length - 4) // sizes[kind][0]
                records, v6 = records + found, v6 + (found if sizes[kind][1] else 0)
            at += length
    return records, v6


def learn_templates(data, sizes):
    at = 0
    while at + 4 <= len(data):
        number, count = struct.unpack_from("!HH", data, at)
        fields = [struct.unpack_from("!HH", data, at + 4 + 4 * index) for index in range(count)]
        sizes[number] = (sum(size for _, size in fields), any(kind == 27 for kind, _ in fields))
        at += 4 + 4 * count


def from_v5(path):
    table, count = Table(), 0
    for record in sorted(v5_records(path), key=lambda each: each[5]):
        count += 1
        flags = record[9]
        table.add(*record, bool(flags & SYN and not flags & ACK))
    return table.flows(), {"records": count}
