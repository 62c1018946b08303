"""Normal traffic: what one host does, as threads that repeat an action at random or regular times.

Every action runs a real client program (or a plain socket) in the host's own namespace.
"""
import http.client
import socket
import subprocess
import threading
import time

from servers import PASSWORDS, WORK
from site_plan import MIXED, VICTIMS

SSH_OPTIONS = ("-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
               "-o", "GlobalKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=8")
PASSWORD_ONLY = ("-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no",
                 "-o", "NumberOfPasswordPrompts=1")
PAGE_WEIGHTS = (("1k", 10), ("4k", 9), ("15k", 4), ("40k", 1), ("120k", 0.3))
TRANSIENT = (OSError, http.client.HTTPException, subprocess.SubprocessError)


class Person:
    """One host's user or daemon: whom it may talk to, its random numbers, its programs."""

    def __init__(self, site, name, purpose):
        self.site, self.name = site, name
        self.rng = site.random(f"{name}/{purpose}")
        self.avoid = VICTIMS if name in MIXED else ()

    def pick(self, *names):
        allowed = [name for name in names if name not in self.avoid and name != self.name]
        return self.rng.choice(allowed)

    def run(self, *command, timeout=60, text=None):
        return subprocess.run([str(part) for part in command], input=text, text=True, timeout=timeout, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=WORK,
                              stdin=None if text is not None else subprocess.DEVNULL).returncode

    def curl(self, *options, timeout=60):
        family = "-6" if self.rng.random() < 0.18 else "-4"
        return self.run("curl", "-q", "-s", "-k", "-o", "/dev/null", "--max-time", timeout - 5, family, *options,
                        timeout=timeout)

    def url(self, host, path):
        scheme = self.rng.choice(("http", "https", "https"))
        return f"{scheme}://{self.site.fqdn(host)}{path}"

    def sleep(self, low, high):
        time.sleep(self.rng.uniform(low, high))


def browse(me, servers=("site", "cdn", "web1", "web2")):
    """A page and what it embeds, over one kept or several parallel connections."""
    base = me.url(me.pick(*servers), "/o/")
    names, weights = zip(*PAGE_WEIGHTS)
    options = ["-Z", "--parallel-immediate", "--parallel-max", me.rng.randint(2, 5)] if me.rng.random() < 0.6 else []
    for name in me.rng.choices(names, weights, k=me.rng.randint(2, 9)):
        options += ["-o", "/dev/null", base + name]
    me.curl(*options)


def api(me, servers=("web1", "web2", "site")):
    """A client that sends a few requests over one kept connection."""
    url = me.url(me.pick(*servers), "/api/items")
    me.curl(*[part for _ in range(me.rng.randint(1, 5)) for part in ("-o", "/dev/null", url)])


def api_burst(me, servers=("web1",)):
    """A batch job: many short connections within a second or two."""
    target = me.site.v4(me.pick(*servers))
    me.run("ab", "-q", "-n", me.rng.randint(15, 30), "-c", me.rng.randint(2, 6), f"http://{target}/api/batch")


def download(me, servers=("site", "web1")):
    me.curl("--limit-rate", "1500k", me.url(me.pick(*servers), me.rng.choice(("/o/300k", "/o/300k", "/o/1m"))))


def stream(me, servers=("site",)):
    """A player: one segment every two to four seconds over one connection."""
    link = http.client.HTTPConnection(me.site.v4(me.pick(*servers)), 80, timeout=20)
    period = me.rng.uniform(2, 4)
    for _ in range(me.rng.randint(5, 12)):
        link.request("GET", "/o/seg")
        link.getresponse().read()
        time.sleep(period)
    link.close()


def poll(me, server, port, path, period):
    """A poller that opens a connection each period; the same rhythm as a beacon, to an ordinary service."""
    link = http.client.HTTPConnection(me.site.v4(server), port, timeout=10)
    link.request("GET", path, headers={"User-Agent": "status-poller/2"})
    link.getresponse().read()
    link.close()
    return period * me.rng.uniform(0.93, 1.07)


def resolve(me):
    """A few lookups, some of names that do not exist."""
    names = [me.site.fqdn(me.rng.choice(list(me.site.hosts))) for _ in range(me.rng.randint(1, 2))]
    if me.rng.random() < 0.15:
        names.append(me.site.fqdn(f"printer{me.rng.randint(1, 40)}"))
    for name in names:
        me.run("dig", "+tries=1", "+time=3", f"@{me.site.v4('dns')}", name, me.rng.choice(("A", "AAAA", "MX")))


