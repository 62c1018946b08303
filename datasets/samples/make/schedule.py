"""When which attack happens: the long ones from beginning to end, the short ones at shuffled moments."""
import threading
import time

# Each row: method of Attacker and its arguments. Hosts named ws* and partner also have normal traffic.
LONG = {
    "train": [("slow_scan", "ws8", "web2", 7000, 5, "nmap-syn"), ("slow_scan", "rogue1", "files", 100, 7, "nmap-connect"),
              ("dns_tunnel", "ws7", "iodine"), ("dns_tunnel", "rogue3", "iodine"), ("dns_tunnel", "rogue1", "iodine"),
              ("beacon", "ws6", 8443, 12, 0.08, "curl"), ("beacon", "rogue2", 443, 17, 0.15, "curl"),
              ("beacon", "ws8", 8080, 10, 0.05, "python")],
    "test": [("slow_scan", "ws8", "web2", 20, 9, "hping3"), ("slow_scan", "rogue1", "files", 5900, 6, "nmap-connect"),
             ("dns_tunnel", "ws7", "iodine"), ("dns_tunnel", "rogue3", "dns2tcp"),
             ("beacon", "ws6", 443, 15, 0.12, "wget"), ("beacon", "rogue1", 8443, 22, 0.06, "python"),
             ("beacon", "ws4", 80, 19, 0.1, "wget")],
}
SHORT = {
    "train": [("port_scan", "evil1", "web2", 20, 100, "syn"), ("port_scan", "ws4", "ws2", 1, 110, "connect"),
              ("port_scan", "evil1", "files", 850, 60, "connect6"), ("port_scan", "ws4", "ws3", 8000, 70, "syn-slowish"),
              ("udp_scan", "evil2", "files", 30, 100, "nmap"), ("udp_scan", "ws5", "web2", 500, 90, "nmap-fast"),
              ("ssh_guessing", "evil2", "web2", 110, "medusa"), ("ssh_guessing", "partner", "files", 110, "medusa"),
              ("ssh_guessing", "evil2", "files", 40, "hydra6"),
              ("http_guessing", "evil1", "web2", 80, 160, "hydra"), ("http_guessing", "ws4", "web2", 8080, 110, "hydra-slow"),
              ("syn_flood", "evil2", "web2", 80, 160, "forged"), ("syn_flood", "ws5", "web2", 443, 160, "own"),
              ("slow_http", "evil2", "web2", 80, 110, "headers"), ("slow_http", "partner", "web2", 80, 110, "body")],
    "test": [("port_scan", "evil1", "files", 70, 60, "masscan"), ("port_scan", "ws4", "ws1", 430, 60, "connect"),
             ("port_scan", "evil1", "web2", 60, 40, "connect6"), ("port_scan", "evil2", "web2", 3000, 50, "masscan"),
             ("udp_scan", "evil2", "web2", 100, 60, "masscan"), ("udp_scan", "ws5", "files", 40, 70, "hping3"),
             ("ssh_guessing", "evil1", "files", 60, "ncrack"), ("ssh_guessing", "partner", "web2", 60, "ncrack"),
             ("ssh_guessing", "evil1", "web2", 20, "loop6"),
             ("http_guessing", "evil2", "web2", 8080, 60, "medusa"), ("http_guessing", "ws4", "web2", 80, 60, "ncrack"),
             ("syn_flood", "evil1", "web2", 443, 90, "forged-fast"), ("syn_flood", "ws5", "web2", 80, 90, "own-fast"),
             ("slow_http", "evil1", "web2", 80, 60, "own"), ("slow_http", "partner", "web2", 80, 50, "body")],
}
LONG_START, SHORT_FIRST, SHORT_LAST = 0.02, 0.04, 0.84


def at(attacker, moment, row):
    method, *arguments = row
    time.sleep(max(0, moment - time.time()))
    try:
        getattr(attacker, method)(*arguments)
    except (OSError, RuntimeError, KeyError) as error:
        attacker.failures.append(f"{row}: {error}")


def start(attacker):
    """Threads of all attacks; the order of the short ones differs by organization and run."""
    rng = attacker.site.random("schedule")
    rows = list(SHORT[attacker.site.run])
    rng.shuffle(rows)
    step = (SHORT_LAST - SHORT_FIRST) / (len(rows) - 1)
    plan = [(SHORT_FIRST + index * step, row) for index, row in enumerate(rows)]
    plan += [(LONG_START + rng.uniform(0, 0.02), row) for row in LONG[attacker.site.run]]
    threads = [threading.Thread(target=at, args=(attacker, attacker.begin + part * attacker.duration, row), daemon=True)
               for part, row in plan]
    for thread in threads:
        thread.start()
    return threads
