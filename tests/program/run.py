# SPDX-License-Identifier: MIT
"""Tests of the program mgfm as its users meet it: run.py PROGRAM [NAME...]

Every test is a function of a folder of its own; NAME selects tests by the start of their names. Those
of case_ need $MGKIT_CASES_DIR and run where they are asked for.
"""

import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True

import ablation
import audits
import bad_arguments
import bad_folders
import bad_weights
import cases
import commands
import embedding
import identity
import learning
import other_data
import pretraining
import recordings
import reports
import same_bits
import training_side
import two_streams


def main():
    chosen = sys.argv[2:] or [""]
    failed = 0
    modules = [cases] if chosen[0].startswith("case_") else [
        ablation, audits, bad_folders, bad_arguments, bad_weights, commands, embedding, identity, learning,
        other_data, pretraining, recordings, reports, same_bits, training_side, two_streams]
    for module in modules:
        for name, test in vars(module).items():
            if not name.startswith("test_") or not any(name[5:].startswith(c) for c in chosen):
                continue
            start = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="mgfm-") as here:
                try:
                    test(here)
                    outcome = "ok"
                except Exception:  # a failing test must not hide the others
                    failed += 1
                    outcome = "FAILED\n" + traceback.format_exc(limit=-3)
            print(f"{name[5:]:28} {time.monotonic() - start:6.1f} s  {outcome}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
