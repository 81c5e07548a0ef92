// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_confusion.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "mgkit/core/error.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

/// Lines between groups and the name of each beside its rows.
MGKIT_COLD_INLINE void draw_groups(svg& out, std::span<const int> order,
                                   std::span<const std::string> groups, double left, double top,
                                   double cell) {
    const double size = cell * static_cast<double>(order.size());
    const auto group = [&](std::size_t k) -> const std::string& {
        return groups[static_cast<std::size_t>(order[k])];
    };
    std::size_t first = 0;
    for (std::size_t k = 1; k <= order.size(); ++k) {
        if (k < order.size() && group(k) == group(first)) continue;
        const double begin = cell * static_cast<double>(first), end = cell * static_cast<double>(k);
        out.label(left + size + 8, top + (begin + end) / 2 + 4, shorten(group(first), 18),
                  "small strong");
        if (k < order.size()) {
            out.line(left, top + end - 0.5, left + size, top + end - 0.5, "divide");
            out.line(left + end - 0.5, top, left + end - 0.5, top + size, "divide");
        }
        first = k;
    }
}

}  // namespace detail

MGKIT_COLD_INLINE std::vector<int> grouped_order(int classes, std::span<const std::string> groups) {
    std::vector<int> out(static_cast<std::size_t>(std::max(classes, 0)));
    std::iota(out.begin(), out.end(), 0);
    if (groups.size() != out.size()) return out;
    const auto rank = [&](int c) {
        return std::find(groups.begin(), groups.end(), groups[static_cast<std::size_t>(c)]) -
               groups.begin();
    };
    std::stable_sort(out.begin(), out.end(), [&](int a, int b) { return rank(a) < rank(b); });
    return out;
}

MGKIT_COLD_INLINE svg confusion_chart(std::string_view title, const metric::confusion_matrix& m,
                                      std::span<const std::string> class_names,
                                      std::span<const std::string> groups) {
    constexpr auto where = "report::confusion_chart";
    const auto n = static_cast<std::size_t>(std::max(m.classes, 0));
    if (n == 0 || n > 512 || m.counts.size() != n * n)
        throw error(where, "a square matrix of 1 to 512 classes",
                    text(m.classes, " classes and ", m.counts.size(), " counts"));
    const auto named = [&](int c) {
        const auto i = static_cast<std::size_t>(c);
        return i < class_names.size() ? clean(class_names[i]) : "class " + std::to_string(c);
    };
    constexpr std::size_t longest = 36;
    std::size_t letters = 4;
    for (int c = 0; c < m.classes; ++c)
        letters = std::max(letters, width(shorten(named(c), longest)));
    const double cell = n <= 12 ? 40 : n <= 24 ? 30 : n <= 60 ? 16 : 6;
    const bool numbers = n <= 24, names = n <= 60;
    const double room = names ? 6.2 * static_cast<double>(letters) + 12 : 20;
    const bool steep = cell < 30;  // names of narrow columns need the room
    const double left = room + 24, top = 44 + room * (steep ? 0.87 : 0.65) + 18,
                 size = cell * static_cast<double>(n);
    std::int64_t right = 0, all = 0;
    for (int c = 0; c < m.classes; ++c) {
        right += m.at(c, c);
        all += m.support(c);
    }
    const std::vector<int> order = grouped_order(m.classes, groups);
    const bool grouped = groups.size() == n;
    svg out(std::max(left + size + std::max(room * 0.7, grouped ? 130.0 : 0.0) + 12, 360.0),
            top + size + 16, title,
            text(right, " of ", all, " clips on the diagonal, ", m.classes,
                 " classes; rows are true classes, columns answers"));
    out.label(8, 20, title, "strong");
    out.label(14, top + size / 2, "true class", "muted", "middle", -90);
    out.label(left, 42, "answer", "muted");
    for (std::size_t row = 0; row < n; ++row) {
        const int t = order[row];
        const double along = cell * static_cast<double>(row), y = top + along;
        const double support = static_cast<double>(std::max<std::int64_t>(m.support(t), 1));
        if (names) {
            out.label(left - 6, y + cell / 2 + 4, shorten(named(t), longest), "small", "end");
            out.label(left + along + cell / 2, top - 8, shorten(named(t), longest), "small",
                      "start", steep ? -60 : -40);
        }
        for (std::size_t column = 0; column < n; ++column) {
            const int p = order[column];
            const auto count = m.at(t, p);
            const double share = static_cast<double>(count) / support;
            const double x = left + cell * static_cast<double>(column);
            if (count == 0) {
                out.rectangle(x, y, cell - 1, cell - 1, "panel");
                continue;
            }
            out.open(text(named(t), " answered as ", named(p), ": ", count, " of ", m.support(t)));
            out.rectangle(x, y, cell - 1, cell - 1, "panel");
            out.rectangle(x, y, cell - 1, cell - 1, t == p ? "fill-a" : "fill-b",
                          0.08 + 0.92 * share);
            if (numbers)
                out.label(x + (cell - 1) / 2, y + cell / 2 + 4, std::to_string(count),
                          share > 0.5 ? "small on" : "small", "middle");
            out.close();
        }
    }
    if (grouped) detail::draw_groups(out, order, groups, left, top, cell);
    return out;
}

MGKIT_COLD_INLINE std::string confusion_csv(const metric::confusion_matrix& m,
                                            std::span<const std::string> class_names,
                                            std::string_view answers_of) {
    const auto named = [&](int c) {
        const auto i = static_cast<std::size_t>(c);
        return i < class_names.size() ? class_names[i] : "class " + std::to_string(c);
    };
    csv_builder out({"true_class", "answer", "clips", "answers_of"});
    for (int t = 0; t < m.classes; ++t)
        for (int p = 0; p < m.classes; ++p)
            out.row({named(t), named(p), m.at(t, p), std::string(answers_of)});
    return out.str();
}

}  // namespace MGKIT_NAMESPACE::report
