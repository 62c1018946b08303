"""The servers: real daemons in the namespaces of their hosts, with configurations written here."""
import os
import shutil
import subprocess
from pathlib import Path

from network import inside

PASSWORDS = {"alice": "Larch-49-meadow", "bob": "quiet.Harbour7", "carol": "Tin_soldier_22", "deploy": "rollout!8841"}
OBJECTS = {"1k": 1000, "4k": 4200, "15k": 15300, "40k": 41000, "120k": 122000, "seg": 24000, "300k": 310000, "1m": 800000}
WORK = Path("/run/work")
LOG = subprocess.DEVNULL

NGINX = """daemon off; pid {dir}/pid; error_log /dev/null; worker_processes 1; user root;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {dir}/body; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
  uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s; default_type application/octet-stream;
  ssl_certificate {work}/cert.pem; ssl_certificate_key {work}/key.pem; keepalive_timeout 12s;
  server {{
    listen 80 backlog=1024; listen [::]:80; listen 8080; listen 443 ssl; listen [::]:443 ssl; listen 8443 ssl;
    root {work}/www;
    location /private/ {{ auth_basic "staff"; auth_basic_user_file {work}/htpasswd; }}
    location /health {{ return 200 "ok\\n"; }}
    location /task {{ return 200 "idle\\n"; }}
    location /upload {{ proxy_pass http://127.0.0.1:9; }}  # reads a whole body before it fails: what slow bodies need
    location /api/ {{ return 200 "{api}"; }}
  }}
}}
"""
SSHD = """Port 22
HostKey {work}/host_key
PidFile none
UsePAM no
PasswordAuthentication yes
AuthorizedKeysFile {work}/authorized_keys
StrictModes no
MaxStartups 100
MaxAuthTries 2
PrintMotd no
UseDNS no
"""


def start(host, *command, **options):
    return subprocess.Popen(inside(host, *command), stdin=subprocess.DEVNULL, stdout=LOG, stderr=LOG, **options)


def quiet(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=LOG, stderr=LOG)


def hide(path, text, mode=0o644):
    """Puts another content over a system file, visible in this mount namespace only."""
    copy = WORK / ("over-" + path.strip("/").replace("/", "-"))
    copy.write_text(text)
    copy.chmod(mode)
    real = Path(os.path.realpath(path))
    if not real.exists():
        real.parent.mkdir(parents=True, exist_ok=True)
        real.touch()
    quiet("mount", "--bind", str(copy), str(real))


def make_users():
    """Accounts for ssh that exist only in this mount namespace."""
    passwd, shadow = Path("/etc/passwd").read_text(), Path("/etc/shadow").read_text()
    for number, (user, password) in enumerate(PASSWORDS.items(), start=4001):
        home = WORK / "home" / user
        home.mkdir(parents=True)
        os.chown(home, number, number)
        digest = subprocess.run(["openssl", "passwd", "-6", password], capture_output=True, text=True, check=True).stdout.strip()
        passwd += f"{user}:x:{number}:{number}::{home}:/bin/sh\n"
        shadow += f"{user}:{digest}:19000:0:99999:7:::\n"
    hide("/etc/passwd", passwd)
    hide("/etc/shadow", shadow, 0o600)


