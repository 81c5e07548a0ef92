// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_class_bars.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "mgkit/core/error.hpp"
#include "mgkit/metric/binomial.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE std::optional<double> class_score::accuracy() const {
    if (tested == 0) return std::nullopt;
    return static_cast<double>(hits) / static_cast<double>(tested);
}

MGKIT_COLD_INLINE std::vector<class_score> class_scores(const study_confusion& c,
                                                        const study_data& data) {
    std::vector<class_score> out;
    for (int k = 0; k < c.matrix.classes; ++k) {
        const auto i = static_cast<std::size_t>(k);
        class_score s{class_name(data, k),
                      i < data.class_groups.size() ? data.class_groups[i] : std::string(),
                      c.matrix.at(k, k),
                      c.matrix.support(k),
                      {}};
        if (i < c.train_clips.size()) s.trained = c.train_clips[i];
        out.push_back(std::move(s));
    }
    std::stable_sort(out.begin(), out.end(), [](const class_score& a, const class_score& b) {
        const double x = a.trained.value_or(0), y = b.trained.value_or(0);
        return x != y ? x > y : a.tested > b.tested;
    });
    return out;
}

MGKIT_COLD_INLINE std::string class_mean_words(std::span<const class_score> classes) {
    double all = 0, solid = 0;
    int tested = 0, enough = 0, without = 0;
    for (const class_score& c : classes) {
        if (!c.accuracy()) {
            ++without;
            continue;
        }
        all += *c.accuracy();
        ++tested;
        if (c.few()) continue;
        solid += *c.accuracy();
        ++enough;
    }
    if (tested == 0) return "No class has test clips.";
    std::string out =
        text("Mean over the ", tested, " classes with test clips: ", percent(all / tested), " %");
    if (enough < tested)
        out += text("; over the ", enough, " with ", few_clips,
                    " or more: ", enough > 0 ? percent(solid / enough) + " %" : std::string("-"),
                    ". ", tested - enough, tested - enough == 1 ? " class has" : " classes have",
                    " fewer, marked as few: single clips decide those figures");
    out += ".";
    if (without > 0)
        out += text(" ", without, without == 1 ? " class has" : " classes have", " no test clip.");
    return out;
}

MGKIT_COLD_INLINE svg class_bars_chart(std::string_view title,
                                       std::span<const class_score> classes) {
    if (classes.empty()) throw error("report::class_bars_chart", "at least one class", "none");
    constexpr std::size_t longest = 40;
    constexpr double plot = 200, words = 150, second = 130, right = 60, top = 64, step = 21,
                     thick = 13;
    std::size_t letters = 6;
    double most = 0;
    std::string description;
    for (const class_score& c : classes) {
        letters = std::max(letters, width(shorten(c.name, longest)));
        most = std::max(most, c.trained.value_or(0));
        description += c.name + " " + (c.accuracy() ? percent(*c.accuracy()) + " %" : "-") +
                       text(" of ", c.tested, "; ");
    }
    const double left = 6.6 * static_cast<double>(letters) + 18;
    const double bottom = top + step * static_cast<double>(classes.size());
    const double beside = left + plot + words;
    svg out(beside + (most > 0 ? second + right : 0), bottom + 26, title, description);
    out.label(8, 20, title, "strong");
    out.label(left, 46, "accuracy, %", "small muted");
    out.label(left + plot + 12, 46, "right of tested", "small muted");
    if (most > 0) out.label(beside, 46, "training clips", "small muted");
    const auto x = [&](double share) { return left + plot * std::clamp(share, 0.0, 1.0); };
    for (int k = 0; k <= 4; ++k) {
        out.line(x(k / 4.0), top - 6, x(k / 4.0), bottom, "grid");
        out.label(x(k / 4.0), bottom + 16, std::to_string(25 * k) + (k == 4 ? " %" : ""),
                  "small muted", "middle");
    }
    double y = top;
    for (const class_score& c : classes) {
        const double base = y + thick / 2 + 4, middle = y + thick / 2;
        out.open(c.name + (c.group.empty() ? "" : " (" + c.group + ")"));
        out.label(left - 8, base, shorten(c.name, longest), "small", "end");
        if (const auto accuracy = c.accuracy()) {
            if (c.hits > 0)
                out.rectangle(left, y, std::max(1.0, x(*accuracy) - left), thick,
                              c.few() ? "hollow" : "fill-a");
            const auto i = metric::wilson(std::clamp<std::int64_t>(c.hits, 0, c.tested), c.tested);
            out.line(x(i.low), middle, x(i.high), middle, "mark");
            out.line(x(i.low), middle - 3, x(i.low), middle + 3, "mark");
            out.line(x(i.high), middle - 3, x(i.high), middle + 3, "mark");
        }
        std::string figure =
            c.tested == 0 ? std::string("no test clip") : text(c.hits, " of ", c.tested);
        if (c.few() && c.tested > 0) figure += " (few)";
        out.label(left + plot + 12, base, figure, c.few() ? "small muted" : "small");
        if (most > 0 && c.trained) {
            const double size = second * *c.trained / most;
            out.rectangle(beside, y, std::max(1.0, size), thick, "quiet");
            const bool whole = *c.trained == std::floor(*c.trained);
            out.label(beside + size + 5, base, fixed(*c.trained, whole ? 0 : 1), "small");
        }
        out.close();
        y += step;
    }
    out.line(left, top - 6, left, bottom, "axis");
    return out;
}

MGKIT_COLD_INLINE std::string class_bars_csv(std::span<const class_score> classes,
                                             std::string_view answers_of) {
    csv_builder out({"class", "group", "hits", "tested", "accuracy", "low", "high", "trained",
                     "few", "answers_of"});
    for (const class_score& c : classes) {
        std::optional<double> low, high;
        if (c.tested > 0) {
            const auto i = metric::wilson(std::clamp<std::int64_t>(c.hits, 0, c.tested), c.tested);
            low = i.low;
            high = i.high;
        }
        out.row({c.name, c.group, c.hits, c.tested, c.accuracy(), low, high, c.trained,
                 c.few() ? "yes" : "no", std::string(answers_of)});
    }
    return out.str();
}

}  // namespace MGKIT_NAMESPACE::report
