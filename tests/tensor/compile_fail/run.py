"""Wrong programs must fail to compile, and say why in our words; a right one must compile.

    run.py --compiler g++ [--include DIR]...

Every snippet beside this file but control.cpp must fail. Its lines `// error: WORDS` name what the
line of the compiler's first error must say, `// expect: WORDS` what that or its notes must, in this
order.
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
        run = subprocess.run(command + [str(snippet)], capture_output=True, text=True)
        problem = None
        if snippet.stem == "control":
            if run.returncode != 0:
                problem = "must compile"
        else:
            source = snippet.read_text(encoding="utf-8")
            said = first_error(run.stderr)
            in_line = re.findall(r"^// error: (.+)$", source, re.M)
            expected = re.findall(r"^// expect: (.+)$", source, re.M)
            if run.returncode == 0:
                problem = "must not compile"
            elif not in_line + expected:
                problem = "says nothing of what to expect"
            elif lacking := missing(said.partition("\n")[0], in_line):
                problem = f"the line of the first error does not say '{lacking}'"
            elif lacking := missing(said, expected):
                problem = f"the first error and its notes do not say '{lacking}'"
        print(f"{snippet.name}: {problem or 'ok'}")
        if problem:
            problems += 1
            print("\n".join(first_error(run.stderr).splitlines()[:12]))
    sys.exit(1 if problems else 0)


main()
