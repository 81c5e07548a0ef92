// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/baseline_dtw.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/core/parallel.hpp"
#include "mgkit/data/labels.hpp"
#include "mgkit/metric/prediction.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::probe {

namespace detail {

constexpr std::size_t dtw_lanes = 8;

/// A bound only discards what exceeds it by more than rounding could explain, so ties survive.
constexpr double rounding_margin = 1 + 1e-12;

/// Frames of one clip as contiguous rows, padded to whole lanes with zeros. Frames without a valid
/// joint are left out; coordinates of invalid joints are zero in `values` and `mask`.
struct dtw_sequence {
    std::size_t frames = 0;
    std::vector<float> values;
    std::vector<float> mask;  ///< 1 where valid, else 0
    bool whole = true;        ///< every joint is valid
};

MGKIT_INLINE std::size_t dtw_width(const skeleton::pose_shape& shape) {
    const auto numbers = static_cast<std::size_t>(skeleton::coordinates(shape.layout)) *
                         static_cast<std::size_t>(shape.points());
    return (numbers + dtw_lanes - 1) / dtw_lanes * dtw_lanes;
}

MGKIT_INLINE dtw_sequence dtw_frames(const clip_view& clip, int max_frames) {
    const auto points = static_cast<std::size_t>(clip.shape.points());
    const auto axes = static_cast<std::size_t>(skeleton::coordinates(clip.shape.layout));
    const std::size_t width = dtw_width(clip.shape);
    const int kept = max_frames > 0 ? std::min(max_frames, clip.length) : clip.length;
    const float* confidence = clip.confidence();
    dtw_sequence out;
    for (int k = 0; k < kept; ++k) {
        const auto t = static_cast<std::size_t>(static_cast<long long>(k) * clip.length / kept);
        std::vector<float> row(width), seen(width);
        bool any = false;
        for (std::size_t p = 0; p < points; ++p) {
            if (confidence != nullptr && !(confidence[t * points + p] > 0)) {
                out.whole = false;
                continue;
            }
            any = true;
            for (std::size_t c = 0; c < axes; ++c) {
                row[c * points + p] = clip.values[c * clip.shape.plane() + t * points + p];
                seen[c * points + p] = 1;
            }
        }
        if (!any) continue;
        out.values.insert(out.values.end(), row.begin(), row.end());
        out.mask.insert(out.mask.end(), seen.begin(), seen.end());
        ++out.frames;
    }
    return out;
}

MGKIT_INLINE double dtw_sum(const std::array<double, dtw_lanes>& lanes) {
    return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) +
           ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

/// Euclidean distance of two frames; with missing joints over the joints that both have, scaled to
/// all of them, and infinite where there are none.
struct frame_distance {
    std::size_t width;    ///< padded numbers per frame
    std::size_t numbers;  ///< numbers per frame

    double operator()(const dtw_sequence& a, std::size_t i, const dtw_sequence& b,
                      std::size_t j) const {
        const float* x = a.values.data() + i * width;
        const float* y = b.values.data() + j * width;
        std::array<double, dtw_lanes> sum{};
        if (a.whole && b.whole) {
            for (std::size_t k = 0; k < width; k += dtw_lanes)
                for (std::size_t l = 0; l < dtw_lanes; ++l) {
                    const double d = static_cast<double>(x[k + l]) - static_cast<double>(y[k + l]);
                    sum[l] += d * d;
                }
            return std::sqrt(dtw_sum(sum));
        }
        const float* p = a.mask.data() + i * width;
        const float* q = b.mask.data() + j * width;
        std::array<double, dtw_lanes> count{};
        for (std::size_t k = 0; k < width; k += dtw_lanes)
            for (std::size_t l = 0; l < dtw_lanes; ++l) {
                const double both = static_cast<double>(p[k + l] * q[k + l]);
                const double d = static_cast<double>(x[k + l]) - static_cast<double>(y[k + l]);
                sum[l] += both * d * d;
                count[l] += both;
            }
        const double shared = dtw_sum(count);
        if (shared == 0) return std::numeric_limits<double>::infinity();
        return std::sqrt(dtw_sum(sum) * static_cast<double>(numbers) / shared);
    }
};

/// Alignment cost of two sequences over their added lengths; infinite as soon as it must exceed
/// `bound`. Two rows of work space.
MGKIT_INLINE double dtw_align(const dtw_sequence& first, const dtw_sequence& second,
                              const frame_distance& distance, double band, double bound,
                              std::array<std::vector<double>, 2>& rows) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const dtw_sequence& a = first.frames >= second.frames ? first : second;
    const dtw_sequence& b = first.frames >= second.frames ? second : first;
    if (b.frames == 0) return infinity;
    const auto n = static_cast<std::ptrdiff_t>(a.frames), m = static_cast<std::ptrdiff_t>(b.frames);
    const double steps = static_cast<double>(n + m);
    const double limit = bound * steps * rounding_margin;
    // Rows follow the longer clip, so the band's centre moves by at most one frame per row and a
    // half width of one keeps it connected.
    const double slope = n > 1 ? static_cast<double>(m - 1) / static_cast<double>(n - 1) : 0;
    const double half = std::max(1.0, band * static_cast<double>(n));
    std::vector<double>& above = rows[0];
    std::vector<double>& here = rows[1];
    above.assign(static_cast<std::size_t>(m) + 1, infinity);
    here.assign(static_cast<std::size_t>(m) + 1, infinity);
    // Entry j + 1 belongs to frame j: entry 0 is the border left of the table.
    std::ptrdiff_t from = 0, to = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double centre = slope * static_cast<double>(i);
        const std::ptrdiff_t old_from = from, old_to = to;
        from = std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(std::ceil(centre - half)));
        to = std::min<std::ptrdiff_t>(m, static_cast<std::ptrdiff_t>(centre + half) + 1);
        double best = infinity;
        for (std::ptrdiff_t j = from; j < to; ++j) {
            const auto k = static_cast<std::size_t>(j);
            const double d = distance(a, static_cast<std::size_t>(i), b, k);
            double cost;
            if (i == 0 && j == 0) {
                cost = 2 * d;
            } else {
                cost = std::min({above[k + 1] + d, above[k] + 2 * d, here[k] + d});
            }
            here[k + 1] = cost;
            best = std::min(best, cost);
        }
        if (best > limit) return infinity;
        for (std::ptrdiff_t j = old_from; j < old_to; ++j)
            above[static_cast<std::size_t>(j) + 1] = infinity;
        std::swap(above, here);
    }
    return above[static_cast<std::size_t>(m)] / steps;
}

