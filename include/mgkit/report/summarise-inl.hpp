// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/summarise.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

using row_list = std::vector<const study_row*>;

/// A test clip of one fold, its answers averaged over seeds.
struct clip_mean {
    int subject = 0;
    int truth = 0;
    double sum = 0;
    int count = 0;
};

using clip_means = std::map<std::pair<int, std::uint32_t>, clip_mean>;  // by (fold, clip)

MGKIT_COLD_INLINE void check_row(const study_row& row, std::size_t index) {
    const std::size_t n = row.clip.size();
    const auto fits = [n](std::size_t size) { return size == 0 || size == n; };
    if (row.subject.size() != n || row.truth.size() != n || !fits(row.knn_hit.size()) ||
        !fits(row.linear_hit.size()))
        throw error(text("report::summarise, row ", index),
                    text("one subject, class and answer for each of ", n, " clips"),
                    text(row.subject.size(), " subjects, ", row.truth.size(), " classes, ",
                         row.knn_hit.size(), " and ", row.linear_hit.size(), " answers"),
                    "fill clip and subject of every row that carries answers");
    for (const auto& figure :
         {row.knn_top1, row.linear_top1, row.knn_class_mean, row.linear_class_mean})
        if (figure && !std::isfinite(*figure))
            throw error(text("report::summarise, row ", index), "finite figures",
                        text(*figure, " for ", name(row.features)));
}

MGKIT_COLD_INLINE clip_means collect(const row_list& rows, std::vector<double> study_row::*hits) {
    clip_means out;
    for (const study_row* row : rows)
        for (std::size_t i = 0; i < (row->*hits).size(); ++i) {
            clip_mean& at = out[{row->fold, row->clip[i]}];
            at.subject = row->subject[i];
            at.truth = row->truth[i];
            at.sum += (row->*hits)[i];
            ++at.count;
        }
    return out;
}

/// Clips as parallel arrays; weights make a mean over clips the mean over folds.
struct clip_columns {
    std::vector<int> subject, truth;
    std::vector<double> value, weight;

    void add(const clip_mean& clip, double v) {
        subject.push_back(clip.subject);
        truth.push_back(clip.truth);
        value.push_back(v);
    }
};

template <class Value>
clip_columns columns_of(const clip_means& clips, Value&& value) {
    std::map<int, int> size;
    clip_columns out;
    std::vector<int> folds;
    for (const auto& [key, clip] : clips) {
        const std::optional<double> v = value(key, clip);
        if (!v) continue;
        out.add(clip, *v);
        folds.push_back(key.first);
        ++size[key.first];
    }
    for (int fold : folds) out.weight.push_back(1.0 / size[fold]);
    return out;
}

MGKIT_COLD_INLINE void add_interval(study_figure& figure, const metric::interval& i) {
    figure.low = i.low;
    figure.high = i.high;
}

/// Mean over folds of means over seeds, and the spread of seeds around their fold's mean.
MGKIT_COLD_INLINE std::optional<study_figure> mean_of(const row_list& rows,
                                                      std::optional<double> study_row::*figure) {
    std::map<int, std::vector<double>> folds;
    for (const study_row* row : rows)
        if (row->*figure) folds[row->fold].push_back(*(row->*figure));
    if (folds.empty()) return std::nullopt;
    study_figure out;
    double square = 0;
    int freedom = 0;
    for (const auto& [fold, values] : folds) {
        double mean = 0;
        for (double v : values) mean += v / static_cast<double>(values.size());
        for (double v : values) square += (v - mean) * (v - mean);
        freedom += static_cast<int>(values.size()) - 1;
        out.mean += mean / static_cast<double>(folds.size());
    }
    if (freedom > 0) out.seed_spread = std::sqrt(square / freedom);
    return out;
}

MGKIT_COLD_INLINE int subjects_of(const std::vector<int>& subjects) {
    return static_cast<int>(std::set<int>(subjects.begin(), subjects.end()).size());
}

MGKIT_COLD_INLINE std::optional<double> mean_over_seeds(const std::pair<int, std::uint32_t>&,
                                                        const clip_mean& m) {
    return m.sum / m.count;
}

MGKIT_COLD_INLINE std::optional<study_figure> accuracy_of(
    const row_list& rows, std::optional<double> study_row::*top1,
    std::vector<double> study_row::*hits, const metric::bootstrap_settings& settings) {
    auto out = mean_of(rows, top1);
    if (!out) return out;
    const clip_columns c = columns_of(collect(rows, hits), mean_over_seeds);
    if (subjects_of(c.subject) >= 2)
        add_interval(*out, metric::bootstrap_mean(c.value, c.subject, settings, c.weight));
    return out;
}

/// Over the clips of all folds together where rows carry their answers and there are two subjects.
MGKIT_COLD_INLINE std::optional<study_figure> class_mean_of(
    const row_list& rows, std::optional<double> study_row::*figure,
    std::vector<double> study_row::*hits, const metric::bootstrap_settings& settings) {
    auto out = mean_of(rows, figure);
    const clip_columns c = columns_of(collect(rows, hits), mean_over_seeds);
    if (!out || subjects_of(c.subject) < 2) return out;
    int classes = 0;
    for (int t : c.truth) classes = std::max(classes, t + 1);
    const auto pooled =
        metric::bootstrap_class_mean(c.value, c.truth, classes, c.subject, settings);
    out->mean = pooled.estimate;
    add_interval(*out, pooled);
    return out;
}

