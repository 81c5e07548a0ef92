// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/tidy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

/// Number of cuts at or before each frame: frames of one body share a number.
MGKIT_INLINE std::vector<int> bodies_of_frames(const std::string& where, std::span<const int> cuts,
                                               int frames) {
    std::vector<int> out(static_cast<std::size_t>(frames), 0);
    for (const int cut : cuts) {
        if (cut < 0 || cut >= frames)
            throw error(where, text("cuts from 0 to ", frames - 1), text(cut));
        ++out[static_cast<std::size_t>(cut)];
    }
    for (std::size_t t = 1; t < out.size(); ++t) out[t] += out[t - 1];
    return out;
}

/// Weights that give the value at the middle of a least-squares polynomial of `order` through
/// `left` frames before, the frame itself, and `right` after.
MGKIT_INLINE std::vector<double> savitzky_golay(int left, int right, int order) {
    const int count = left + right + 1;
    const auto terms = static_cast<std::size_t>(std::min(order, count - 1) + 1);
    // Offsets are scaled to [-1, 1] so that the normal equations stay well conditioned.
    const double scale = std::max({left, right, 1});
    std::vector<double> normal(terms * terms, 0.0), solution(terms, 0.0);
    for (int k = -left; k <= right; ++k)
        for (std::size_t i = 0; i < terms; ++i)
            for (std::size_t j = 0; j < terms; ++j)
                normal[i * terms + j] += std::pow(k / scale, static_cast<double>(i + j));
    // The value at offset 0 is the first coefficient: solve normal * solution = e_0.
    solution[0] = 1;
    for (std::size_t i = 0; i < terms; ++i) {
        std::size_t pivot = i;
        for (std::size_t r = i + 1; r < terms; ++r)
            if (std::abs(normal[r * terms + i]) > std::abs(normal[pivot * terms + i])) pivot = r;
        for (std::size_t c = 0; c < terms; ++c)
            std::swap(normal[i * terms + c], normal[pivot * terms + c]);
        std::swap(solution[i], solution[pivot]);
        for (std::size_t r = i + 1; r < terms; ++r) {
            const double factor = normal[r * terms + i] / normal[i * terms + i];
            for (std::size_t c = i; c < terms; ++c)
                normal[r * terms + c] -= factor * normal[i * terms + c];
            solution[r] -= factor * solution[i];
        }
    }
    for (std::size_t i = terms; i-- > 0;) {
        for (std::size_t c = i + 1; c < terms; ++c)
            solution[i] -= normal[i * terms + c] * solution[c];
        solution[i] /= normal[i * terms + i];
    }
    std::vector<double> weights;
    for (int k = -left; k <= right; ++k) {
        double weight = 0;
        for (std::size_t i = 0; i < terms; ++i)
            weight += solution[i] * std::pow(k / scale, static_cast<double>(i));
        weights.push_back(weight);
    }
    return weights;
}

}  // namespace detail

MGKIT_INLINE fill_report fill_gaps(recording& r, const fill_settings& settings) {
    check(r);
    const std::string where = "fill gaps of " + r.name;
    if (settings.max_gap_frames < 0 || !(settings.confidence > 0) || settings.confidence > 1)
        throw error(where, "max_gap_frames of 0 or more, confidence above 0 and at most 1",
                    text(settings.max_gap_frames, ", ", settings.confidence));
    const auto view = r.poses.view();
    const auto bodies = detail::bodies_of_frames(where, settings.cuts, view.length);
    fill_report out;
    if (view.confidence() == nullptr) return out;
    const int dims = skeleton::coordinates(view.shape.layout);
    for (int v = 0; v < view.shape.joints; ++v) {
        int last = -1;  // the last valid frame
        for (int t = 0; t <= view.length; ++t) {
            if (t < view.length && !view.valid(t, v)) continue;
            const int gap = t - last - 1;
            const bool inside = last >= 0 && t < view.length;
            if (gap > 0 && inside && gap <= settings.max_gap_frames &&
                bodies[static_cast<std::size_t>(last)] == bodies[static_cast<std::size_t>(t)]) {
                const float confidence = std::min({view.at(dims, last, v), view.at(dims, t, v),
                                                   static_cast<float>(settings.confidence)});
                for (int g = last + 1; g < t; ++g) {
                    const double share = double(g - last) / (t - last);
                    for (int c = 0; c < dims; ++c)
                        view.at(c, g, v) = static_cast<float>((1 - share) * view.at(c, last, v) +
                                                              share * view.at(c, t, v));
                    view.at(dims, g, v) = confidence;
                }
                ++out.gaps;
                out.joints += static_cast<std::size_t>(gap);
            } else if (gap > 0) {
                ++out.gaps_left;
            }
            last = t;
        }
    }
    return out;
}

MGKIT_INLINE void smooth(recording& r, const smooth_settings& settings) {
    check(r);
    const std::string where = "smooth " + r.name;
    constexpr int widest = 101, highest = 5;
    if (settings.window < 1 || settings.window > widest || settings.window % 2 == 0)
        throw error(where, text("an odd window from 1 to ", widest), text(settings.window));
    if (settings.order < 0 || settings.order > highest || settings.order >= settings.window)
        throw error(where, text("an order from 0 to ", highest, ", below the window"),
                    text(settings.order, " with a window of ", settings.window));
    const auto view = r.poses.view();
    const auto bodies = detail::bodies_of_frames(where, settings.cuts, view.length);
    const int half = settings.window / 2, dims = skeleton::coordinates(view.shape.layout);
    std::vector<std::vector<double>> weights(static_cast<std::size_t>((half + 1) * (half + 1)));
    std::vector<std::array<float, 3>> before;
    for (int v = 0; v < view.shape.joints; ++v)
        for (int start = 0; start < view.length;) {
            if (!view.valid(start, v)) {
                ++start;
                continue;
            }
            int end = start + 1;
            while (end < view.length && view.valid(end, v) &&
                   bodies[static_cast<std::size_t>(end)] == bodies[static_cast<std::size_t>(start)])
                ++end;
            before.resize(static_cast<std::size_t>(end - start));
            for (int t = start; t < end; ++t)
                for (int c = 0; c < dims; ++c)
                    before[static_cast<std::size_t>(t - start)][static_cast<std::size_t>(c)] =
                        view.at(c, t, v);
            for (int t = start; t < end; ++t) {
                const int left = std::min(half, t - start), right = std::min(half, end - 1 - t);
                if (left + right < settings.order + 1) continue;
                auto& w = weights[static_cast<std::size_t>(left * (half + 1) + right)];
                if (w.empty()) w = detail::savitzky_golay(left, right, settings.order);
                for (int c = 0; c < dims; ++c) {
                    double sum = 0;
                    for (std::size_t k = 0; k < w.size(); ++k)
                        sum += w[k] * double(before[static_cast<std::size_t>(t - start - left) + k]
                                                   [static_cast<std::size_t>(c)]);
                    view.at(c, t, v) = static_cast<float>(sum);
                }
            }
            start = end;
        }
}

}  // namespace MGKIT_NAMESPACE::data
