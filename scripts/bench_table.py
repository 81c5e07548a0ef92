#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench_table.py FILE...: one table of the benchmarks from Google Benchmark's JSON files.

Rows are named area/case/variant (further parts belong to the case). `ours` and `ours_bf16` are what
is judged; every other variant of the same area and case is a peer, taken from the same file where
that has ours, else from any. The ratio is the peer's median time by ours: above 1 we are faster.
Fraction is ours by the ceiling, from the counters ceiling_<unit> and fraction of our row. Goals stand
beside the figures they are for. Standard library only.
"""
import json
import re
import sys

# What Google Benchmark appends to a name; the rest is ours.
APPENDED = ("real_time", "process_time", "manual_time", "iterations:", "repeats:", "threads:",
            "min_time:", "min_warmup_time:")
OURS = ("ours", "ours_bf16")
UNITS = {"gflops": "GFLOP/s", "product_gflops": "GFLOP/s", "microseconds": "us", "milliseconds": "ms"}
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
AREAS = {
    "step": "Pre-training step beside LibTorch",
    "pretrain": "Pre-training step",
    "gpu": "On a GPU",
    "embed": "Features of clips, one thread",
    "moco": "Momentum contrast step beside LibTorch",
    "augment": "Four views of a clip, and one by each stage alone, one core",
    "retrieve": "Exact retrieval",
    "probe": "Linear probe",
    "ceiling": "What the machine can do",
    "products": "Products of the step, beside the provider's best cutting",
    "scale": "Growth of a step with its sizes",
    "zoo": "Every encoder at its published size: one clip and 16 on one thread, a training step of 16",
    "parse": "Reading recordings, one core",
    "sample": "Sampling, one core",
}
# Case as printed, or an area: peer and goal of the ratio to it; goal of the fraction; goal of our own figure.
GOALS = {
    "step/d128_b32": ("torch_nn", "2.2", ".60", ""),
    "step/d256_b32": ("torch_nn", "2.0", ".80", ""),
    "step/d512_b32": ("torch_nn", "1.6", "", ""),
    "step/d1024_b16": ("torch_nn", "1.4", "", ""),
    "step/d256_b32 bf16": ("torch_nn", "3", "", ""),
    "embed/d256_b1": ("torch_nn", "1.3", "", ""),
    "embed/d256_b1 bf16": ("torch_nn", "2", "", ""),
    "embed/d256_b64": ("torch_nn", "1.05", "", ""),
    "embed/d256_b64 bf16": ("torch_nn", "1.5", "", ""),
    **{f"zoo/{encoder}_{kind}": ("torch_nn", "1.5", "", "")
       for encoder in ("st_gcn", "st_gcn_pp", "agcn", "aagcn", "ctr_gcn", "gru", "bigru")
       for kind in ("clip", "step")},
    **{f"zoo/{encoder}_{kind}": ("torch_nn", goal, "", "")
       for encoder in ("lstm", "blstm") for kind, goal in (("clip", "1.5"), ("step", "1.2"))},
    "augment": ("memcpy", ".33", "", ""),
    "augment/reference_64_float": ("", "", "", "10 us"),
    "augment/stream_reference_float/crop:64": ("", "", ".80", ""),
    "retrieve/13478x2048_q4322": ("faiss_flat", "1.2", "or .90", ""),
    "probe/13000x512_e160": ("torch_nn", "3", "", ""),
    "products": ("", "", ".93", ""),
    "parse": ("simdjson_dom", ".40", "", ""),
    "gpu/d1024_h1_b256 bf16": ("", "", ".50", "2,600 clips/s, 14 GiB"),
    "gpu/d1024_h1_b1024 bf16": ("", "", "", "56 GiB"),
    "gpu/d128_h4_b128 bf16": ("", "", "", "8 ms"),
}


class Row:
    """One variant of one case: median time in seconds, its counters, and the spread of the time."""

    def __init__(self, seconds, counters):
        self.seconds, self.counters, self.spread = seconds, counters, None


def parts_of(name):
    parts = [p for p in name.split("/") if not p.startswith(APPENDED)]
    if len(parts) < 3:
        return None
    return parts[0], "/".join([parts[1]] + parts[3:]), parts[2]


class File:
    """Rows of one program by (area, case) and variant, and what it says of itself."""

    def __init__(self, path, complaints):
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        self.context = content["context"]
        self.cases = {}
        entries = content["benchmarks"]
        repeated = {e["run_name"] for e in entries if e.get("aggregate_name") == "median"}
        spreads = {}
        for entry in entries:
            name = entry.get("run_name", entry["name"])
            key = parts_of(name)
            if key is None:
                complaints.append(f"{path}: {name} is not named area/case/variant")
            elif entry.get("error_occurred"):
                complaints.append(f"{path}: {name}: {entry.get('error_message')}")
            elif entry.get("aggregate_name") == "cv":
                spreads[key] = entry["real_time"]
            elif entry.get("aggregate_name") == "median" or (
                    entry.get("run_type") == "iteration" and name not in repeated):
                row = Row(entry["real_time"] * SECONDS[entry["time_unit"]], entry)
                self.cases.setdefault(key[:2], {})[key[2]] = row
        for (area, case, variant), spread in spreads.items():
            row = self.cases.get((area, case), {}).get(variant)
            if row is not None:
                row.spread = spread
        self.share_best_ceiling()

    def share_best_ceiling(self):
        """A ceiling is the best so far, so that rows taken later know a better one."""
        rows = [r for variants in self.cases.values() for r in variants.values()]
        best = max((r.counters.get("ceiling_gflops", 0) for r in rows), default=0)
        for row in rows:
            if "ceiling_gflops" in row.counters and "gflops" in row.counters:
                row.counters["ceiling_gflops"] = best
                row.counters["fraction"] = row.counters["gflops"] / best

    def named(self, variant):
        """The variant, with the version of LibTorch where it is one of its."""
        version = self.context.get("libtorch")
        return f"{variant} {version}" if version and "torch" in variant else variant


def cases_of(files):
    """(area, case, judged rows by variant, peers by name as printed), one for each file with ours."""
    alone = {}
    for file in files:
        for key, variants in file.cases.items():
            ours = {v: variants[v] for v in OURS if v in variants}
            peers = {file.named(v): row for v, row in variants.items() if v not in ours}
            if not ours:
                alone.setdefault(key, {}).update(peers)
    for file in files:
        for key, variants in file.cases.items():
            ours = {v: variants[v] for v in OURS if v in variants}
            if ours:
                peers = {file.named(v): row for v, row in variants.items() if v not in ours}
                yield (*key, ours, {**alone.get(key, {}), **peers})
    with_ours = {key for file in files for key, variants in file.cases.items()
                 if any(v in variants for v in OURS)}
    for key, peers in alone.items():
        if key not in with_ours:
            yield (*key, {}, peers)


def number(value):
    """Three digits that matter, with a letter for thousands and more."""
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return number(value / (1e3 if letter == "k" else limit)) + letter
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:#.3g}".rstrip(".")


def duration(seconds):
    for unit, size in SECONDS.items():
        if seconds < 1000 * size or unit == "s":
            return f"{number(seconds / size)} {unit}"
    return ""


def rate(value, what):
    if what == "bytes":
        return f"{number(value / 1e9)} GB/s" if value >= 1e9 else f"{number(value / 1e6)} MB/s"
    return f"{number(value)} {what}/s"


def figure(row):
    """The row's time, its rates, and by how much repetitions differ."""
    text = [duration(row.seconds)]
    for key, value in row.counters.items():
        if key.endswith("_per_second") and not key.startswith("ceiling_"):
            text.append(rate(value, key[:-len("_per_second")]))
        elif key == "gflops" and "fraction" not in row.counters:
            text.append(f"{number(value)} GFLOP/s")
        elif key == "megabytes":
            text.append(f"{number(value)} MB")
        elif key == "memory_gib":
            text.append(f"{number(value)} GiB")
    return ", ".join(text) + (f" (±{100 * row.spread:.0f} %)" if row.spread is not None else "")


