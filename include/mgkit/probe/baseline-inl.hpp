// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/baseline.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::probe {

MGKIT_INLINE evaluation majority(std::span<const int> train_labels,
                                 std::span<const int> test_labels, int classes) {
    constexpr auto where = "probe::majority";
    metric::check_labels(where, "training label", train_labels, classes);
    if (train_labels.empty()) throw error(where, "at least one training label", "none");
    const auto columns = static_cast<std::size_t>(classes);
    std::vector<std::size_t> count(columns);
    for (int label : train_labels) ++count[static_cast<std::size_t>(label)];
    std::vector<float> scores(test_labels.size() * columns);
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = static_cast<float>(static_cast<double>(count[i % columns]) /
                                       static_cast<double>(train_labels.size()));
    return evaluate_scores({test_labels.begin(), test_labels.end()}, std::move(scores), classes);
}

MGKIT_INLINE std::vector<int> shuffled_labels(std::span<const int> labels, const random_key& key) {
    std::vector<int> out(labels.begin(), labels.end());
    if (out.size() > std::numeric_limits<std::uint32_t>::max())
        throw error("probe::shuffled_labels", "fewer than 2^32 labels", text(out.size()));
    random_stream stream(key, "shuffled_labels");
    for (std::size_t i = out.size(); i > 1; --i)
        std::swap(out[i - 1], out[stream.below(static_cast<std::uint32_t>(i))]);
    return out;
}

namespace detail {

MGKIT_INLINE void check_clips(std::string_view where, std::span<const clip_view> clips) {
    if (clips.empty()) throw error(std::string(where), "at least one clip", "none");
    const skeleton::pose_shape& first = clips[0].shape;
    for (std::size_t i = 0; i < clips.size(); ++i) {
        const clip_view& clip = clips[i];
        const skeleton::pose_shape& shape = clip.shape;
        if (shape.layout != first.layout || shape.joints != first.joints ||
            shape.persons != first.persons || !skeleton::countable(shape))
            throw error(std::string(where),
                        text("clips of ", first.joints, " joints, ", first.persons, " persons, ",
                             skeleton::name(first.layout)),
                        text(shape.joints, " joints, ", shape.persons, " persons, ",
                             skeleton::name(shape.layout), " in clip ", i));
        if (clip.values == nullptr || clip.length < 1 || clip.length > shape.frames)
            throw error(std::string(where), text("1 to ", shape.frames, " valid frames"),
                        text(clip.length, " in clip ", i), "exclude clips without frames");
        for (int t = 0; t < clip.length; ++t)
            for (int p = 0; p < shape.points(); ++p) {
                const int v = p / shape.persons, m = p % shape.persons;
                if (!clip.valid(t, v, m)) continue;
                for (int c = 0; c < skeleton::coordinates(shape.layout); ++c)
                    if (!std::isfinite(clip.at(c, t, v, m)))
                        throw error(
                            std::string(where), "finite coordinates",
                            text(clip.at(c, t, v, m), " in clip ", i, ", frame ", t, ", joint ", v),
                            "mark such joints as missing when reading");
            }
    }
}

}  // namespace detail

MGKIT_INLINE feature_table summary_features(std::span<const clip_view> clips) {
    detail::check_clips("probe::summary_features", clips);
    const skeleton::pose_shape& shape = clips[0].shape;
    const auto points = static_cast<std::size_t>(shape.points());
    const int axes = skeleton::coordinates(shape.layout);
    const std::size_t block = static_cast<std::size_t>(axes) * points;
    feature_table out{clips.size(), 3 * block, {}};
    out.values.resize(out.rows * out.columns);
    for (std::size_t i = 0; i < clips.size(); ++i) {
        const clip_view& clip = clips[i];
        const auto row = out.row(i);
        for (int c = 0; c < axes; ++c)
            for (std::size_t p = 0; p < points; ++p) {
                const int v = static_cast<int>(p) / shape.persons;
                const int m = static_cast<int>(p) % shape.persons;
                double sum = 0, path = 0;
                int frames = 0, steps = 0;
                for (int t = 0; t < clip.length; ++t) {
                    if (!clip.valid(t, v, m)) continue;
                    sum += clip.at(c, t, v, m);
                    ++frames;
                    if (t > 0 && clip.valid(t - 1, v, m)) {
                        path += std::abs(static_cast<double>(clip.at(c, t, v, m)) -
                                         clip.at(c, t - 1, v, m));
                        ++steps;
                    }
                }
                const double mean = frames > 0 ? sum / frames : 0;
                double square = 0;
                for (int t = 0; t < clip.length; ++t)
                    if (clip.valid(t, v, m)) square += std::pow(clip.at(c, t, v, m) - mean, 2);
                const std::size_t column = static_cast<std::size_t>(c) * points + p;
                row[column] = static_cast<float>(mean);
                row[block + column] =
                    static_cast<float>(frames > 0 ? std::sqrt(square / frames) : 0);
                row[2 * block + column] = static_cast<float>(steps > 0 ? path / steps : 0);
            }
    }
    return out;
}

MGKIT_INLINE feature_table raw_features(std::span<const clip_view> clips) {
    constexpr auto where = "probe::raw_features";
    detail::check_clips(where, clips);
    const skeleton::pose_shape& shape = clips[0].shape;
    const std::size_t plane = shape.plane();
    feature_table out{
        clips.size(), static_cast<std::size_t>(skeleton::coordinates(shape.layout)) * plane, {}};
    out.values.resize(out.rows * out.columns);
    for (std::size_t i = 0; i < clips.size(); ++i) {
        const clip_view& clip = clips[i];
        if (clip.shape.frames != shape.frames || clip.length != shape.frames)
            throw error(where, text("clips of ", shape.frames, " valid frames"),
                        text(clip.length, " valid of ", clip.shape.frames, " in clip ", i),
                        "resample all clips to one length first");
        const auto row = out.row(i);
        const float* confidence = clip.confidence();
        for (std::size_t k = 0; k < out.columns; ++k)
            row[k] = confidence == nullptr || confidence[k % plane] > 0 ? clip.values[k] : 0.f;
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::probe
