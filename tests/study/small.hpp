// SPDX-License-Identifier: MIT
// A small set of clips, and features that know the class of a clip as well as one wants.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/study/fold.hpp"
#include "mgkit/study/row_json.hpp"

using T = mgkit::eigen::tensor<float>;

/// Six classes, two clips of each by each subject.
inline mgkit::data::clip_set small_clips(int subjects = 4) {
    return mgkit::data::make_synthetic({.subjects = subjects, .repetitions = 2, .frames = 8});
}

/// The same clips with their values changed by `f(clip, value)`.
template <class F>
mgkit::data::clip_set with_values(const mgkit::data::clip_set& clips, const F& f) {
    mgkit::data::clip_set out = clips;
    std::vector<float> values;
    for (int i = 0; i < clips.size(); ++i) {
        const auto view = clips.clip(i);
        for (std::size_t k = 0; k < view.shape.size(); ++k) values.push_back(f(i, view.values[k]));
    }
    out.set_values(std::move(values));
    return out;
}

/// Noise, and `apart` in the column of the class.
inline mgkit::data::feature_table features_like(std::span<const int> labels, double apart,
                                                std::uint64_t seed, std::size_t columns = 40) {
    mgkit::random_stream draws({seed}, "features");
    mgkit::data::feature_table out{labels.size(), columns, {}};
    for (const int label : labels)
        for (std::size_t j = 0; j < columns; ++j)
            out.values.push_back(
                static_cast<float>(draws.normal() + (static_cast<int>(j) == label ? apart : 0)));
    return out;
}

/// Rows with their answers, to be compared.
inline std::string words(const std::vector<mgkit::study::row>& rows) {
    std::string out;
    for (const auto& r : rows)
        out += mgkit::study::row_to_json(r, mgkit::study::answers::keep).dump() + "\n";
    return out;
}
