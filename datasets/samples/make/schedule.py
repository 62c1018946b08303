"""When which attack happens: the long ones from beginning to end, the short ones at shuffled moments."""
import threading
import time
from collections import Counter

from site_plan import CLASSES, LABELLED

# Each row: method of Attacker and its arguments. Hosts named ws* and partner also have normal traffic.
LONG = {
    "train": [("slow_scan", "ws8", "web2", 7000, 5, "nmap-syn"), ("slow_scan", "rogue1", "files", 100, 7, "nmap-connect"),
              ("slow_scan", "rogue2", "web2", 3000, 6, "nmap-syn"),
              ("slow_scan", "ws7", "web2", 9500, 8, "nping-connect"), ("slow_scan", "rogue3", "files", 5000, 7, "nping-syn"),
              ("dns_tunnel", "ws7", "iodine"), ("dns_tunnel", "rogue3", "iodine"), ("dns_tunnel", "rogue1", "iodine"),
              ("beacon", "ws6", 8443, 12, 0.08, "curl"), ("beacon", "rogue2", 443, 17, 0.15, "curl"),
              ("beacon", "ws8", 8080, 10, 0.05, "python"), ("beacon", "ws4", 80, 14, 0.1, "curl"),
              ("beacon", "rogue3", 8443, 23, 0.12, "python")],
    "test": [("slow_scan", "ws8", "web2", 20, 9, "hping3"), ("slow_scan", "rogue1", "files", 5900, 6, "nmap-connect"),
             ("dns_tunnel", "ws7", "iodine"), ("dns_tunnel", "rogue3", "dns2tcp"),
             ("beacon", "ws6", 443, 15, 0.12, "wget"), ("beacon", "rogue1", 8443, 22, 0.06, "python"),
             ("beacon", "ws4", 80, 19, 0.1, "wget")],
}
SHORT = {
    "train": [("port_scan", "ws6", "web2", 100, 60, "syn"), ("port_scan", "ws4", "ws2", 1, 60, "connect"),
              ("port_scan", "evil1", "files", 850, 50, "connect6"), ("port_scan", "ws4", "ws3", 8000, 50, "syn-slowish"),
              ("port_scan", "evil2", "files", 2000, 60, "masscan-fast"), ("port_scan", "evil1", "files", 4000, 50, "masscan-slow"),
              ("port_scan", "evil2", "web2", 5000, 50, "nping"), ("port_scan", "ws5", "ws2", 600, 50, "nping-connect"),
              ("port_scan", "ws6", "ws3", 3000, 60, "masscan-brisk"), ("port_scan", "partner", "web2", 9000, 60, "masscan-calm"),
              ("port_scan", "ws5", "ws1", 1500, 60, "syn"),
              ("udp_scan", "evil2", "files", 30, 100, "nmap"), ("udp_scan", "ws5", "web2", 500, 90, "nmap-fast"),
              ("udp_scan", "ws6", "web2", 700, 60, "nping"),
              ("ssh_guessing", "evil2", "web2", 70, "medusa"), ("ssh_guessing", "partner", "files", 70, "medusa"),
              ("ssh_guessing", "evil2", "web2", 50, "medusa-slow"), ("ssh_guessing", "evil1", "files", 50, "loop"),
              ("ssh_guessing", "evil1", "web2", 50, "loop"), ("ssh_guessing", "partner", "web2", 60, "medusa-slow"),
              ("ssh_guessing", "ws4", "web2", 60, "medusa"), ("ssh_guessing", "ws5", "web2", 50, "loop"),
              ("ssh_guessing", "partner", "files", 50, "loop"), ("ssh_guessing", "evil2", "files", 40, "hydra6"),
              ("http_guessing", "ws6", "web2", 80, 50, "hydra"), ("http_guessing", "ws4", "web2", 8080, 35, "hydra-slow"),
              ("http_guessing", "ws4", "web2", 80, 40, "ncrack-slow"), ("http_guessing", "evil1", "web2", 8080, 30, "loop"),
              ("http_guessing", "evil2", "files", 80, 40, "python-challenge"), ("http_guessing", "evil1", "files", 8080, 30, "hydra-slow"),
              ("http_guessing", "rogue2", "files", 80, 30, "nmap"), ("http_guessing", "ws6", "files", 80, 40, "nmap-fast"),
              ("http_guessing", "evil2", "files", 8080, 30, "wget"), ("http_guessing", "ws5", "web2", 8080, 40, "burst"),
              ("http_guessing", "partner", "files", 8080, 40, "challenge-burst"),
              ("http_guessing", "rogue3", "web2", 80, 30, "challenge"),
              ("http_guessing", "ws6", "web2", 8080, 50, "rush"), ("http_guessing", "evil1", "web2", 80, 45, "python-challenge-rush"),
              ("http_guessing", "rogue1", "web2", 80, 50, "hydra-rush"), ("http_guessing", "rogue2", "web2", 8080, 40, "python"),
              ("syn_flood", "ws6", "web2", 80, 120, "forged"), ("syn_flood", "ws5", "web2", 443, 120, "own"),
              ("syn_flood", "evil1", "web2", 8080, 100, "forged-slow"), ("syn_flood", "evil2", "files", 22, 100, "own-slow"),
              ("syn_flood", "evil1", "files", 80, 100, "forged"), ("syn_flood", "ws4", "web2", 443, 100, "own"),
              ("slow_http", "ws5", "web2", 80, 90, "headers"), ("slow_http", "partner", "web2", 80, 90, "body"),
              ("slow_http", "evil2", "web2", 8080, 60, "headers-long"), ("slow_http", "partner", "web2", 8080, 60, "read"),
              ("slow_http", "evil1", "files", 80, 60, "headers"), ("slow_http", "rogue3", "files", 8080, 50, "body"),
              ("slow_http", "rogue1", "files", 80, 50, "headers-quick")],
    "test": [("port_scan", "evil1", "files", 70, 60, "masscan"), ("port_scan", "ws4", "ws1", 430, 60, "connect"),
             ("port_scan", "evil1", "web2", 60, 40, "connect6"), ("port_scan", "ws6", "web2", 3000, 50, "masscan"),
             ("udp_scan", "evil2", "web2", 100, 60, "masscan"), ("udp_scan", "ws5", "files", 40, 70, "hping3"),
             ("ssh_guessing", "evil1", "files", 60, "ncrack"), ("ssh_guessing", "partner", "web2", 60, "ncrack"),
             ("ssh_guessing", "ws5", "web2", 20, "loop6"),
             ("http_guessing", "evil2", "web2", 8080, 60, "medusa"), ("http_guessing", "ws4", "web2", 80, 60, "ncrack"),
             ("syn_flood", "evil1", "web2", 443, 90, "forged-fast"), ("syn_flood", "ws5", "web2", 80, 90, "own-fast"),
             ("slow_http", "evil1", "web2", 80, 60, "own"), ("slow_http", "partner", "web2", 80, 50, "body")],
}
PAUSE_ROWS = 2  # so many rows of others stand between two rows of one attacker, where that is possible
OTHERS = 1  # rows of each class that the organization does not label; they stay unknown in training
LONG_START, SHORT_FIRST, SHORT_LAST = 0.02, 0.04, 0.84


