#!/usr/bin/env python3
"""Runs the first real use of Tributary on the sample captures and prints what it was worth.

Each organization first learns alone (a coordinator of its own), then all three share one
coordinator. Every number comes from the programs that run; everything started here is stopped at
the end, also on Ctrl-C or failure.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

# The clinic sees only flow exports: version 9 for training, version 5 for the test.
ORGANIZATIONS = {
    "campus": ("campus-train.pcap.zst", "campus-test.pcap.zst"),
    "hosting": ("hosting-train.pcap.zst", "hosting-test.pcap.zst"),
    "clinic": ("clinic-train-v9.pcap.zst", "clinic-test-v5.pcap.zst"),
}
STAGES = ("before", "own", "everybody")
START_SECONDS = 20
STOP_SECONDS = 15
CONTRIBUTE_SECONDS = 300
ALERTS_SHOWN = 3
ORDERS = 3


class Failed(Exception):
    """One sentence for the user."""


class Interrupted(Exception):
    """A signal asked this program to end."""


class Interrupts:
    """Ends the run at the first signal, but never between the start of a program and its entry in the
    list of what to stop, nor during the stopping itself. Later signals change nothing."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self):
        self.number = None
        self.holds = 0

    def listen(self):
        for number in self.SIGNALS:
            signal.signal(number, self.on_signal)

    def on_signal(self, number, _frame):
        if self.number is not None:
            return
        self.number = number
        print("quickstart: stopping what was started ...", file=sys.stderr)
        if self.holds == 0:
            raise Interrupted

    @contextmanager
    def held(self):
        # Python raises in the main thread only; the others are never interrupted.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = self.number
        self.holds += 1
        try:
            yield
        finally:
            self.holds -= 1
        if self.holds == 0 and before is None and self.number is not None:
            raise Interrupted


INTERRUPTS = Interrupts()


