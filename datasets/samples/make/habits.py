"""The mixes: how often each kind of host does what, per organization. Means in seconds; test rates differ from train rates."""
import os
import random
import threading
import time

import people
from network import enter

TIME_CLIENTS = {"campus": ("ws1", "ws5"), "hosting": ("web1", "ws2"), "clinic": ("ws1", "ws2", "ws4", "ws6", "mail", "db")}

# (action, mean seconds between two, options); pollers return their own period.
DESK = {
    "campus": [("browse", 32, {}), ("browse", 70, {"servers": ("site",)}), ("stream", 260, {}), ("download", 600, {}),
               ("mail", 75, {}), ("ssh_session", 150, {}), ("ssh_mistype", 380, {}), ("http_mistype", 200, {}),
               ("scp", 300, {}), ("resolve", 50, {}), ("api", 60, {}), ("absent", 300, {})],
    "hosting": [("api", 36, {}), ("browse", 90, {}), ("ssh_session", 200, {}), ("ssh_short", 110, {}), ("scp", 220, {}),
                ("ssh_mistype", 300, {}), ("redis", 80, {}), ("database", 100, {}), ("resolve", 60, {}), ("download", 900, {}),
                ("mail", 200, {})],
    "clinic": [("database", 20, {}), ("resolve", 22, {}), ("mail", 80, {}), ("image_send", 140, {}), ("browse", 75, {}),
               ("time_query", 70, {}), ("http_mistype", 150, {}), ("ssh_mistype", 420, {}), ("rsync_copy", 420, {}),
               ("api", 80, {}), ("absent", 260, {})],
}
CLIENT = {
    "campus": [("browse", 27, {"servers": ("web1", "web2")}), ("mail_in", 50, {}), ("resolve", 25, {}),
               ("ssh_session", 160, {}), ("ssh_mistype", 300, {})],
    "hosting": [("api", 11, {"servers": ("web1", "web2")}), ("browse", 50, {"servers": ("web1", "web2")}),
                ("api_burst", 170, {}), ("http_mistype", 90, {}), ("ssh_mistype", 260, {}), ("scp", 240, {}),
                ("head_check", 40, {}), ("resolve", 40, {}), ("mail_in", 120, {})],
    "clinic": [("mail_in", 30, {}), ("resolve", 20, {}), ("browse", 40, {"servers": ("web1", "web2")}),
               ("http_mistype", 110, {}), ("api", 50, {"servers": ("web1", "web2")})],
}
ADMIN = {
    "campus": [("health", 45, {}), ("monitor", 70, {}), ("configure", 240, {}), ("resolve", 60, {})],
    "hosting": [("health", 30, {}), ("head_check", 20, {}), ("monitor", 50, {}), ("configure", 110, {}), ("iperf", 300, {})],
    "clinic": [("health", 45, {}), ("monitor", 60, {}), ("configure", 260, {}), ("resolve", 30, {})],
}
MACHINES = {
    "campus": {"lab2": [("browse_lab", 25, {}), ("poll", 9, {"server": "lab1", "port": 80, "path": "/o/4k", "period": 9})],
               "web1": [("database", 30, {})]},
    "hosting": {"web1": [("database_batch", 70, {}), ("redis", 14, {}), ("database", 25, {})],
                "web2": [("database_batch", 90, {}), ("redis", 18, {})]},
    "clinic": {"mail": [("rsync_copy", 200, {})], "web1": [("database", 15, {})], "db": [("rsync_copy", 150, {})]},
}
# Pollers with the rhythm of beacons: (host, server, port, path, period).
POLLERS = {
    "campus": [("ws1", "site", 80, "/o/4k", 12), ("ws2", "web1", 8080, "/o/15k", 20), ("ws5", "site", 8080, "/o/15k", 16),
               ("ws3", "web1", 80, "/api/queue", 10)],
    "hosting": [("client1", "web1", 80, "/api/queue", 11), ("client2", "web2", 8080, "/o/4k", 17),
                ("ws1", "site", 80, "/o/15k", 14), ("admin", "web1", 8080, "/api/status", 10), ("ws6", "web1", 80, "/o/4k", 15)],
    "clinic": [("ws1", "web1", 80, "/o/4k", 13), ("ws2", "web1", 8080, "/api/beds", 10), ("ws3", "web2", 80, "/o/15k", 18),
               ("ws6", "web1", 80, "/o/40k", 22), ("ws4", "site", 80, "/o/4k", 15)],
}


def role_of(name):
    if name.startswith("ws"):
        return DESK
    if name in ("client1", "client2", "partner"):
        return CLIENT
    return ADMIN if name == "admin" else None


def of(site, name):
    """The habits of one host as (function, mean, options)."""
    rng = site.random(f"habits/{name}")
    role = role_of(name)
    rows = list(role[site.org]) if role else []
    rows += MACHINES[site.org].get(name, [])
    stretch = 1.0 if site.run == "train" else 0.92
    found = []
    for action, mean, options in rows:
        if action == "browse_lab":
            action, options = "poll", {"server": "lab1", "port": 80, "path": "/o/40k", "period": mean}
        found.append((getattr(people, action), mean * stretch * rng.uniform(0.8, 1.25), options))
    for client, server, port, path, period in POLLERS[site.org]:
        if client == name:
            period *= 1.0 if site.run == "train" else 1.2
            found.append((people.poll, period, {"server": server, "port": port, "path": path, "period": period}))
    return found


def repeat(me, habit, until):
    """Runs one habit until the end: after each action the mean pause, or the period that the action returns."""
    action, mean, options = habit
    time.sleep(me.rng.uniform(0, mean))
    while time.time() < until:
        began, period = time.time(), None
        try:
            period = action(me, **options)
        except people.TRANSIENT:
            pass
        pause = me.rng.expovariate(1.0 / mean) if period is None else period - (time.time() - began)
        time.sleep(max(0.05, min(pause, until - time.time() + 0.1)))


def live(site, name, until):
    """Child process of the driver: all habits of one host, one thread each. Returns the process id."""
    child = os.fork()
    if child:
        return child
    enter(name)
    random.seed(f"{site.org}/{site.run}/{name}")
    threads = [threading.Thread(target=repeat, args=(people.Person(site, name, number), habit, until), daemon=True)
               for number, habit in enumerate(of(site, name))]
    for thread in threads:
        thread.start()
    time.sleep(max(0, until - time.time()))
    for thread in threads:
        thread.join(5)
    os._exit(0)
