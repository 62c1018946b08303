#!/usr/bin/env python3
"""Checks the rules of CONVENTIONS.md that a compiler does not.

Layering of includes, length of files and functions, header guards, banned headers, banned words
and format. Prints one line a finding, `path:line: rule: what`, and exits 1 when there is any.

Usage: scripts/check_house.py [--root DIR] [--no-format]
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

# A layer may include itself and what stands in its set; the picture is in CONVENTIONS.md section 1.
LAYERS = {
    "base": set(),
    "datasets": {"base"},
    "classifier": {"base", "datasets"},
    "netlayer": {"base"},
    "app": {"base", "datasets", "classifier", "netlayer"},
    "gui": {"app"},
    "bench": {"base", "datasets", "classifier", "netlayer", "app"},
}
SOURCE_FOLDERS = [*LAYERS, "tests"]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 70
MAX_BASE_HEADERS = 12
# Dear to compile: only .cpp files may name them.
HEADERS_BANNED_IN_HPP = ("CLI/", "nlohmann/", "spdlog/", "zmq.hpp", "toml++/")
# Each library is seen by one folder only.
HEADER_OWNERS = {
    "spdlog/": "base/log.cpp",
    "libsvm/": "classifier/",
    "pcap/": "datasets/packet/",
    "pcap.h": "datasets/packet/",
    "zmq": ("netlayer/driver/", "app/bench/migration/"),
    "sqlite3.h": "netlayer/store/",
    "libpq-fe.h": ("netlayer/store/", "app/bench/migration/"),
    "zstd.h": ("base/compress.cpp", "datasets/packet/"),
    "CLI/": "app/",
    "toml++/": "app/config/",
}
BANNED_CODE = {
    r"\b(TODO|FIXME|XXX|HACK)\b": "mark of unfinished work",
    r"(?:=|\(|,|return)\s*new\s+[A-Za-z_:]|^\s*new\s+[A-Za-z_:<>]+\s*[;({\[]": "naked new",
    r"\bdelete\s+[A-Za-z_]": "naked delete",
    r"(?<![\w:.>])(?:malloc|free)\s*\(": "malloc or free",
    r"\bstd::rand\b": "unseeded randomness",
}
INCLUDE = re.compile(r'^\s*#include\s+(["<])([^">]+)[">]')


def strip_comment(line):
    """The line without strings and without a trailing // comment."""
    line = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)
    return line.split("//", 1)[0]


TYPE = re.compile(r"(?:template\s*<.*>\s*)?(?:inline\s+|static\s+)?(?:namespace|class|struct|enum|union|extern)\b[^()]*$", re.S)


def block_kind(statement):
    """What a `{` opens, by the text before it: a type or namespace, a function, or a value in braces."""
    statement = statement.strip()
    if TYPE.match(re.sub(r"^(public|private|protected)\s*:", "", statement).strip()):
        return "type"
    if ")" in statement and not re.search(r"[=,(]$|\breturn$", statement):
        return "value" if re.search(r":\s*(?:.*[,:]\s*)?\w+$", statement, re.S) and "?" not in statement else "function"
    return "value"


