#!/usr/bin/env python3
"""Draws the overlay as SVG: the tree before and after, and the cost over time.

Runs `tributary overlay simulate` and writes tree_before.svg, tree_after.svg and cost.svg. Nodes are
drawn at their key's place, edges as wide as the requests that cross them.

Usage: scripts/overlay_pictures.py [--tributary PROGRAM] [--out DIR] [--workload NAME] [--nodes N]
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT, MARGIN, LINE_OF_TEXT = 960, 360, 36, 15
INK, PALE = "#1f2933", "#cbd2d9"
COLOURS = {"static": "#7b8794", "regret": "#0b7285", "counting": "#e67700", "splay": "#c92a2a"}


def simulate(program, *arguments):
    command = [program, "overlay", "simulate", "--json", "--brief", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"overlay_pictures: {done.stderr.strip()}")
    return json.loads(done.stdout)


def svg(title, body, height=HEIGHT):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
            f'font-size="13" role="img"><title>{title}</title>'
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
            f'<text x="{MARGIN}" y="22" font-size="15" fill="{INK}">{title}</text>{"".join(body)}</svg>\n')


def depths(parents):
    found = {}

    def depth(node):
        chain = []
        while node >= 0 and node not in found:
            chain.append(node)
            node = parents[node]
        level = found[node] if node >= 0 else -1
        for each in reversed(chain):
            level += 1
            found[each] = level
        return level

    return [depth(node) for node in range(len(parents))]


def path(parents, source, target):
    """The nodes whose edge upwards lies between two nodes."""
    above = set()
    node = source
    while node >= 0:
        above.add(node)
        node = parents[node]
    climbed = []
    node = target
    while node not in above:
        climbed.append(node)
        node = parents[node]
    common, node = node, source
    while node != common:
        climbed.append(node)
        node = parents[node]
    return climbed


def draw_tree(title, parents, requests, deepest):
    load = [0] * len(parents)
    for source, target in requests:
        for node in path(parents, source, target):
            load[node] += 1
    level = depths(parents)
    step_x = (WIDTH - 2 * MARGIN) / max(len(parents) - 1, 1)
    step_y = (HEIGHT - 2 * MARGIN - 16) / max(deepest, 1)

    def place(node):
        return MARGIN + node * step_x, MARGIN + 16 + level[node] * step_y

    most = max(load) or 1
    body = []
    for node, parent in enumerate(parents):
        if parent >= 0:
            (x1, y1), (x2, y2) = place(node), place(parent)
            body.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{COLOURS["regret"]}" '
                        f'stroke-opacity="0.75" stroke-width="{0.6 + 9 * load[node] / most:.2f}"/>')
    body += [f'<circle cx="{place(node)[0]:.1f}" cy="{place(node)[1]:.1f}" r="3" fill="{INK}"/>'
             for node in range(len(parents))]
    hops = sum(len(path(parents, *request)) for request in requests) / len(requests)
    return svg(f"{title}: {hops:.2f} hops a request", body)


def moving_mean(values, window):
    total, means = 0, []
    for index, value in enumerate(values):
        total += value - (values[index - window] if index >= window else 0)
        means.append(total / min(index + 1, window))
    return means


def label_places(ends):
    """Heights of the names beside the ends of their lines, in the same order, apart enough to read."""
    places, lowest = {}, None
    for name, y in sorted(ends.items(), key=lambda item: -item[1]):
        lowest = y if lowest is None else min(y, lowest - LINE_OF_TEXT)
        places[name] = lowest
    return places


def draw_cost(title, series):
    top = max(max(values) for values in series.values()) * 1.05
    count = max(len(values) for values in series.values())
    body = []
    for mark in range(0, int(top) + 1, 5):
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN - 16) * mark / top
        body.append(f'<line x1="{MARGIN}" x2="{WIDTH - 110}" y1="{y:.1f}" y2="{y:.1f}" stroke="{PALE}"/>'
                    f'<text x="8" y="{y + 4:.1f}" fill="{INK}">{mark}</text>')
    places = label_places({name: HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN - 16) * values[-1] / top
                           for name, values in series.items()})
    for name, values in series.items():
        stride = max(len(values) // 400, 1)
        points = " ".join(
            f"{MARGIN + (WIDTH - 110 - MARGIN) * i / count:.1f},"
            f"{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN - 16) * values[i] / top:.1f}"
            for i in range(stride, len(values), stride))
        body.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="1.6"/>'
                    f'<text x="{WIDTH - 104}" y="{places[name] + 4:.1f}" fill="{COLOURS[name]}">{name}</text>')
    body.append(f'<text x="{MARGIN}" y="{HEIGHT - 10}" fill="{INK}">requests 0 to {count:,}; '
                f'hops and rotations per request, mean of 500</text>')
    return svg(title, body)


def read_series(file):
    with open(file, encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    before, work = 0, []
    for row in rows:
        work.append(int(row["hops"]) + int(row["rotations"]) - before)
        before = int(row["rotations"])
    return moving_mean(work, 500)


def trees(arguments, folder):
    """The demand of the picture is the workload itself: a trace of pairs, written and read back."""
    file = folder / "trees.json"
    simulate(arguments.tributary, "--workload", arguments.workload, "--nodes", arguments.nodes, "--trees", file,
             "--requests-out", folder / "requests.txt")
    trees_read = json.loads(file.read_text(encoding="utf-8"))
    lines = (folder / "requests.txt").read_text(encoding="utf-8").splitlines()[1:]
    requests = [tuple(map(int, line.split())) for line in lines]
    deepest = max(max(depths(trees_read[when])) for when in ("before", "after"))
    for when, title in (("before", "Balanced, before"), ("after", "After 20,000 requests under regret")):
        yield f"tree_{when}.svg", draw_tree(title, trees_read[when], requests, deepest)


def cost(arguments, folder):
    series = {}
    for policy in COLOURS:
        file = folder / f"{policy}.csv"
        simulate(arguments.tributary, "--workload", "phases", "--policy", policy, "--series", file)
        series[policy] = read_series(file)
    return draw_cost("Work per request while partners change ten times (n = 1,024, alpha = 1)", series)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tributary", default=str(ROOT / "build" / "release" / "bin" / "tributary"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "overlay")
    parser.add_argument("--workload", default="pairs")
    parser.add_argument("--nodes", type=int, default=64)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, picture in trees(arguments, folder):
            (arguments.out / file).write_text(picture, encoding="utf-8")
        (arguments.out / "cost.svg").write_text(cost(arguments, folder), encoding="utf-8")


if __name__ == "__main__":
    main()
