"""When which attack happens: the long ones from beginning to end, the short ones at shuffled moments."""
import threading
import time

# Each row: method of Attacker and its arguments. Hosts named ws* and partner also have normal traffic.
LONG = {
    "train": [("slow_scan", "ws8", "web2", 7000, 5, "nmap-syn"), ("slow_scan", "rogue1", "files", 100, 7, "nmap-connect"),
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
    "train": [("port_scan", "evil1", "web2", 100, 100, "syn"), ("port_scan", "ws4", "ws2", 1, 110, "connect"),
              ("port_scan", "evil1", "files", 850, 60, "connect6"), ("port_scan", "ws4", "ws3", 8000, 70, "syn-slowish"),
              ("port_scan", "evil2", "files", 2000, 80, "masscan-fast"), ("port_scan", "evil1", "files", 4000, 60, "masscan-slow"),
              ("udp_scan", "evil2", "files", 30, 100, "nmap"), ("udp_scan", "ws5", "web2", 500, 90, "nmap-fast"),
              ("ssh_guessing", "evil2", "web2", 70, "medusa"), ("ssh_guessing", "partner", "files", 70, "medusa"),
              ("ssh_guessing", "evil2", "web2", 50, "medusa-slow"), ("ssh_guessing", "evil1", "files", 50, "loop"),
              ("ssh_guessing", "evil1", "web2", 50, "loop"), ("ssh_guessing", "partner", "web2", 60, "medusa-slow"),
              ("ssh_guessing", "ws4", "web2", 60, "medusa"), ("ssh_guessing", "ws5", "web2", 50, "loop"),
              ("ssh_guessing", "partner", "files", 50, "loop"), ("ssh_guessing", "evil2", "files", 40, "hydra6"),
              ("http_guessing", "evil1", "web2", 80, 120, "hydra"), ("http_guessing", "ws4", "web2", 8080, 90, "hydra-slow"),
              ("http_guessing", "ws4", "web2", 80, 70, "ncrack-slow"), ("http_guessing", "evil1", "web2", 8080, 70, "loop"),
              ("http_guessing", "evil2", "files", 80, 70, "loop"), ("http_guessing", "evil1", "files", 8080, 60, "hydra-slow"),
              ("syn_flood", "evil2", "web2", 80, 120, "forged"), ("syn_flood", "ws5", "web2", 443, 120, "own"),
              ("syn_flood", "evil1", "web2", 8080, 100, "forged-slow"), ("syn_flood", "evil2", "files", 22, 100, "own-slow"),
              ("slow_http", "evil2", "web2", 80, 90, "headers"), ("slow_http", "partner", "web2", 80, 90, "body"),
              ("slow_http", "evil2", "web2", 8080, 60, "headers-long"), ("slow_http", "partner", "web2", 8080, 60, "read")],
    "test": [("port_scan", "evil1", "files", 70, 60, "masscan"), ("port_scan", "ws4", "ws1", 430, 60, "connect"),
             ("port_scan", "evil1", "web2", 60, 40, "connect6"), ("port_scan", "evil2", "web2", 3000, 50, "masscan"),
             ("udp_scan", "evil2", "web2", 100, 60, "masscan"), ("udp_scan", "ws5", "files", 40, 70, "hping3"),
             ("ssh_guessing", "evil1", "files", 60, "ncrack"), ("ssh_guessing", "partner", "web2", 60, "ncrack"),
             ("ssh_guessing", "evil1", "web2", 20, "loop6"),
             ("http_guessing", "evil2", "web2", 8080, 60, "medusa"), ("http_guessing", "ws4", "web2", 80, 60, "ncrack"),
             ("syn_flood", "evil1", "web2", 443, 90, "forged-fast"), ("syn_flood", "ws5", "web2", 80, 90, "own-fast"),
             ("slow_http", "evil1", "web2", 80, 60, "own"), ("slow_http", "partner", "web2", 80, 50, "body")],
}
SHUFFLES = 10_000
LONG_START, SHORT_FIRST, SHORT_LAST = 0.02, 0.04, 0.84


def at(attacker, moment, row):
    method, *arguments = row
    time.sleep(max(0, moment - time.time()))
    try:
        getattr(attacker, method)(*arguments)
    except (OSError, RuntimeError, KeyError) as error:
        attacker.failures.append(f"{row}: {error}")


def shuffled(rows, rng, one_at_a_time):
    """In training an attacker may do several things within a minute; in the test one after the other."""
    rows = list(rows)
    for _ in range(SHUFFLES):
        rng.shuffle(rows)
        if not one_at_a_time or all(row[1] != following[1] for row, following in zip(rows, rows[1:])):
            return rows
    raise RuntimeError("no order keeps the attackers apart")


def start(attacker):
    """Threads of all attacks; the order of the short ones differs by organization and run."""
    rng = attacker.site.random("schedule")
    rows = shuffled(SHORT[attacker.site.run], rng, attacker.site.run == "test")
    step = (SHORT_LAST - SHORT_FIRST) / (len(rows) - 1)
    plan = [(SHORT_FIRST + index * step, row) for index, row in enumerate(rows)]
    plan += [(LONG_START + rng.uniform(0, 0.02), row) for row in LONG[attacker.site.run]]
    threads = [threading.Thread(target=at, args=(attacker, attacker.begin + part * attacker.duration, row), daemon=True)
               for part, row in plan]
    for thread in threads:
        thread.start()
    return threads