class House:
    def __init__(self, root):
        self.root = root
        self.findings = []

    def say(self, path, line, rule, what):
        self.findings.append(f"{path.relative_to(self.root)}:{line}: {rule}: {what}")

    def sources(self):
        for folder in SOURCE_FOLDERS:
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in (".hpp", ".cpp"):
                    yield path

    def check(self):
        for path in self.sources():
            lines = path.read_text(encoding="utf-8").splitlines()
            self.check_file(path, lines)
            self.check_includes(path, lines)
            self.check_functions(path, lines)
        headers = list((self.root / "base").glob("*.hpp"))
        if len(headers) > MAX_BASE_HEADERS:
            self.say(headers[0], 1, "base", f"{len(headers)} headers; the cap is {MAX_BASE_HEADERS}")

    def check_file(self, path, lines):
        if len(lines) > MAX_FILE_LINES:
            self.say(path, len(lines), "length", f"{len(lines)} lines; the limit is {MAX_FILE_LINES}")
        if path.suffix == ".hpp":
            if "#pragma once" not in lines[:3]:
                self.say(path, 1, "header", "does not start with #pragma once")
            if not any(line.startswith("//") for line in lines[:6]):
                self.say(path, 1, "header", "has no opening comment that says what it is")
        for number, line in enumerate(lines, 1):
            code = strip_comment(line)
            if path.suffix == ".hpp" and re.search(r"\busing namespace\b", code):
                self.say(path, number, "namespace", "using namespace in a header")
            for pattern, what in BANNED_CODE.items():
                text = line if "unfinished" in what else code
                if re.search(pattern, text):
                    self.say(path, number, "banned", what)

    def check_includes(self, path, lines):
        relative = path.relative_to(self.root).as_posix()
        layer = relative.split("/", 1)[0]
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            own, name = match.group(1) == '"', match.group(2)
            target = name.split("/", 1)[0]
            if own and not (self.root / name).exists() and ".pb.h" not in name:
                self.say(path, number, "include", f"{name} is not a path from the root")
            if layer in LAYERS and target in LAYERS and target != layer:
                if target not in LAYERS[layer]:
                    self.say(path, number, "layer", f"{layer} must not include {target}")
            if path.suffix == ".hpp" and name.startswith(HEADERS_BANNED_IN_HPP):
                self.say(path, number, "include", f"{name} belongs in a .cpp file")
            self.check_owner(path, relative, number, name)

    def check_owner(self, path, relative, number, name):
        if relative.startswith(("tests/", "bench/")):
            return
        for prefix, owners in HEADER_OWNERS.items():
            owners = (owners,) if isinstance(owners, str) else owners
            if name.startswith(prefix) and not relative.startswith(owners):
                self.say(path, number, "owner", f"{name} is for {', '.join(owners)} only")

    def check_functions(self, path, lines):
        """Finds bodies by their braces and by what stands before them since the last statement."""
        stack, statement = [], ""
        for number, line in enumerate(lines, 1):
            code = re.sub(r'"(?:\\.|[^"\\])*"', '""', strip_comment(line))
            code = re.sub(r"'(?:\\.|[^'\\])'", "' '", code)
            if code.lstrip().startswith("#"):
                continue
            for letter in code + " ":
                if letter == "{":
                    stack.append((number, block_kind(statement), statement))
                    statement = ""
                elif letter == "}" and stack:
                    start, kind, before = stack.pop()
                    statement = before + "{}" if kind == "value" else ""
                    if kind == "function" and all(outer != "function" for _, outer, _ in stack):
                        self.check_length(path, start, number)
                elif letter == ";":
                    statement = ""
                else:
                    statement += letter

    def check_length(self, path, start, end):
        length = end - start + 1
        if length > MAX_FUNCTION_LINES:
            self.say(path, start, "function", f"{length} lines; the limit is {MAX_FUNCTION_LINES}")

    def check_format(self):
        tool = shutil.which("clang-format-14") or shutil.which("clang-format")
        if tool is None:
            self.findings.append("clang-format is missing. Run scripts/setup")
            return
        files = [str(path) for path in self.sources()]
        run = subprocess.run([tool, "--dry-run", "-Werror", *files], capture_output=True, text=True, check=False)
        for line in run.stderr.splitlines():
            if "error:" in line:
                self.findings.append(line.replace(str(self.root) + "/", ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--no-format", action="store_true")
    arguments = parser.parse_args()
    house = House(arguments.root.resolve())
    house.check()
    if not arguments.no_format:
        house.check_format()
    for finding in house.findings:
        print(finding)
    print(f"house: {len(house.findings)} findings", file=sys.stderr)
    return 1 if house.findings else 0


if __name__ == "__main__":
    sys.exit(main())
