# SPDX-License-Identifier: MIT
"""Wrong programs must fail to compile, and say why in our words; a right one must compile.

    run.py --compiler g++ [--include DIR]...

Every snippet beside this file but control.cpp must fail. Its lines `// error: WORDS` name what the
line of the compiler's first error must say, `// expect: WORDS` what that or its notes must, in this
order. Lines `// flags: FLAGS` are further flags, each of which it must fail with; it then fails before
anything else is said, and nothing follows.
"""

import argparse
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def first_error(output):
    """From the first error to the next: the error and its notes, plain quotes."""
    lines, taken = output.replace("‘", "'").replace("’", "'").splitlines(), []
    for line in lines:
        if re.search(r"\berror:", line) and taken:
            break
        if re.search(r"\berror:", line) or taken:
            taken.append(line)
    return "\n".join(taken)


def missing(said, expected):
    at = 0
    for words in expected:
        at = said.find(words, at)
        if at < 0:
            return words
        at += len(words)
    return None


def failure(source, run, at_once):
    """What is wrong with how this snippet failed, or None."""
    said = first_error(run.stderr)
    in_line = re.findall(r"^// error: (.+)$", source, re.M)
    expected = re.findall(r"^// expect: (.+)$", source, re.M)
    if run.returncode == 0:
        return "must not compile"
    if not in_line + expected:
        return "says nothing of what to expect"
    if lacking := missing(said.partition("\n")[0], in_line):
        return f"the line of the first error does not say '{lacking}'"
    if lacking := missing(said, expected):
        return f"the first error and its notes do not say '{lacking}'"
    if at_once:
        lines = [line for line in run.stderr.splitlines()
                 if not re.match(r"In file included from|\s+from ", line)]
        errors = [line for line in lines if re.search(r"\berror:", line)]
        if lines[0] != errors[0]:
            return f"begins with something else: {lines[0]}"
        if len(errors) != 2 or "mgkit stops here" not in errors[1]:
            return f"{len(errors)} errors instead of one and the end of the compilation"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", action="append", default=[], help="of third-party headers")
    options = parser.parse_args()
    command = [options.compiler, "-std=c++20", "-fsyntax-only", f"-I{ROOT / 'include'}"]
    for folder in options.include:
        command += ["-isystem", folder]

    problems = 0
    for snippet in sorted(HERE.glob("*.cpp"), key=lambda p: (p.stem != "control", p.stem)):
        source = snippet.read_text(encoding="utf-8")
        for flags in re.findall(r"^// flags: (.+)$", source, re.M) or [""]:
            run = subprocess.run(command + flags.split() + [str(snippet)], capture_output=True,
                                 text=True)
            if snippet.stem == "control":
                problem = None if run.returncode == 0 else "must compile"
            else:
                problem = failure(source, run, at_once=bool(flags))
            print(f"{snippet.name}{flags and ' '}{flags}: {problem or 'ok'}")
            if problem:
                problems += 1
                print("\n".join(first_error(run.stderr).splitlines()[:12]))
    sys.exit(1 if problems else 0)


main()