class Service:
    """A coordinator and its agents in one folder; used with `with`."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Agents leave properly while the coordinator still answers, the last child first.
        with INTERRUPTS.held():
            while self.running:
                process = self.running.pop()
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def start(self, *arguments):
        """Starts a member and waits for the line that says it is ready."""
        with INTERRUPTS.held():
            process = subprocess.Popen([self.program, *arguments, "--json"], stdout=subprocess.PIPE,
                                       text=True, start_new_session=True)
            self.running.append(process)
        line = process.stdout.readline()
        if not line:
            raise Failed(f"`tributary {' '.join(arguments)}` ended with {process.wait(START_SECONDS)}")
        return json.loads(line)

    def coordinate(self):
        self.start("coordinator", "--state", str(self.folder / "coordinator"))

    def join(self, name):
        state = str(self.state(name))
        key = ask(self.program, "agent", "init", "--state", state)["public_key"]
        call(self.program, "coordinator", "authorize", "--state", str(self.folder / "coordinator"),
             "--name", name, "--key", key)
        self.start("agent", "--state", state, "--name", name, "--invitation",
                   str(self.folder / "coordinator" / "invitation.json"))

    def state(self, name):
        return self.folder / name


def call(program, *arguments, timeout=CONTRIBUTE_SECONDS):
    run = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=timeout, check=False)
    if run.returncode != 0:
        raise Failed(f"`tributary {arguments[0]}` failed with {run.returncode}: {run.stderr.strip()}")
    return run.stdout


def ask(program, *arguments):
    return json.loads(call(program, *arguments, "--json"))


def contribute(service, samples, name):
    capture = samples / ORGANIZATIONS[name][0]
    return ask(service.program, "contribute", "--state", str(service.state(name)), "--rules",
               str(samples / f"{name}-train.rules"), str(capture))


def rehearse(service, name):
    """Teaches again what updates of the others have displaced; sends no new record."""
    return ask(service.program, "contribute", "--state", str(service.state(name)), "--rehearse")


def evaluate(service, samples, name):
    capture = samples / ORGANIZATIONS[name][1]
    return ask(service.program, "evaluate", "--state", str(service.state(name)), "--rules",
               str(samples / f"{name}-test.rules"), str(capture))


def learn_alone(program, samples, folder, name):
    """What one organization knows from its own captures only."""
    with Service(program, folder / f"alone-{name}") as service:
        service.coordinate()
        service.join(name)
        contribute(service, samples, name)
        return evaluate(service, samples, name), bytes_left(service, name)


def bytes_left(service, name):
    status = ask(service.program, "status", "--state", str(service.state(name)))
    return status["metrics"].get("driver.bytes_sent", 0)


def table_rows(results, bytes_by_stage):
    """One row per organization, stage and class; one more for the union of all classes."""
    rows = []
    for name in ORGANIZATIONS:
        for stage in STAGES:
            evaluation = results[name, stage]
            for row in evaluation["rows"]:
                rows.append({"organization": name, "stage": stage, **row})
            rows.append({"organization": name, "stage": stage, "class": "union",
                         "n": evaluation["n"], "macro_recall": evaluation["recall"],
                         "union_fpr": evaluation["union_fpr"],
                         "false_alerts_per_hour": evaluation["false_alerts_per_hour"],
                         "bytes_left_site": bytes_by_stage[name, stage]})
    return rows


def print_tables(results):
    for name in ORGANIZATIONS:
        stages = [results[name, stage] for stage in STAGES]
        print(f"\n{name}: recall (false-positive rate) on its own test capture, "
              f"{stages[0]['normals']} normal flows")
        print(f"  {'class':16}{'flows':>7}  " + "".join(f"{stage:>18}" for stage in
                                                         ("before", "own only", "everybody's")))
        for rows in zip(*(stage["rows"] for stage in stages)):
            cells = "".join(f"{row['recall']:>9.2f} ({row['fpr']:.4f})" for row in rows)
            print(f"  {rows[0]['class']:16}{rows[0]['n']:>7}  {cells}")
        cells = "".join(f"{stage['recall']:>9.2f} ({stage['union_fpr']:.4f})" for stage in stages)
        print(f"  {'all classes':16}{stages[0]['n'] - stages[0]['normals']:>7}  {cells}")
        print(f"  false alerts an hour: {stages[-1]['false_alerts_per_hour']:.1f}")


def share(program, samples, folder):
    """All three contribute at the same time to the same classifiers, then rehearse in turn."""
    results, left = {}, {}
    with Service(program, folder / "shared") as service:
        service.coordinate()
        for name in ORGANIZATIONS:
            service.join(name)
        for name in ORGANIZATIONS:
            results[name, "before"] = evaluate(service, samples, name)
            left[name, "before"] = bytes_left(service, name)
        with ThreadPoolExecutor(len(ORGANIZATIONS)) as pool:
            list(pool.map(lambda name: contribute(service, samples, name), ORGANIZATIONS))
        for name in ORGANIZATIONS:
            rehearse(service, name)
        for name in ORGANIZATIONS:
            results[name, "everybody"] = evaluate(service, samples, name)
            left[name, "everybody"] = bytes_left(service, name)
        alerts = call(program, "detect", "--state", str(service.state("campus")), "--limit",
                      str(ALERTS_SHOWN), "--summary", str(samples / ORGANIZATIONS["campus"][1]))
        models = call(program, "models", "--state", str(service.state("campus")))
    return results, left, alerts, models


def mean_recall(row, class_name):
    recalls = [one["recall"] for run in row["runs"] for one in run["rows"] if one["class"] == class_name]
    return sum(recalls) / len(recalls)


def print_orders(experiment):
    """Means over several orders of contribution, and the two questions that one run cannot answer."""
    stages = {(row["organization"], row["stage"]): row for row in experiment["rows"]}
    print(f"\nmeans over {ORDERS} orders of contribution, beside one model trained on everybody's captures in one place")
    print(f"  {'':9}{'recall, shared':>16}{'central':>10}{'false-positive rate, shared':>30}{'central':>10}")
    for name in ORGANIZATIONS:
        shared, central = stages[name, "everybody"], stages[name, "central"]
        print(f"  {name:9}{shared['macro_recall']:>16.3f}{central['macro_recall']:>10.3f}"
              f"{shared['union_fpr']:>30.4f}{central['union_fpr']:>10.4f}")
    print("recall of a class by the others, with and without the only organization that labels it")
    for class_name, absent in experiment["labelled_by_one"].items():
        for name in ORGANIZATIONS:
            if name != absent:
                print(f"  {class_name:14} at {name:9} {mean_recall(stages[name, 'everybody'], class_name):.2f}"
                      f"   without {absent}: {mean_recall(stages[name, 'without ' + absent], class_name):.2f}")


def run(program, samples, folder, json_file):
    began = time.monotonic()
    print("each organization learns alone ...", file=sys.stderr)
    with ThreadPoolExecutor(len(ORGANIZATIONS)) as pool:
        alone = dict(zip(ORGANIZATIONS, pool.map(
            lambda name: learn_alone(program, samples, folder, name), ORGANIZATIONS)))
    print("three organizations share their classifiers ...", file=sys.stderr)
    results, left, alerts, models = share(program, samples, folder)
    for name, (evaluation, left_site) in alone.items():
        results[name, "own"], left[name, "own"] = evaluation, left_site

    print(f"the same in {ORDERS} orders of contribution, and centrally ...", file=sys.stderr)
    experiment = ask(program, "experiment", "detection", "--samples", str(samples), "--orders", str(ORDERS))

    print_tables(results)
    print_orders(experiment)
    print("\nthe shared classifiers\n" + models)
    print("tributary detect on the campus test capture, first alerts (true and false) and the summary\n" + alerts)
    print("what left each site")
    for name, (train, _) in ORGANIZATIONS.items():
        print(f"  {name:9}{left[name, 'everybody']:>10} bytes of classifiers and protocol; "
              f"its training capture ({(samples / train).stat().st_size} bytes packed) stayed")
    print(f"\ndone in {time.monotonic() - began:.0f} s. Next: README.md, or `tributary --help`")
    if json_file:
        rows = {"schema": 1, "rows": table_rows(results, left), "orders": experiment}
        Path(json_file).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, default=Path("build/release/bin/tributary"))
    parser.add_argument("--samples", type=Path, default=Path("datasets/samples"))
    parser.add_argument("--json", metavar="FILE", help="also write every number to this file")
    parser.add_argument("--keep", action="store_true", help="leave the temporary folder in place")
    arguments = parser.parse_args()
    INTERRUPTS.listen()
    folder = Path(tempfile.mkdtemp(prefix="tributary-"))
    try:
        run(str(arguments.program.resolve()), arguments.samples.resolve(), folder, arguments.json)
        return 0
    except (Failed, subprocess.TimeoutExpired) as error:
        print(f"quickstart: {error}", file=sys.stderr)
        return 1
    except Interrupted:
        print("quickstart: interrupted; everything was stopped", file=sys.stderr)
        return 128 + INTERRUPTS.number
    finally:
        if arguments.keep:
            print(f"left in place: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