def make_files(site):
    """Keys, certificates and web content, shared by all servers of the site."""
    os.chdir(WORK)
    for name in ("host_key", "user_key"):
        quiet("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name)
    shutil.copy("user_key.pub", "authorized_keys")
    quiet("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
          "-subj", f"/CN={site.domain}", "-keyout", "key.pem", "-out", "cert.pem")
    Path("htpasswd").write_text("".join(f"{user}:{{PLAIN}}{word}\n" for user, word in PASSWORDS.items()))
    for folder in ("www/o", "www/private", "empty", "store"):
        Path(folder).mkdir(parents=True)
    for name, size in OBJECTS.items():
        Path("www/o", name).write_bytes(os.urandom(size))
    Path("www/private/index.html").write_bytes(os.urandom(5600))
    for name, size in (("doc", 30_000), ("tree", 160_000), ("scan", 450_000)):
        Path(name).write_bytes(os.urandom(size))
    for path in (WORK, WORK / "user_key"):
        path.chmod(0o755 if path.is_dir() else 0o600)


def nginx(host):
    folder = WORK / f"nginx-{host.name}"
    folder.mkdir()
    conf = folder / "conf"
    conf.write_text(NGINX.format(dir=folder, work=WORK, api="x" * 640))
    start(host.name, "nginx", "-p", folder, "-c", conf)


def sshd(host):
    start(host.name, "/usr/sbin/sshd", "-D", "-f", WORK / "sshd.conf")


def dnsmasq(site, host):
    records = [f"host-record={site.fqdn(each.name)},{each.v4},{each.v6}" for each in site.hosts.values()]
    conf = WORK / "dnsmasq.conf"
    conf.write_text("\n".join(["no-resolv", "no-hosts", "user=root", "bind-interfaces", "pid-file", f"local=/{site.domain}/",
                               *records]) + "\n")
    start(host.name, "dnsmasq", "-k", "-C", conf)


def chronyd(host):
    conf = WORK / "chronyd.conf"
    conf.write_text(f"local stratum 3\nallow all\ncmdport 0\npidfile {WORK}/chronyd.pid\nbindcmdaddress /\n")
    start(host.name, "chronyd", "-d", "-x", "-u", "root", "-f", conf)


def chrony_client(site, name, poll):
    """A time client that asks every 2^poll seconds: regular, small, and innocent."""
    conf = WORK / f"chrony-{name}.conf"
    conf.write_text(f"server {site.v4('dns')} minpoll {poll} maxpoll {poll}\ncmdport 0\n"
                    f"pidfile {WORK}/chrony-{name}.pid\nbindcmdaddress /\n")
    start(name, "chronyd", "-d", "-x", "-u", "root", "-f", conf)


def postgres(host):
    data = WORK / "pg"
    data.mkdir()
    shutil.chown(data, "postgres", "postgres")
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    user = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")
    quiet(*user, str(binaries / "initdb"), "-D", str(data / "d"), "-A", "trust", "--no-sync")
    with open(data / "d/pg_hba.conf", "a", encoding="utf-8") as hba:
        hba.write("host all all 0.0.0.0/0 trust\nhost all all ::/0 trust\n")
    start(host.name, *user, binaries / "postgres", "-D", data / "d", "-k", data, "-c", "listen_addresses=*",
          "-c", "shared_buffers=8MB", "-c", "fsync=off", "-c", "max_connections=60")


def rsync(host):
    conf = WORK / "rsyncd.conf"
    conf.write_text(f"use chroot = no\nuid = root\ngid = root\n[store]\npath = {WORK}/store\nread only = no\n")
    start(host.name, "rsync", "--daemon", "--no-detach", "--config", conf, "--port", 873)


def serve(site):
    """Starts every service of every host."""
    (WORK / "sshd.conf").write_text(SSHD.format(work=WORK))
    simple = {
        "nginx": nginx, "sshd": sshd, "chronyd": chronyd, "postgres": postgres, "rsync": rsync,
        "dnsmasq": lambda host: dnsmasq(site, host),
        "redis": lambda host: start(host.name, "redis-server", "--bind", "0.0.0.0", "--protected-mode", "no",
                                    "--save", "", "--dir", WORK),
        "iperf3": lambda host: start(host.name, "iperf3", "-s"),
        "images": lambda host: start(host.name, "socat", "-u", "TCP-LISTEN:104,fork,reuseaddr", "OPEN:/dev/null"),
        "smtp": lambda host: [start(host.name, "/usr/bin/python3", "-m", "aiosmtpd", "-n", "-l", f"0.0.0.0:{port}",
                                    "-c", "aiosmtpd.handlers.Sink") for port in (25, 587)],
    }
    for host in site.hosts.values():
        for service in host.services:
            simple[service](host)