def mail(me, port=587):
    size = int(me.rng.lognormvariate(8.5, 1.2))
    me.run("swaks", "--silent", "3", "--server", me.site.v4("mail"), "--port", port, "--from", f"{me.name}@{me.site.domain}",
           "--to", f"staff@{me.site.domain}", "--body", "-", text="line of text \n" * min(9000, size // 14))


def mail_in(me):
    mail(me, 25)


def ssh(me, host, user, command, password=None, timeout=90, text=None):
    target = (f"{user}@{me.site.v4(host)}", command)
    if password is None:
        return me.run("ssh", *SSH_OPTIONS, "-i", WORK / "user_key", *target, timeout=timeout, text=text)
    return me.run("sshpass", "-p", password, "ssh", *SSH_OPTIONS, *PASSWORD_ONLY, *target, timeout=timeout)


def ssh_session(me, hosts=("web1", "web2", "files", "dns")):
    """Somebody types commands for a while."""
    user = me.rng.choice(("alice", "bob", "carol"))
    lines = "".join(f"ls -l /etc | head -{me.rng.randint(5, 60)}; sleep {me.rng.uniform(0.3, 4):.1f}\n"
                    for _ in range(me.rng.randint(2, 9)))
    ssh(me, me.pick(*hosts), user, "sh", text=lines)


def ssh_short(me, hosts=("web1", "web2", "files", "db", "dns")):
    user = me.rng.choice(("alice", "bob", "carol"))
    ssh(me, me.pick(*hosts), user, "uptime", password=PASSWORDS[user])


def ssh_mistype(me, hosts=("web1", "web2", "files", "mail")):
    """One or two wrong passwords, then the right one."""
    user, host = me.rng.choice(("alice", "bob", "carol")), me.pick(*hosts)
    for _ in range(me.rng.randint(1, 2)):
        ssh(me, host, user, "true", password=PASSWORDS[user][:-1] + "x")
        me.sleep(1, 5)
    ssh(me, host, user, "df; sleep 2; ls /usr/bin | head -200", password=PASSWORDS[user])


def http_mistype(me, servers=("web1", "web2")):
    url, user = me.url(me.pick(*servers), "/private/"), me.rng.choice(("alice", "bob"))
    for _ in range(me.rng.randint(1, 2)):
        me.curl("-u", f"{user}:oops{me.rng.randint(1, 99)}", url)
        me.sleep(1, 4)
    me.curl("-u", f"{user}:{PASSWORDS[user]}", url)


def scp(me, hosts=("files", "web1", "web2", "dns")):
    name = me.rng.choice(("doc", "doc", "tree", "scan"))
    me.run("scp", *SSH_OPTIONS, "-l", 12000, "-i", WORK / "user_key", WORK / name,
           f"deploy@{me.site.v4(me.pick(*hosts))}:{name}-{me.name}")


def rsync_copy(me):
    source = WORK / me.rng.choice(("doc", "tree", "scan"))
    me.run("rsync", "-I", "--bwlimit=1500", source, f"rsync://{me.site.v4('files')}/store/{me.name}-{me.rng.randint(1, 9)}")


def iperf(me):
    me.run("iperf3", "-c", me.site.v4("files"), "-n", "1500K", "-b", "12M")


def image_send(me):
    """A picture pushed to the archive, as imaging devices do."""
    size = me.rng.choice(("doc", "tree", "tree", "scan"))
    me.run("socat", "-u", f"OPEN:{WORK}/{size}", f"TCP:{me.site.v4('files')}:104")


def database(me):
    """A session with a few queries and pauses between them."""
    queries = "".join(f"select g, md5(g::text) from generate_series(1,{me.rng.randint(5, 300)}) g;"
                      f"select pg_sleep({me.rng.uniform(0.05, 2.5):.2f});\n" for _ in range(me.rng.randint(1, 6)))
    me.run("psql", "-q", "-X", "-h", me.site.v4("db"), "-U", "postgres", text=queries)


def database_batch(me):
    me.run("pgbench", "-n", "-C", "-c", 2, "-t", me.rng.randint(2, 5), "-f", WORK / "bench.sql", "-h", me.site.v4("db"),
           "-U", "postgres", "postgres")


def redis(me):
    commands = "".join(f"SET k{me.rng.randint(1, 99)} {'v' * me.rng.randint(5, 400)}\nGET k{me.rng.randint(1, 99)}\n"
                       for _ in range(me.rng.randint(1, 5)))
    me.run("redis-cli", "-h", me.site.v4("db"), text=commands)


def connect(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(3)
        return probe.connect_ex((address, port))


def health(me, targets=("web1", "web2", "mail", "files", "db")):
    """A check that opens and closes one connection per service, on several hosts."""
    ports = {"web1": (80, 443), "web2": (80, 443), "mail": (25, 587), "files": (873, 104), "db": (5432, 6379)}
    for name in targets:
        if name not in me.avoid:
            for port in ports[name]:
                connect(me.site.v4(name), port)


def head_check(me, targets=("web1", "web2")):
    for name in targets:
        if name not in me.avoid:
            me.run("curl", "-q", "-s", "-I", "-k", "-o", "/dev/null", "--max-time", 5, f"https://{me.site.v4(name)}/health")


def monitor(me):
    """Pings all machines, then looks at a few services; some are switched off."""
    known = [host for host in me.site.hosts.values() if host.side == "in" and host.name != me.name]
    me.run("fping", "-q", "-c", 1, "-t", 300, *[host.v4 for host in known])
    for host in me.rng.sample(known, 4):
        connect(host.v4 if me.rng.random() < 0.8 else host.v6, me.rng.choice((22, 22, 80, 9100)))


def configure(me):
    """Configuration management: the same short ssh run on host after host."""
    targets = [host.name for host in me.site.hosts.values() if host.side == "in" and "sshd" in host.services]
    for name in me.rng.sample(targets, me.rng.randint(5, len(targets))):
        ssh(me, name, "deploy", "cat /etc/services | head -c 3000; id; sleep 0.2")


def time_query(me):
    me.run("chronyd", "-Q", "-t", 4, "-u", "root", f"server {me.site.v4('dns')} iburst maxsamples {me.rng.randint(1, 3)}",
           "cmdport 0", f"pidfile {WORK}/time-{me.name}-{threading.get_ident()}", "bindcmdaddress /", timeout=10)


def absent(me):
    """A printer that is switched off."""
    connect(f"10.{me.site.number}.1.254", 9100)
