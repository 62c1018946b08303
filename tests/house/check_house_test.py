#!/usr/bin/env python3
"""Plants one fault of each rule in a small tree and sees scripts/check_house.py find it."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check_house.py"
CLEAN = "#pragma once\n// A thing. Any thread.\n"


def findings(files):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        run = subprocess.run([sys.executable, str(SCRIPT), "--root", folder, "--no-format"],
                             capture_output=True, text=True, check=False)
        return run.stdout


class CheckHouse(unittest.TestCase):
    def test_a_clean_tree_has_no_findings(self):
        self.assertEqual(findings({"base/a.hpp": CLEAN}), "")

    def test_an_include_may_only_go_down(self):
        tree = {"classifier/c.hpp": CLEAN, "netlayer/n.cpp": '#include "classifier/c.hpp"\n'}
        self.assertIn("netlayer must not include classifier", findings(tree))

    def test_a_long_file_and_a_long_function_are_found(self):
        body = "void f() {\n" + "    g();\n" * 80 + "}\n"
        self.assertIn("function: 82 lines", findings({"base/a.cpp": body}))
        self.assertIn("length: 401 lines", findings({"base/a.cpp": "int x;\n" * 401}))

    def test_a_function_is_found_however_its_body_begins(self):
        body = "    g();\n" * 80 + "}\n"
        for head in ("X::X() : a(1), b{2} {\n", "void g() noexcept(true) {\n", "void h() try {\n", "int f()\n{\n",
                     "auto z = [](int q) -> int {\n"):
            self.assertIn("function: 8", findings({"base/a.cpp": head + body}), head)

    def test_a_long_table_is_no_function(self):
        self.assertEqual(findings({"base/a.cpp": "const int kTable[] = {\n" + "    1,\n" * 80 + "};\n"}), "")

    def test_dear_headers_stay_out_of_headers(self):
        self.assertIn("belongs in a .cpp", findings({"app/a.hpp": CLEAN + "#include <nlohmann/json.hpp>\n"}))

    def test_a_library_has_one_owner(self):
        self.assertIn("owner", findings({"app/a.cpp": "#include <libsvm/svm.h>\n"}))

    def test_headers_say_what_they_are(self):
        self.assertIn("opening comment", findings({"base/a.hpp": "#pragma once\nint f();\n"}))
        self.assertIn("#pragma once", findings({"base/a.hpp": "// A thing.\n"}))

    def test_unfinished_work_and_naked_memory_are_found(self):
        self.assertIn("unfinished", findings({"base/a.cpp": "// " + "TO" + "DO later\n"}))
        self.assertIn("naked new", findings({"base/a.cpp": "auto* p = new Thing(1);\n"}))
        self.assertIn("naked new", findings({"base/a.cpp": "auto* p = new std::vector<int>;\n"}))


if __name__ == "__main__":
    unittest.main()
