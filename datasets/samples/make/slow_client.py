"""Slow HTTP requests over many connections, without any tool: slow_client.py ADDRESS PORT CONNECTIONS GAP HOLD

Each connection sends a header line every GAP seconds and is dropped after about HOLD seconds.
"""
import random
import socket
import sys
import time


def open_slowly(address, port):
    link = socket.create_connection((address, port), timeout=5)
    link.sendall(b"GET /o/40k?%d HTTP/1.1\r\nHost: www\r\n" % random.randrange(9999))
    return link, time.monotonic()


def main():
    address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    gap, hold = float(sys.argv[4]), float(sys.argv[5])
    links = []
    for _ in range(count):
        link, began = open_slowly(address, port)
        links.append((link, began + hold * random.uniform(0.6, 1.3)))
        time.sleep(0.15)
    while links:
        time.sleep(gap * random.uniform(0.8, 1.2))
        kept = []
        for link, end in links:
            try:
                link.sendall(b"X-Wait: %d\r\n" % random.randrange(9999))
                if time.monotonic() < end:
                    kept.append((link, end))
                else:
                    link.close()
            except OSError:
                link.close()  # the server gave up on this one
        links = kept


if __name__ == "__main__":
    main()