def ceiling(row):
    for key, value in row.counters.items():
        if key.startswith("ceiling_"):
            unit = key[len("ceiling_"):]
            if unit.endswith("_per_second"):
                return rate(value, unit[:-len("_per_second")])
            return f"{number(value)} {UNITS.get(unit, unit)}"
    return ""


def natural(name):
    """Sorts d64 before d128, whatever order the rows were taken in."""
    return [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)]


def order(entry):
    known = list(AREAS)
    area, case = entry[:2]
    return (known.index(area) if area in known else len(known), area, natural(case))


def lines_of(files):
    """Cells of the table: a heading per area, one line per peer, one alone for a case without."""
    last = None
    for area, case, judged, peers in sorted(cases_of(files), key=order):
        if area != last:
            yield [f"**{AREAS.get(area, area)}**"] + [""] * 8
            last = area
        if not judged:
            for variant, row in sorted(peers.items()):
                yield [f"{area}/{case}", "", variant, figure(row)] + [""] * 5
        for name, ours in judged.items():
            share = ours.counters.get("fraction")
            label = f"{area}/{case}" + name[len("ours"):].replace("_", " ")
            beside, ratio_goal, share_goal, own_goal = GOALS.get(label) or GOALS.get(area, ("", "", "", ""))
            own = [label, figure(ours) + (f", goal {own_goal}" if own_goal else "")]
            limit = [ceiling(ours), "" if share is None else f"{share:.2f}", share_goal]
            if name != "ours":  # our other variants are compared once
                peers = {v: peer for v, peer in peers.items() if not v.startswith("ours")}
            if not peers:
                yield own + [""] * 4 + limit
            for variant, peer in sorted(peers.items(), key=lambda p: (p[0].startswith("ours"), p[0])):
                goal = ratio_goal if beside and variant.split()[0] == beside else ""
                yield own + [variant, figure(peer), f"{peer.seconds / ours.seconds:.2f}",
                             goal] + limit
                own, limit = [label, ""], ["", "", ""]


def table(files):
    lines = [["case", "ours", "peer", "the peer's", "ratio", "goal", "ceiling", "fraction", "goal"]]
    lines += list(lines_of(files))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
                     for line in lines)


def head(files):
    """What the figures were taken with, from the files' contexts."""
    def told(key):
        return ", ".join(sorted({str(f.context[key]) for f in files if key in f.context}))

    facts = [f"{told('date')[:10]}, {told('num_cpus')} processors"]
    for key, text in (("threads", "{} threads where a row uses several"), ("products", "products by {}"),
                      ("libtorch", "LibTorch {}")):
        if told(key):
            facts.append(text.format(told(key)))
    return (", ".join(facts) + ".\nMedians; ratio: the peer's time by ours, above 1 ours is faster; "
            "fraction: ours by the ceiling, which on processors is that of float also for bf16.\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    complaints = []
    files = [File(path, complaints) for path in sys.argv[1:]]
    if any(file.cases for file in files):
        print(head(files))
        print(table(files))
    else:
        complaints.append("no rows")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints:
        sys.exit(1)


if __name__ == "__main__":
    main()
