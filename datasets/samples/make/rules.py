"""Writes the label rules of a run from what the script knows: its attacks and its networks."""
from site_plan import CLASSES, LABELLED, SOURCE_NAMES, TUNNEL_NETWORK

HEADER = """tributary-rules 1
# {org}, {run} run: written by make/make_samples from the addresses, ports and times of its own attacks.
# The first label or unknown line that matches decides.
source {source}
covers {covers}
"""


def window_lines(window, labelled):
    time = f"time {window.begin:.3f}..{window.end:.3f}"
    verdict = f"label {window.label}:" if window.label in labelled else "unknown:"
    lines = [f"{verdict} {window.terms} and {time}"]
    if window.side_effects:
        lines.append(f"unknown: {window.side_effects} and {time}")
    return lines


def write_rules(path, site, windows):
    labelled = CLASSES if site.run == "test" else LABELLED[site.org]
    text = HEADER.format(org=site.org, run=site.run, source=SOURCE_NAMES[site.org], covers=", ".join(labelled))
    windows = sorted(windows, key=lambda each: (CLASSES.index(each.label), each.begin))
    # Side effects name whole pairs of hosts, so they stand behind every attack line.
    lines = [window_lines(window, labelled) for window in windows]
    text += "\n".join(group[0] for group in lines) + "\n"
    text += "# replies, probes and neighbour discovery of the attacks: nobody's class\n"
    text += "\n".join(sorted({group[1] for group in lines if len(group) > 1})) + "\n"
    # What was meant for the inside of a tunnel that was not up leaves through the gateway.
    text += f"unknown: host {TUNNEL_NETWORK}\n"
    # Answers to forged addresses: nobody else has one end in neither network.
    text += f"unknown: src {site.inside_v4} and not dst {site.inside_v4} and not dst {site.outside_v4}\n"
    # Neighbour discovery, multicast and broadcast have addresses of no network and are as normal as the rest.
    networks = ["fe80::/10", "ff00::/8", "224.0.0.0/4", "255.255.255.255/32", site.inside_v4, site.inside_v6]
    if site.org == "campus":
        networks.append(f"fd00:{site.number}:200::/64")
    text += "".join(f"label normal: host {network}\n" for network in networks)
    path.write_text(text, encoding="utf-8")