def at(attacker, moment, row):
    method, *arguments = row
    time.sleep(max(0, moment - time.time()))
    try:
        getattr(attacker, method)(*arguments)
    except (OSError, RuntimeError, KeyError) as error:
        attacker.failures.append(f"{row}: {error}")


def class_of(row):
    return row[0].replace("_", "-")


def chosen(rows, labelled, rng):
    """In training most attacks are of the classes that the organization labels."""
    rows = list(rows)
    rng.shuffle(rows)
    seen = Counter()
    result = []
    for row in rows:
        seen[class_of(row)] += 1
        if class_of(row) in labelled or seen[class_of(row)] <= OTHERS:
            result.append(row)
    return result


def apart(rows, rng):
    """A random order in which one attacker's rows keep their distance, the busiest attackers first."""
    left, order = list(rows), []
    rng.shuffle(left)
    while left:
        recent = [row[1] for row in order[-PAUSE_ROWS:]]
        busy = Counter(row[1] for row in left)
        free = [row for row in left if row[1] not in recent] or left
        most = max(busy[row[1]] for row in free)
        order.append(rng.choice([row for row in free if busy[row[1]] == most]))
        left.remove(order[-1])
    return order


def start(attacker):
    """Threads of all attacks; the order of the short ones differs by organization and run."""
    rng = attacker.site.random("schedule")
    run = attacker.site.run
    labelled = LABELLED[attacker.site.org] if run == "train" else CLASSES
    rows = apart(chosen(SHORT[run], labelled, rng), rng)
    step = (SHORT_LAST - SHORT_FIRST) / (len(rows) - 1)
    plan = [(SHORT_FIRST + index * step, row) for index, row in enumerate(rows)]
    plan += [(LONG_START + rng.uniform(0, 0.02), row) for row in LONG[run]]
    threads = [threading.Thread(target=at, args=(attacker, attacker.begin + part * attacker.duration, row), daemon=True)
               for part, row in plan]
    for thread in threads:
        thread.start()
    return threads
