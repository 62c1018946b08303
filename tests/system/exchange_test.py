#!/usr/bin/env python3
"""A classifier trained here, exported, judged by svm-predict of LIBSVM, imported and judged again.

Usage: exchange_test.py PROGRAM
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = None
PATIENCE = 120


class Exchange(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tributary-exchange-"))

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def done(self, *arguments):
        finished = subprocess.run([PROGRAM, *map(str, arguments), "--json"], capture_output=True,
                                  text=True, timeout=PATIENCE, check=False)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        return json.loads(finished.stdout)

    def refused(self, arguments, *said):
        finished = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                                  timeout=PATIENCE, check=False)
        self.assertNotEqual(finished.returncode, 0, arguments)
        for words in said:
            self.assertIn(words, finished.stderr, arguments)

    def accuracy(self, made):
        return self.done("evaluate", "--object", made, "--records", "synthetic:600:4")["accuracy"]

    def predicted(self, model):
        labels = self.folder / "labels.txt"
        subprocess.run(["svm-predict", self.folder / "rows.txt", model, labels], check=True,
                       capture_output=True, timeout=PATIENCE)
        return labels.read_text().split()

    @unittest.skipUnless(shutil.which("svm-predict"), "svm-predict (libsvm-tools) is absent")
    def test_libsvm_judges_the_export_and_we_judge_the_import_alike(self):
        trained, imported = self.folder / "trained.trb", self.folder / "imported.trb"
        text, again = self.folder / "model.txt", self.folder / "again.txt"
        self.done("train", "--schema", "kdd41", "--records", "synthetic:3000:1", "--object",
                  trained)
        self.done("models", "export", "--object", trained, "--libsvm", text, "--records",
                  "synthetic:2000:2", "--records-to", self.folder / "rows.txt")
        ours = self.done("evaluate", "--object", trained, "--records", "synthetic:2000:2")

        labels = self.predicted(text)
        truth = [row.split()[0] for row in (self.folder / "rows.txt").read_text().splitlines()]

        right = sum(label == expected for label, expected in zip(labels, truth))
        self.assertEqual(len(labels), 2000)
        self.assertAlmostEqual(right / 2000, ours["accuracy"], delta=0.0011)
        self.done("models", "import", "--libsvm", text, "--schema", "kdd41", "--object", imported)
        taken = self.done("evaluate", "--object", imported, "--records", "synthetic:2000:2")
        for figure in ("accuracy", "auc", "recall", "vectors"):
            self.assertAlmostEqual(taken[figure], ours[figure], delta=1e-6, msg=figure)
        self.done("models", "export", "--object", imported, "--libsvm", again)
        self.assertEqual(self.predicted(again), labels)

    @unittest.skipUnless(shutil.which("svm-train"), "svm-train (libsvm-tools) is absent")
    def test_a_model_that_svm_train_made_is_taken(self):
        some, text, made = self.folder / "some.trb", self.folder / "x.txt", self.folder / "made.txt"
        self.done("train", "--schema", "kdd41", "--records", "synthetic:600:3", "--object", some)
        self.done("models", "export", "--object", some, "--libsvm", text, "--records",
                  "synthetic:1500:4", "--records-to", self.folder / "rows.txt")
        subprocess.run(["svm-train", "-q", "-c", "10", "-g", "0.5", self.folder / "rows.txt", made],
                       check=True, timeout=PATIENCE)

        self.done("models", "import", "--libsvm", made, "--schema", "kdd41", "--object",
                  self.folder / "taken.trb")

        taken = self.done("evaluate", "--object", self.folder / "taken.trb", "--records",
                          "synthetic:1500:4")
        truth = [row.split()[0] for row in (self.folder / "rows.txt").read_text().splitlines()]
        right = sum(a == b for a, b in zip(self.predicted(made), truth))
        self.assertAlmostEqual(taken["accuracy"], right / 1500, delta=0.0011)

    @unittest.skipUnless(shutil.which("svm-train"), "svm-train (libsvm-tools) is absent")
    def test_of_other_labels_one_must_be_named(self):
        some, made = self.folder / "some.trb", self.folder / "made.txt"
        rows = self.folder / "rows.txt"
        self.done("train", "--schema", "kdd41", "--records", "synthetic:600:3", "--object", some)
        self.done("models", "export", "--object", some, "--libsvm", self.folder / "x.txt",
                  "--records", "synthetic:600:4", "--records-to", rows)
        names = {"1": "5", "-1": "9"}
        other = [line.split(" ", 1) for line in rows.read_text().splitlines()]
        rows.write_text("".join(f"{names[label]} {rest}\n" for label, rest in other))
        subprocess.run(["svm-train", "-q", "-c", "10", "-g", "0.5", rows, made], check=True,
                       timeout=PATIENCE)
        taken = ("models", "import", "--libsvm", made, "--schema", "kdd41", "--object",
                 self.folder / "taken.trb", "--new")

        self.refused(taken, "made.txt", "9 and 5", "--label")
        self.done(*taken, "--label", 5)
        right = self.accuracy(self.folder / "taken.trb")
        self.done(*taken, "--label", 9)
        wrong = self.accuracy(self.folder / "taken.trb")

        self.assertGreater(right, 0.95)
        self.assertAlmostEqual(wrong, 1 - right, delta=0.01)

    def test_what_is_refused_is_named_with_the_next_step(self):
        trained, linear = self.folder / "trained.trb", self.folder / "linear.trb"
        broken, empty = self.folder / "broken", self.folder / "empty"
        broken.write_text("neither a classifier nor records\n")
        empty.write_text("")
        train = ("train", "--schema", "kdd41", "--records", "synthetic:600", "--object")
        self.done(*train, trained)
        self.done(*train, linear, "--kind", "rff-linear")
        for show in ("card", "lineage", "quarantine", "privacy"):
            self.refused(("models", show, "--object", broken), "broken", "Give a file")
        self.refused(("models", "card", "--object", self.folder / "no"), "no: No such", "Give")
        self.refused(("models", "card", "some", "--object", trained), "name one classifier")
        self.refused(("models", "rollback", "x", "--state", self.folder, "--from", broken),
                     "broken", "Give a file")
        self.refused(("models", "export", "--object", linear, "--libsvm", empty), "Export an")
        for text in (broken, empty):
            self.refused(("models", "import", "--libsvm", text, "--object", self.folder / "x"),
                         text.name, "line 1", "Give a file")
        self.refused((*train, broken), "broken", "--new")
        self.refused(("train", "--schema", "kdd41", "--records", empty, "--object", trained),
                     "empty", "Give KDD text")
        self.refused((*train, self.folder / "x", "--class", "typo"), '"typo"', "normal", "--class")
        for option, kind in (("--nu=.1", "svm-rbf"), ("--fourier=64", "svm-rbf"),
                             ("--budget=9", "rff-linear"), ("--cost=1", "one-class")):
            self.refused((*train, self.folder / "x", "--kind", kind, option),
                         option.split("=")[0], kind, "Leave it out")
        self.assertFalse((self.folder / "x").exists())
        self.refused(("models", "export", "--object", trained, "--libsvm", trained), "overwritten")
        self.refused(("train", "--schema", "kdd41", "--records", trained, "--object", trained,
                      "--new"), "overwritten")
        self.refused(("coordinator", "donate", "--state", self.folder / "no", "--records",
                      "synthetic:100"), "no coordinator's folder", "Start one")
        self.done("models", "card", "--object", trained)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1])
