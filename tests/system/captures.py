"""Captures made byte by byte, for tests of the programs."""

import struct


def capture_of(packets):
    """A pcap file of Ethernet frames, one a second."""
    file = struct.pack("<IHHQII", 0xa1b2c3d4, 2, 4, 0, 65535, 1)
    for second, packet in enumerate(packets):
        file += struct.pack("<IIII", second, 0, len(packet), len(packet)) + packet
    return file


def udp_frame(dst_port, payload=b"", vlan=0):
    tag = struct.pack(">HH", 0x8100, vlan) if vlan else b""
    udp = struct.pack(">HHHH", 5000, dst_port, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHIBBHII", 0x45, 0, 20 + len(udp), 0, 64, 17, 0, 0x0a000001, 0x0a000002)
    return bytes(12) + tag + struct.pack(">H", 0x0800) + ip + udp
