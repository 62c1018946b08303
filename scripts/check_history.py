#!/usr/bin/env python3
"""Is this history linearizable? Reads what `tributary simulate --history FILE` writes.

Usage: check_history.py FILE [--plant-stale-read]

A search after Wing and Gong (1993) with Lowe's memory of visited configurations; it shares no code
and no idea with the simulator's own check, which looks for cycles. The state is the list of values
of every object; an operation may stand next when it saw exactly that state, and when no operation
that is still to come completed before it was invoked. Operations that were not durable, and local
reads, take no part (docs/protocol.md). With --plant-stale-read one strict read loses the newest
value that it saw, although the update behind it had completed: such a history must be refused.
Exit code 0: linearizable, 1: not, 2: wrong usage.
"""

import collections
import json
import sys

NEVER = float("inf")


def load(file):
    operations = []
    with open(file, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            entry = json.loads(line)
            if not entry["durable"] or not entry["strict"]:
                continue
            complete = NEVER if entry["complete"] is None else entry["complete"]
            if complete == NEVER and not entry["append"]:
                continue  # a read that nobody saw the answer of
            operations.append({
                "line": number, "invoke": entry["invoke"], "complete": complete,
                "read": {name: tuple(values) for name, values in entry["read"].items()},
                "append": entry["append"]})
    return sorted(operations, key=lambda operation: operation["invoke"])


def plant_stale_read(operations):
    """Takes the newest value from a read that began after the update of that value had ended."""
    ended = {value: operation["complete"] for operation in operations
             for value in operation["append"].values()}
    for operation in operations[len(operations) // 2:]:
        for name, values in operation["read"].items():
            if not operation["append"] and values and ended[values[-1]] < operation["invoke"]:
                operation["read"][name] = values[:-1]
                return operation["line"]
    raise SystemExit("check_history: no read to make stale; take a longer history")


class Search:
    def __init__(self, operations):
        self.operations = operations
        self.state = {}
        self.left = set(range(len(operations)))
        self.first = 0  # everything before it is placed
        self.placed = 0  # bit n: operation n is placed
        self.visited = set()
        self.deepest = 0
        # How many operations that must be placed still have to see an object at this length:
        # none may be left when the object grows, because it never shrinks again.
        self.waiting = collections.Counter()
        for operation in operations:
            self.count(operation, 1)

    def count(self, operation, change):
        if operation["complete"] != NEVER:
            for name, values in operation["read"].items():
                self.waiting[(name, len(values))] += change

    def may_stand_next(self, operation):
        if any(self.state.get(name, ()) != values for name, values in operation["read"].items()):
            return False
        itself = 0 if operation["complete"] == NEVER else 1
        return all(self.waiting[(name, len(self.state.get(name, ())))] <= itself
                   for name in operation["append"])

    def candidates(self):
        """Operations that may come next in real time and saw the present state."""
        earliest, found = NEVER, []
        for index in range(self.first, len(self.operations)):
            operation = self.operations[index]
            if operation["invoke"] > earliest:
                break
            if index in self.left:
                earliest = min(earliest, operation["complete"])
                found.append(index)
        return [index for index in found if self.operations[index]["invoke"] <= earliest
                and self.may_stand_next(self.operations[index])]

    def place(self, index):
        self.left.remove(index)
        self.placed ^= 1 << index
        self.count(self.operations[index], -1)
        for name, value in self.operations[index]["append"].items():
            self.state[name] = self.state.get(name, ()) + (value,)
        while self.first < len(self.operations) and self.first not in self.left:
            self.first += 1

    def take_back(self, index):
        self.left.add(index)
        self.placed ^= 1 << index
        self.count(self.operations[index], 1)
        self.first = min(self.first, index)
        for name in self.operations[index]["append"]:
            self.state[name] = self.state[name][:-1]

    def new_configuration(self):
        """The state follows from what is placed, so that the placed operations are all of it."""
        if self.placed in self.visited:
            return False
        self.visited.add(self.placed)
        return True

    def done(self):
        return all(self.operations[index]["complete"] == NEVER for index in self.left)

    def run(self):
        path, choices = [], [self.candidates()]
        while not self.done():
            self.deepest = max(self.deepest, len(path))
            if choices[-1]:
                index = choices[-1].pop(0)
                if not self.operations[index]["append"]:
                    choices[-1].clear()  # a read that fits now may always stand here
                self.place(index)
                path.append(index)
                choices.append(self.candidates() if self.new_configuration() else [])
            else:
                choices.pop()
                if not path:
                    return False
                self.take_back(path.pop())
        return True


def main(arguments):
    files = [argument for argument in arguments if not argument.startswith("--")]
    if len(files) != 1 or set(arguments) - set(files) - {"--plant-stale-read"}:
        print(__doc__, file=sys.stderr)
        return 2
    operations = load(files[0])
    if "--plant-stale-read" in arguments:
        print(f"the read in line {plant_stale_read(operations)} is stale now")
    search = Search(operations)
    if search.run():
        print(f"linearizable: {len(operations)} operations")
        return 0
    print(f"not linearizable: no order goes beyond {search.deepest} of {len(operations)} "
          "operations")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
