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


if __name__ == "__main__":
    PROGRAM = Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1])