/// Lower bound of dtw_align from the first and the last frames; infinite without frames.
MGKIT_INLINE double dtw_bound(const dtw_sequence& a, const dtw_sequence& b,
                              const frame_distance& distance) {
    if (a.frames == 0 || b.frames == 0) return std::numeric_limits<double>::infinity();
    double cost = 2 * distance(a, 0, b, 0);
    if (a.frames > 1 || b.frames > 1) cost += distance(a, a.frames - 1, b, b.frames - 1);
    return cost / static_cast<double>(a.frames + b.frames);
}

MGKIT_INLINE frame_distance dtw_frame_distance(const skeleton::pose_shape& shape) {
    return {dtw_width(shape), static_cast<std::size_t>(skeleton::coordinates(shape.layout)) *
                                  static_cast<std::size_t>(shape.points())};
}

MGKIT_INLINE void check_dtw(const char* where, const dtw_settings& settings) {
    if (!(settings.band >= 0 && settings.band <= 1))
        throw error(where, "a band between 0 and 1", text(settings.band));
    if (settings.max_frames < 0)
        throw error(where, "max_frames of at least 0", text(settings.max_frames));
}

}  // namespace detail

MGKIT_INLINE double dtw_distance(const clip_view& a, const clip_view& b,
                                 const dtw_settings& settings) {
    detail::check_clips("probe::dtw_distance", std::array{a, b});
    detail::check_dtw("probe::dtw_distance", settings);
    std::array<std::vector<double>, 2> rows;
    return detail::dtw_align(detail::dtw_frames(a, settings.max_frames),
                             detail::dtw_frames(b, settings.max_frames),
                             detail::dtw_frame_distance(a.shape), settings.band,
                             std::numeric_limits<double>::infinity(), rows);
}

MGKIT_INLINE dtw_result dtw_nearest(const context& ctx, std::span<const clip_view> train,
                                    std::span<const int> train_labels, int classes,
                                    std::span<const clip_view> queries,
                                    const dtw_settings& settings) {
    constexpr auto where = "probe::dtw_nearest";
    constexpr double infinity = std::numeric_limits<double>::infinity();
    detail::check_clips(where, train);
    detail::check_clips(where, queries);
    detail::check_clips(where, std::array{train[0], queries[0]});
    detail::check_dtw(where, settings);
    data::require_labels(where, train.size(), train_labels.size());
    metric::check_labels(where, "training label", train_labels, classes);

    std::vector<detail::dtw_sequence> gallery;
    gallery.reserve(train.size());
    for (const clip_view& clip : train)
        gallery.push_back(detail::dtw_frames(clip, settings.max_frames));
    const detail::frame_distance distance = detail::dtw_frame_distance(train[0].shape);
    const int fallback = majority(train_labels, train_labels.first(1), classes).predicted.front();

    dtw_result out;
    out.predicted.resize(queries.size());
    out.neighbour.resize(queries.size());
    out.distance.resize(queries.size());
    parallel_for(ctx.threads, static_cast<std::ptrdiff_t>(queries.size()), [&](std::ptrdiff_t i) {
        const auto q = static_cast<std::size_t>(i);
        const detail::dtw_sequence query = detail::dtw_frames(queries[q], settings.max_frames);
        std::vector<std::pair<double, int>> order(gallery.size());
        for (std::size_t g = 0; g < gallery.size(); ++g)
            order[g] = {detail::dtw_bound(query, gallery[g], distance), static_cast<int>(g)};
        std::sort(order.begin(), order.end());
        std::pair<double, int> best{infinity, -1};
        std::array<std::vector<double>, 2> rows;
        for (const auto& [bound, g] : order) {
            if (bound == infinity || bound > best.first * detail::rounding_margin) break;
            const double found = detail::dtw_align(query, gallery[static_cast<std::size_t>(g)],
                                                   distance, settings.band, best.first, rows);
            if (found < best.first || (found == best.first && found < infinity && g < best.second))
                best = {found, g};
        }
        out.neighbour[q] = best.second;
        out.distance[q] = best.first;
        out.predicted[q] =
            best.second < 0 ? fallback : train_labels[static_cast<std::size_t>(best.second)];
    });
    return out;
}

}  // namespace MGKIT_NAMESPACE::probe