MGKIT_COLD_INLINE study_summary summary_of(const row_list& rows,
                                           const metric::bootstrap_settings& settings) {
    study_summary out;
    out.features = rows.front()->features;
    out.stream = rows.front()->stream;
    out.rows = static_cast<int>(rows.size());
    std::set<int> folds;
    std::set<std::uint64_t> seeds;
    for (const study_row* row : rows) {
        folds.insert(row->fold), seeds.insert(row->seed);
        out.shared_people = std::max(out.shared_people, row->shared_people);
    }
    out.folds = static_cast<int>(folds.size());
    out.seeds = static_cast<int>(seeds.size());
    out.knn_top1 = accuracy_of(rows, &study_row::knn_top1, &study_row::knn_hit, settings);
    out.linear_top1 = accuracy_of(rows, &study_row::linear_top1, &study_row::linear_hit, settings);

    out.knn_class_mean =
        class_mean_of(rows, &study_row::knn_class_mean, &study_row::knn_hit, settings);
    out.linear_class_mean =
        class_mean_of(rows, &study_row::linear_class_mean, &study_row::linear_hit, settings);
    clip_means means = collect(rows, &study_row::linear_hit);
    if (means.empty()) means = collect(rows, &study_row::knn_hit);
    const clip_columns c = columns_of(means, mean_over_seeds);
    out.clips = static_cast<int>(c.value.size());
    out.subjects = subjects_of(c.subject);
    return out;
}

MGKIT_COLD_INLINE std::optional<study_figure> difference_of(
    const row_list& first, const row_list& second, std::vector<double> study_row::*hits,
    const metric::bootstrap_settings& settings, study_comparison& into) {
    const clip_means other = collect(second, hits);
    const clip_columns c =
        columns_of(collect(first, hits), [&other](const auto& key, const clip_mean& m) {
            const auto found = other.find(key);
            return found == other.end()
                       ? std::nullopt
                       : std::optional<double>(m.sum / m.count -
                                               found->second.sum / found->second.count);
        });
    if (c.value.empty()) return std::nullopt;
    into.clips = static_cast<int>(c.value.size());
    into.subjects = subjects_of(c.subject);
    study_figure out;
    double total = 0;
    for (std::size_t i = 0; i < c.value.size(); ++i) {
        out.mean += c.weight[i] * c.value[i];
        total += c.weight[i];
    }
    out.mean /= total;
    if (into.subjects >= 2)
        add_interval(out, metric::bootstrap_mean(c.value, c.subject, settings, c.weight));
    return out;
}

MGKIT_COLD_INLINE study_comparison compared(const row_list& first, const row_list& second,
                                            const metric::bootstrap_settings& settings) {
    study_comparison out;
    out.against = second.front()->features;
    out.stream = second.front()->stream;
    out.knn_top1 = difference_of(first, second, &study_row::knn_hit, settings, out);
    out.linear_top1 = difference_of(first, second, &study_row::linear_hit, settings, out);
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE study_comparison compare(std::span<const study_row> first,
                                           std::span<const study_row> second,
                                           const metric::bootstrap_settings& settings) {
    const auto listed = [](std::span<const study_row> rows) {
        if (rows.empty()) throw error("report::compare", "rows of two systems", "none of one");
        detail::row_list out;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            detail::check_row(rows[i], i);
            out.push_back(&rows[i]);
        }
        return out;
    };
    return detail::compared(listed(first), listed(second), settings);
}

MGKIT_COLD_INLINE void summarise(study& s, const metric::bootstrap_settings& settings) {
    if (s.results.empty())
        throw error("report::summarise", "at least one result", "none", "run a system first");
    std::vector<std::string> streams;
    std::map<std::pair<feature_kind, std::string>, detail::row_list> groups;
    for (std::size_t i = 0; i < s.results.size(); ++i) {
        const study_row& row = s.results[i];
        detail::check_row(row, i);
        if (std::find(streams.begin(), streams.end(), row.stream) == streams.end())
            streams.push_back(row.stream);
        groups[{row.features, row.stream}].push_back(&row);
    }
    s.level = settings.level;
    s.summary.clear();
    s.comparisons.clear();
    for (feature_kind kind : feature_kinds)
        for (const std::string& stream : streams) {
            const auto found = groups.find({kind, stream});
            if (found == groups.end()) continue;
            s.summary.push_back(detail::summary_of(found->second, settings));
            const auto best = groups.find({feature_kind::pretrained, stream});
            if (kind == feature_kind::pretrained || best == groups.end()) continue;
            study_comparison c = detail::compared(best->second, found->second, settings);
            if (c.knn_top1 || c.linear_top1) s.comparisons.push_back(std::move(c));
        }
}

}  // namespace MGKIT_NAMESPACE::report
