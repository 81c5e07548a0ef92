// SPDX-License-Identifier: MIT
// Training curves.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "mgkit/report/study.hpp"
#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

/// Round step of an axis with about `count` divisions of `span` > 0.
double tick_step(double span, int count);

/// A tick's value with just the digits that its step needs; very large and very small axes get
/// three significant digits and an exponent.
std::string tick_text(double value, double step);

struct range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void add(double v);
    double span() const { return high - low; }
};

range padded(range r);

/// A curve as path data; points that are not finite break the line. At most about 400 points are
/// drawn, each the last of its stretch, so a long run stays small on the page.
template <class X, class Y>
std::string curve_path(const study_curve& c, X&& x, Y&& y) {
    const std::size_t stride = c.x.size() / 400 + 1;
    std::string out;
    bool open = false;
    for (std::size_t i = (c.x.size() - 1) % stride; i < c.x.size(); i += stride) {
        if (!std::isfinite(c.x[i]) || !std::isfinite(c.y[i])) {
            open = false;
            continue;
        }
        out += (open ? "L" : "M") + svg::number(x(c.x[i])) + " " + svg::number(y(c.y[i]));
        open = true;
    }
    return out;
}

}  // namespace detail

/// Lines over common axes, told apart by dash pattern and by a label at their end. Up to four have
/// patterns of their own; further ones repeat them, still labelled. `from_zero`: the upright axis
/// begins at 0, so that heights compare as the values do.
/// Errors: no curves, a curve without any finite point, x and y of different length.
svg line_chart(std::string_view title, std::string_view x_name, std::string_view y_name,
               std::span<const study_curve> curves, bool from_zero = false);

/// One row per point of each curve: curve, x, y, rate.
std::string curves_csv(std::span<const study_curve> curves);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_curves-inl.hpp"
#endif
