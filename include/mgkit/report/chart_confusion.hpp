// A confusion matrix as a table of shades.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/metric/confusion.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/svg.hpp"

namespace mgkit::report {

/// True classes down, answers across; the shade is the share of the row, the number the count of
/// clips (left out beyond 24 classes, where only the pointer shows it). A class without a name gets
/// its number. Errors: an empty matrix, more than 512 classes, counts that do not fill it.
inline svg confusion_chart(std::string_view title, const metric::confusion_matrix& m,
                           std::span<const std::string> class_names) {
    constexpr auto where = "report::confusion_chart";
    const auto n = static_cast<std::size_t>(std::max(m.classes, 0));
    if (n == 0 || n > 512 || m.counts.size() != n * n)
        throw error(where, "a square matrix of 1 to 512 classes",
                    text(m.classes, " classes and ", m.counts.size(), " counts"));
    const auto named = [&](int c) {
        const auto i = static_cast<std::size_t>(c);
        return i < class_names.size() ? clean(class_names[i]) : "class " + std::to_string(c);
    };
    constexpr std::size_t longest = 22;
    std::size_t letters = 4;
    for (int c = 0; c < m.classes; ++c)
        letters = std::max(letters, width(shorten(named(c), longest)));
    const double cell = n <= 12 ? 40 : n <= 24 ? 30 : n <= 60 ? 16 : 6;
    const bool numbers = n <= 24, names = n <= 60;
    const double room = names ? 6.2 * static_cast<double>(letters) + 12 : 20;
    const double left = room + 24, top = 44 + room * 0.65 + 18,
                 size = cell * static_cast<double>(n);
    std::int64_t right = 0, all = 0;
    for (int c = 0; c < m.classes; ++c) {
        right += m.at(c, c);
        all += m.support(c);
    }
    svg out(std::max(left + size + room * 0.7 + 12, 360.0), top + size + 16, title,
            text(right, " of ", all, " clips on the diagonal, ", m.classes,
                 " classes; rows are true classes, columns answers"));
    out.label(8, 20, title, "strong");
    out.label(14, top + size / 2, "true class", "muted", "middle", -90);
    out.label(left, 42, "answer", "muted");
    for (int t = 0; t < m.classes; ++t) {
        const double y = top + cell * t;
        const double support = static_cast<double>(std::max<std::int64_t>(m.support(t), 1));
        if (names) {
            out.label(left - 6, y + cell / 2 + 4, shorten(named(t), longest), "small", "end");
            out.label(left + cell * t + cell / 2, top - 8, shorten(named(t), longest), "small",
                      "start", -40);
        }
        for (int p = 0; p < m.classes; ++p) {
            const auto count = m.at(t, p);
            const double share = static_cast<double>(count) / support;
            const double x = left + cell * p;
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
    return out;
}

}  // namespace mgkit::report
