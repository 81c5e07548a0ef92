// SPDX-License-Identifier: MIT
// How parity with recorded reference numbers is checked: one runner per family of files.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/safetensors.hpp"

namespace MGKIT_NAMESPACE::golden {

/// Collects the comparisons of one file.
///
/// The error of a tensor is max|got - want| / max(max|want|, 1e-6). Tensors of different sizes and
/// values that are not finite fail. A failed comparison is recorded; the run goes on.
class checks {
public:
    void close(std::string_view what, std::span<const double> got, std::span<const double> want,
               double tolerance) {
        compare(what, got, want, tolerance, worst_double_);
    }
    void close(std::string_view what, std::span<const float> got, std::span<const double> want,
               double tolerance) {
        compare(what, got, want, tolerance, worst_float_);
    }

    std::size_t count() const { return count_; }
    double worst_double() const { return worst_double_; }
    double worst_float() const { return worst_float_; }
    const std::vector<std::string>& failures() const { return failures_; }

private:
    template <class S>
    void compare(std::string_view what, std::span<const S> got, std::span<const double> want,
                 double tolerance, double& worst) {
        ++count_;
        const char* type = sizeof(S) == sizeof(double) ? " (double)" : " (float)";
        if (got.size() != want.size()) {
            failures_.push_back(
                text(what, type, ": ", got.size(), " values, the file has ", want.size()));
            return;
        }
        double difference = 0, scale = 1e-6;
        for (std::size_t i = 0; i < got.size(); ++i) {
            const double apart = std::abs(double(got[i]) - want[i]);
            if (!std::isfinite(apart)) {
                failures_.push_back(text(what, type, ": value ", i, " is not finite"));
                return;
            }
            difference = std::max(difference, apart);
            scale = std::max(scale, std::abs(want[i]));
        }
        const double found = difference / scale;
        worst = std::max(worst, found);
        if (!(found <= tolerance)) {
            char line[80];
            std::snprintf(line, sizeof line, ": relative error %.3g above %.3g", found, tolerance);
            failures_.push_back(text(what, type, line));
        }
    }

    std::size_t count_ = 0;
    double worst_double_ = 0, worst_float_ = 0;
    std::vector<std::string> failures_;
};

/// Compares one file with what mgkit computes. `config` is the file's metadata entry of that name.
using runner = void (*)(const io::safetensors_file&, const io::json& config, checks&);

struct family {
    /// `family` in the config of its files; of files without one "folder/leading_words", as
    /// "graph/stgcn_block": the longest such name that is the file's or ends at one of its '_'.
    std::string_view name;
    runner run;
};

/// A backend built into the program and the families it is compared on.
struct backend {
    std::string_view name;
    std::vector<family> families;
};

/// Every backend of this build, the default one first. Written by the build.
std::vector<backend> backends();

}  // namespace MGKIT_NAMESPACE::golden
