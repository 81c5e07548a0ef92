#!/usr/bin/env python3
"""bench_table.py FILE...: one table of the benchmarks from Google Benchmark's JSON files.

Rows are named area/case/variant (further parts belong to the case). `ours` and `ours_bf16` are what is
judged; every other variant of the same area and case, from any of the files, is a peer. The ratio is the peer's
median time by ours: above 1 we are faster. Ceiling and fraction are the counters ceiling_<unit> and
fraction of our row. Standard library only.
"""
import json
import re
import sys

# What Google Benchmark appends to a name; the rest is ours.
APPENDED = ("real_time", "process_time", "manual_time", "iterations:", "repeats:", "threads:",
            "min_time:", "min_warmup_time:")
OURS = ("ours", "ours_bf16")
UNITS = {"gflops": "GFLOP/s", "microseconds": "us", "milliseconds": "ms"}
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


class Row:
    """One variant of one case: median time in seconds, its counters, and the spread of the time."""

    def __init__(self, seconds, counters):
        self.seconds, self.counters, self.spread = seconds, counters, None


def parts_of(name):
    parts = [p for p in name.split("/") if not p.startswith(APPENDED)]
    if len(parts) < 3:
        return None
    return parts[0], "/".join([parts[1]] + parts[3:]), parts[2]


def read(paths):
    """Rows by (area, case, variant), in the order of the files; and complaints."""
    rows, spreads, complaints = {}, {}, []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            entries = json.load(file)["benchmarks"]
        repeated = {e["run_name"] for e in entries if e.get("aggregate_name") == "median"}
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
                rows[key] = Row(entry["real_time"] * SECONDS[entry["time_unit"]], entry)
    for key, spread in spreads.items():
        if key in rows:
            rows[key].spread = spread
    return rows, complaints


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


def figure(row):
    """The row's time, its rate where it counts one, and by how much repetitions differ."""
    text = duration(row.seconds)
    for key, value in row.counters.items():
        if key.endswith("_per_second") and isinstance(value, (int, float)):
            text += f", {number(value)} {key[:-len('_per_second')]}/s"
            break
    return text + (f" (±{100 * row.spread:.0f} %)" if row.spread is not None else "")


def ceiling(row):
    for key, value in row.counters.items():
        if key.startswith("ceiling_"):
            unit = key[len("ceiling_"):]
            return f"{number(value)} {UNITS.get(unit, unit)}"
    return ""


def natural(names):
    """Sorts d64 before d128, whatever order the rows were taken in."""
    return [[int(p) if p.isdigit() else p for p in re.split(r"(\d+)", n)] for n in names]


def lines_of(rows):
    """Cells of the table: one line per peer, one alone for a case without peers."""
    cases = {}
    for (area, case, variant), row in rows.items():
        cases.setdefault((area, case), {})[variant] = row
    for (area, case), variants in sorted(cases.items(), key=lambda item: natural(item[0])):
        judged = [(v, variants.pop(v)) for v in OURS if v in variants]
        if not judged:
            for variant, row in variants.items():
                yield [f"{area}/{case}", "", variant, figure(row), "", "", ""]
        for name, ours in judged:
            share = ours.counters.get("fraction")
            own = [f"{area}/{case}" + name[len("ours"):].replace("_", " "), figure(ours)]
            limit = [ceiling(ours), "" if share is None else f"{share:.2f}"]
            if not variants:
                yield own + ["", "", ""] + limit
            for variant, peer in sorted(variants.items()):
                yield own + [variant, figure(peer), f"{peer.seconds / ours.seconds:.2f}"] + limit
                own, limit = ["", ""], ["", ""]


def table(rows):
    lines = [["case", "ours", "peer", "the peer's", "ratio", "ceiling", "fraction"]]
    lines += list(lines_of(rows))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
                     for line in lines)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    rows, complaints = read(sys.argv[1:])
    print(table(rows))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints or not rows:
        sys.exit(1)


if __name__ == "__main__":
    main()
