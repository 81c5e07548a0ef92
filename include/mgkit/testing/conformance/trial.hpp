// SPDX-License-Identifier: MIT
// What an operation is put through: operands, settings, and what is measured on them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/tensor/operations.hpp"

namespace MGKIT_NAMESPACE::testing {

/// An operand: extents, and either the range its values are drawn from or the values themselves.
struct trial_operand {
    shape extents;
    double low = -2, high = 2;
    std::vector<double> values{};
};

/// One run of an operation. `variant` chooses its settings: an operation says what it means.
struct trial {
    std::vector<trial_operand> operands;
    int variant = 0;
    unsigned constants = 0;      ///< bit i: operand i has no gradient
    bool differentiable = true;  ///< compare with central differences, in double
    double step = 1e-6;          ///< of the differences
    double values = 20;          ///< bound, in roundings of the largest value
    double gradients = 200;      ///< bound, in roundings of the operand's largest gradient
    double least = 1e-6;         ///< what the largest gradient counts for where it is smaller
};

/// What an entry of the kit is called: as the table of operations has it, or by itself where it has
/// no type there.
template <class Entry>
constexpr std::string_view entry_name() {
    if constexpr (requires { Entry::name; })
        return Entry::name;
    else
        return facts_of_operation<typename Entry::op>.name;
}

/// Operands that an operation must refuse with mgkit::error.
struct refusal {
    std::vector<shape> operands;
    int variant = 0;
};

/// Trials of one drawn operand each.
inline std::vector<trial> over(const std::vector<shape>& shapes, int variant = 0, double low = -2,
                               double high = 2) {
    std::vector<trial> out;
    for (const shape& s : shapes) out.push_back({{{s, low, high}}, variant});
    return out;
}

/// Trials, each once for every variant.
inline std::vector<trial> for_variants(const std::vector<int>& variants, std::vector<trial> some) {
    std::vector<trial> out;
    for (const int variant : variants)
        for (trial t : some) {
            t.variant = variant;
            out.push_back(std::move(t));
        }
    return out;
}

inline void append(std::vector<trial>& to, const std::vector<trial>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

/// One line of a report: an operation under one law, over all its trials.
struct conformance_row {
    std::string family, operation, law;
    double worst = 0;  ///< the largest error relative to the largest value; infinite if none fits
    double bound = 0;  ///< the bound of the trial that came nearest to its own
    bool ok = true;
    std::size_t trials = 0;
    std::string message{};  ///< of the first trial that broke the law
};

struct conformance_report {
    std::vector<conformance_row> rows;

    bool ok() const {
        return !rows.empty() &&
               std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.ok; });
    }
    /// What was broken, one sentence each.
    std::vector<std::string> failures() const {
        std::vector<std::string> out;
        for (const conformance_row& row : rows)
            if (!row.ok)
                out.push_back(
                    text(row.family, ": ", row.operation, ", ", row.law, ": ", row.message));
        return out;
    }
};

struct conformance_options {
    int threads = 2;     ///< the results of one thread are compared with those of this many
    bool values = true;  ///< false for tensors without data: extents only
    /// Rounding of the type computed in; 0 takes that of the backend's scalar. Operands are drawn
    /// with as many digits.
    double epsilon = 0;
    /// Whether equal inputs must give equal bits; false for a backend that does not promise it.
    bool deterministic = true;
    extent largest = 1 << 20;  ///< trials with larger operands are left out
};

namespace detail {

/// Values that float holds exactly, and a coarser type of the given rounding too.
inline std::vector<double> draw(const trial_operand& d, std::uint32_t place, double epsilon = 0) {
    if (!d.values.empty()) return d.values;
    random_stream stream(random_key{.seed = 11, .clip = place}, "operand");
    std::vector<double> out(static_cast<std::size_t>(d.extents.elements()));
    for (double& v : out) {
        v = static_cast<float>(stream.uniform(d.low, d.high));
        if (epsilon < 1e-6) continue;
        int exponent = 0;
        const double digits = std::frexp(v, &exponent);
        v = std::ldexp(std::round(digits / epsilon) * epsilon, exponent);
    }
    return out;
}

/// max|a - b| / max|b|, at least `scale`; infinite where one misses what the other has.
inline double difference(const std::vector<double>& a, const std::vector<double>& b,
                         double scale = 1e-6) {
    constexpr double apart = std::numeric_limits<double>::infinity();
    if (a.size() != b.size()) return apart;
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isfinite(b[i])) scale = std::max(scale, std::abs(b[i]));
        if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
        if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return apart;
        most = std::max(most, std::abs(a[i] - b[i]));
    }
    return most / scale;
}

inline bool same_values(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

inline std::string describe(const trial& t) {
    std::string out;
    for (const trial_operand& o : t.operands) out += o.extents.str() + " ";
    return out + (t.variant != 0 ? text("variant ", t.variant) : std::string());
}

inline extent most_elements(const trial& t) {
    extent most = 0;
    for (const trial_operand& o : t.operands) most = std::max(most, o.extents.elements());
    return most;
}

/// Gathers the rows of one operation.
class ledger {
public:
    ledger(conformance_report& report, std::string_view family, std::string_view operation)
        : report_(report), family_(family), operation_(operation), first_(report.rows.size()) {}

    /// Enters a measured error. `where` and `what` are put into the message of a failure.
    void measure(std::string_view law, double found, double bound, const std::string& where,
                 const std::string& what = {}) {
        conformance_row& row = of(law);
        ++row.trials;
        if (row.bound == 0 || std::isnan(found) || found * row.bound > row.worst * bound) {
            row.worst = found;
            row.bound = bound;
        }
        if (found <= bound) return;
        if (row.ok) row.message = where + ": " + (what.empty() ? figures(found, bound) : what);
        row.ok = false;
    }
    void require(std::string_view law, bool kept, const std::string& where,
                 const std::string& what) {
        conformance_row& row = of(law);
        ++row.trials;
        if (kept) return;
        if (row.ok) row.message = where + ": " + what;
        row.ok = false;
        row.worst = std::numeric_limits<double>::infinity();
    }

private:
    conformance_row& of(std::string_view law) {
        for (std::size_t i = first_; i < report_.rows.size(); ++i)
            if (report_.rows[i].law == law) return report_.rows[i];
        report_.rows.push_back({std::string(family_), std::string(operation_), std::string(law)});
        return report_.rows.back();
    }
    static std::string figures(double found, double bound) {
        return text("relative error of ", found / bound, " times the bound");
    }

    conformance_report& report_;
    std::string_view family_, operation_;
    std::size_t first_;
};

}  // namespace detail
}  // namespace MGKIT_NAMESPACE::testing
