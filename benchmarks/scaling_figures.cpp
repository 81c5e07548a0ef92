// SPDX-License-Identifier: MIT
// mgkit_scaling_figures FILE.json FOLDER: draws what mgkit_bench_scale measured, one SVG per size:
// the cost of a clip against it, and for the batch the memory of a step.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/report/chart_curves.hpp"

namespace {

using namespace mgkit;

/// Counters of the rows scale/<what><value>/ours, by what and value; medians where there are any.
using measured = std::map<std::string, std::map<int, io::json>>;

measured read(const std::string& path) {
    const io::json file = io::read_json(path);
    measured out;
    for (const io::json& row : file.at("benchmarks")) {
        const bool single = !row.contains("aggregate_name");
        if (!single && row.at("aggregate_name") != "median") continue;
        const std::string name = row.at("run_name").get<std::string>();
        const std::size_t begin = name.find('/') + 1;
        const std::size_t digits = name.find_first_of("0123456789", begin);
        if (digits == std::string::npos)
            throw error(path, "rows scale/<what><value>/ours", name, "give bench_scale's JSON");
        io::json& entry = out[name.substr(begin, digits - begin)][std::atoi(name.c_str() + digits)];
        if (!single || entry.is_null()) entry = row;
    }
    if (out.empty()) throw error(path, "rows of bench_scale", "none");
    return out;
}

void draw(const std::string& file, const std::string& title, const std::string& x_name,
          const std::string& y_name, const std::string& counter, double factor,
          const std::map<int, io::json>& rows) {
    report::study_curve line{"median step", {}, {}, {}};
    for (const auto& [value, row] : rows) {
        line.x.push_back(value);
        line.y.push_back(factor * row.at(counter).get<double>());
    }
    io::write_file(file,
                   report::line_chart(title, x_name, y_name, std::vector{line}, true).document());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fputs("usage: mgkit_scaling_figures FILE.json FOLDER\n", stderr);
        return 2;
    }
    try {
        const measured rows = read(arguments[1]);
        const std::string folder = std::string(arguments[2]) + "/scale_";
        const std::map<std::string, std::string> axes = {{"frames", "frames T"},
                                                         {"joints", "joints V (2 persons)"},
                                                         {"width", "width d"},
                                                         {"batch", "clips a step"},
                                                         {"threads", "threads"}};
        for (const auto& [what, axis] : axes)
            draw(folder + what + ".svg", "Pre-training: cost of a clip", axis, "milliseconds",
                 "microseconds_per_clip", 1e-3, rows.at(what));
        draw(folder + "memory.svg", "Pre-training: memory of a step", "clips a step", "megabytes",
             "megabytes", 1, rows.at("batch"));
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "scaling_figures: %s\n", failure.what());
        return 1;
    }
}
