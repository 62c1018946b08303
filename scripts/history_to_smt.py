#!/usr/bin/env python3
"""Turns a history of `tributary simulate --history FILE` into a question for any SMT solver.

Usage: history_to_smt.py FILE [--plant-stale-read] >question.smt2; z3 question.smt2

The answer is `sat` when the history is linearizable: every operation has an instant, a real
number t, such that one that completed before another began has the smaller one (real time), and every list
that an operation saw holds exactly the values of the updates with smaller numbers, in their order.
The question is of QF_LRA, written in SMT-LIB 2; deciding it is the solver's work, which knows
nothing of this project. What takes part, and --plant-stale-read: see check_history.py.
"""

import collections
import sys

import check_history


def place(name):
    """t12 and done12 stand near each other in time."""
    return int(name.lstrip("tdone")), name


class Question:
    """Collects inequalities between instants; each is written once."""

    def __init__(self, operations):
        self.operations = operations
        self.less = set()  # pairs of names: the first is smaller than the second
        self.possible = True

    def before(self, first, second):
        self.less.add((first, second))

    def real_time(self):
        """An operation lies behind every one that had completed when it was invoked.

        done_k stands for the instant at which the first k completions are all over, so that the
        inequalities grow with the operations and not with their pairs.
        """
        ends = sorted((operation["complete"], number)
                      for number, operation in enumerate(self.operations)
                      if operation["complete"] != check_history.NEVER)
        starts = sorted((operation["invoke"], number)
                        for number, operation in enumerate(self.operations))
        done = 0
        for invoke, number in starts:
            while done < len(ends) and ends[done][0] < invoke:
                if done > 0:
                    self.before(f"done{done}", f"done{done + 1}")
                done += 1
                self.before(f"t{ends[done - 1][1]}", f"done{done}")
            if done > 0:
                self.before(f"done{done}", f"t{number}")

    def objects(self):
        writers = collections.defaultdict(dict)  # object -> value -> number of the operation
        seen = collections.defaultdict(list)  # object -> (number of the operation, list it saw)
        for number, operation in enumerate(self.operations):
            for name, value in operation["append"].items():
                writers[name][value] = number
            for name, values in operation["read"].items():
                seen[name].append((number, values))
        for name, reads in seen.items():
            self.one_object(writers[name], reads)

    def one_object(self, writers, reads):
        longest = max((values for _, values in reads), key=len)
        if any(value not in writers for _, values in reads for value in values):
            self.possible = False  # a value that no operation of this history wrote
            return
        self.chain(writers, longest)
        unseen = [number for value, number in writers.items() if value not in set(longest)]
        for number, values in reads:
            if values != longest[:len(values)]:
                self.chain(writers, values)  # another order than that of the longest list
                later = [writer for value, writer in writers.items() if value not in set(values)]
            else:
                later = unseen + [writers[value] for value in longest[len(values):][:1]]
            if values:
                self.before(f"t{writers[values[-1]]}", f"t{number}")
            for writer in later:
                if writer != number:
                    self.before(f"t{number}", f"t{writer}")

    def chain(self, writers, values):
        for first, second in zip(values, values[1:]):
            self.before(f"t{writers[first]}", f"t{writers[second]}")

    def write(self, out):
        print("(set-logic QF_LRA)", file=out)
        for name in sorted({name for pair in self.less for name in pair}, key=place):
            print(f"(declare-const {name} Real)", file=out)
        # In the order of time a solver hardly ever has to move an instant that it has placed.
        for first, second in sorted(self.less, key=lambda pair: max(map(place, pair))):
            print(f"(assert (< {first} {second}))", file=out)
        if not self.possible:
            print("(assert false)", file=out)
        print("(check-sat)", file=out)


def main(arguments):
    files = [argument for argument in arguments if not argument.startswith("--")]
    if len(files) != 1 or set(arguments) - set(files) - {"--plant-stale-read"}:
        print(__doc__, file=sys.stderr)
        return 2
    operations = check_history.load(files[0])
    if "--plant-stale-read" in arguments:
        print(f"the read in line {check_history.plant_stale_read(operations)} is stale now",
              file=sys.stderr)
    question = Question(operations)
    question.real_time()
    question.objects()
    print(f"; {len(operations)} operations")
    question.write(sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
