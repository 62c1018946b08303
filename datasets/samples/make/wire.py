"""Frame relays in user space, for kernels without netem and without 802.1Q devices.

wire.py delay A B MAC=MS,MAC=MS...   joins two interfaces; frames from or to a MAC wait half of its round trip
wire.py tag ETH TAP VLAN             makes TAP an access port of VLAN on the trunk ETH
wire.py fill INTERFACE MAC           sends frames that are nobody's traffic, see fill()
"""
import fcntl
import heapq
import os
import select
import socket
import struct
import sys
import time

ETH_P_ALL = 3
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_AUXDATA = 263, 8
SO_RCVBUFFORCE = 33
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
STATUS_VLAN_VALID = 1 << 4
FILLER_TYPE = 0x88B5


def open_interface(name):
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    raw.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    raw.bind((name, ETH_P_ALL))
    raw.setblocking(False)
    return raw


def drain(raw):
    """All frames that wait on the socket, without those that this host sent itself."""
    frames = []
    while len(frames) < 256:
        try:
            frame, address = raw.recvfrom(2048)
        except BlockingIOError:
            break
        if address[2] != PACKET_OUTGOING:
            frames.append(frame)
    return frames


def send(raw, frame):
    try:
        raw.send(frame)
    except OSError:
        pass  # a full queue loses the frame, as a real wire would


def relay_with_delay(name_a, name_b, delays):
    a, b = open_interface(name_a), open_interface(name_b)
    other = {a: b, b: a}
    queue, serial = [], 0
    while True:
        wait = max(0.0, queue[0][0] - time.monotonic()) if queue else 1.0
        ready, _, _ = select.select([a, b], [], [], wait)
        now = time.monotonic()
        for raw in ready:
            for frame in drain(raw):
                delay = delays.get(frame[0:6]) or delays.get(frame[6:12]) or 0.0005
                heapq.heappush(queue, (now + delay, serial, other[raw], frame))
                serial += 1
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            _, _, target, frame = heapq.heappop(queue)
            send(target, frame)


def open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def read_tagged(trunk, vlan):
    """One frame of the VLAN without its tag (the kernel hands the tag over beside the frame), else None."""
    frame, ancillary, _, address = trunk.recvmsg(2048, 256)
    if address[2] == PACKET_OUTGOING:
        return None
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci = struct.unpack("IIIHHH", data[:18])
            if status & STATUS_VLAN_VALID and tci & 0xFFF == vlan:
                return frame
    return None


def relay_with_tag(trunk_name, tap_name, vlan):
    tap, trunk = open_tap(tap_name), open_interface(trunk_name)
    trunk.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    tag = struct.pack("!HH", 0x8100, vlan)
    while True:
        ready, _, _ = select.select([tap, trunk], [], [])
        if tap in ready:
            frame = os.read(tap, 2048)
            send(trunk, frame[:12] + tag + frame[12:])
        if trunk in ready:
            frame = read_tagged(trunk, vlan)
            if frame:
                os.write(tap, frame)


def fill(interface, mac):
    """softflowd 1.1.0 opens its capture without a time limit: packets reach it only when a block of 256 KB is full.

    Frames of an experimental type, which it ignores and the recorders filter, fill a block about every second.
    """
    raw = open_interface(interface)
    address = bytes.fromhex(mac.replace(":", ""))
    frame = address + address + struct.pack("!H", FILLER_TYPE) + bytes(1500)
    while True:
        send(raw, frame)
        drain(raw)
        time.sleep(0.005)


def parse_delays(text):
    pairs = (item.split("=") for item in text.split(","))
    return {bytes.fromhex(mac.replace(":", "")): float(ms) / 2000.0 for mac, ms in pairs}


if __name__ == "__main__":
    if sys.argv[1] == "delay":
        relay_with_delay(sys.argv[2], sys.argv[3], parse_delays(sys.argv[4]))
    elif sys.argv[1] == "tag":
        relay_with_tag(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        fill(sys.argv[2], sys.argv[3])
