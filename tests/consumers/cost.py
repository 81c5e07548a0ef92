# SPDX-License-Identifier: MIT
"""What a consumer pays: seconds and memory of its compilation, and the size of what runs.

    cost.py --compiler g++ --eigen /usr/include/eigen3 [--compiled BUILD_DIR]

Prints a table for docs/performance.md. Seconds are the compiler's, user and system, at -O2, divided by
those for Eigen/Core in the same minute, times .73; the least of three. Sizes are of the stripped program.
With a build folder that has mgkit::compiled, programs of that form too.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NORMAL = 0.73
READINGS = 3
# Name, source below the root, flags, libraries.
CONSUMERS = [
    ("version, threads, a product, JSON", "tests/consumers/light.cpp", [], []),
    ("component eigen", "tests/consumers/components/eigen.cpp", [], []),
    ("component eigen_bf16", "tests/consumers/components/eigen_bf16.cpp", ["-DMGKIT_GEMM_ONEDNN=1", "-fopenmp"],
     ["-ldnnl"]),
    ("component xtensor", "tests/consumers/components/xtensor.cpp", [], ["-lopenblas"]),
    ("component torch", "tests/consumers/components/torch.cpp",
     ["-isystem", "/usr/include/torch/csrc/api/include"], ["-ltorch_cpu", "-lc10"]),
    ("component simdjson", "tests/consumers/components/simdjson.cpp", ["-DMGKIT_JSON_SIMDJSON=1"], ["-lsimdjson"]),
    ("component compiled: a recording of any format", "examples/compiled_program.cpp", ["compiled"], []),
    ("the same, header-only", "examples/compiled_program.cpp", [], []),
    ("an encoder in a product (mgkit/inference.hpp), compiled", "examples/recognise.cpp", ["compiled"], []),
    ("the same, header-only", "examples/recognise.cpp", [], []),
    ("features of a recording", "examples/embed_recording.cpp", [], []),
    ("an encoder of one's own, trained", "examples/add_an_encoder.cpp", [], []),
    ("the whole pipeline on mgkit.hpp", "examples/compose_a_pipeline.cpp", [], []),
]


def measured(command):
    """Seconds and MiB of one command; None where it fails."""
    pid = os.spawnvp(os.P_NOWAIT, command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        return None
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--eigen", default="/usr/include/eigen3")
    parser.add_argument("--compiled", default="", help="build folder with libmgkit_compiled.a")
    options = parser.parse_args()
    base = [options.compiler, "-std=c++20", "-O2", f"-I{ROOT / 'include'}", "-isystem", options.eigen]
    print("| consumer | seconds | MiB | stripped kB |\n|---|---|---|---|")
    left_out = []
    with tempfile.TemporaryDirectory() as scratch:
        clock = os.path.join(scratch, "clock.cpp")
        pathlib.Path(clock).write_text("#include <Eigen/Core>\n", encoding="utf-8")
        program, unit = os.path.join(scratch, "program"), os.path.join(scratch, "unit.o")
        for name, source, flags, libraries in CONSUMERS:
            if "compiled" in flags:
                if not options.compiled:
                    left_out.append(name)
                    continue
                flags = ["-DMGKIT_COMPILED", "-DMGKIT_GEMM_ONEDNN=1", "-fopenmp"]
                libraries = [os.path.join(options.compiled, "libmgkit_compiled.a"), "-ldnnl", "-lsimdjson"]
            readings = []
            for _ in range(READINGS):
                took = measured([*base, *flags, "-c", str(ROOT / source), "-o", unit])
                ticks = measured([*base, "-fsyntax-only", clock])
                if took is None or ticks is None:
                    break
                readings.append((took[0] / ticks[0] * NORMAL, took[1]))
            linked = readings and subprocess.run([options.compiler, unit, *flags, *libraries, "-pthread", "-s", "-o",
                                                  program], check=False).returncode == 0
            if not linked:
                left_out.append(name)
                continue
            seconds, mib = min(readings)
            print(f"| {name} | {seconds:.1f} | {mib:.0f} | {os.path.getsize(program) / 1000:.0f} |", flush=True)
    for name in left_out:
        print(f"left out: {name}", file=sys.stderr)


main()
