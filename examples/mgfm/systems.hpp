// SPDX-License-Identifier: MIT
// The library's systems on the tensors of this program, compiled once.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mgkit/encode/clip_input.hpp"
#include "mgkit/probe/reidentify.hpp"
#include "mgkit/study/linear.hpp"
#include "mgkit/study/protocol.hpp"

namespace mgfm {

using input_of_stream = std::function<mgkit::encode::clip_input(const std::string&)>;

mgkit::study::system summary_system(int threads, const mgkit::study::linear_choice& how = {});
mgkit::study::system raw_system(input_of_stream input, int threads,
                                const mgkit::study::linear_choice& how = {});
mgkit::study::system dtw_system(int threads);
mgkit::study::system shuffled_system(mgkit::study::feature_maker make,
                                     mgkit::study::parts_maker made_of, int threads,
                                     std::vector<std::uint64_t> seeds,
                                     const mgkit::study::linear_choice& how = {});

/// The linear probe that --linear names: "ridge" or "sgd".
mgkit::study::linear_choice linear_named(const std::string& name);

/// 1-NN and linear probe, or 1-NN alone, on features of a fold.
mgkit::study::answer probed(const mgkit::study::fold& at,
                            const mgkit::study::fold_features& features, int threads);
mgkit::study::answer probed(const mgkit::study::fold& at,
                            const mgkit::study::fold_features& features, int threads,
                            const mgkit::study::linear_choice& how);
mgkit::study::answer searched(const mgkit::study::fold& at,
                              const mgkit::study::fold_features& features, int threads);

/// A linear probe of one side of a fold, to be asked as often as wanted.
struct trained_probe {
    std::function<std::vector<float>(const mgkit::data::feature_table&)>
        scores;        ///< of all classes
    double ridge = 0;  ///< that people of the training side chose
};
/// `train` are features of the training side; the scores are those of `probed`.
trained_probe trained_on(const mgkit::study::fold& at, const mgkit::data::feature_table& train,
                         int threads);

/// Whose clips these features are of, and which gestures.
mgkit::probe::reidentification reidentified(const mgkit::data::clip_set& clips,
                                            const mgkit::data::feature_table& features,
                                            std::span<const int> recordings,
                                            const mgkit::probe::reidentify_settings& settings,
                                            int threads);

/// `probed` or `searched`.
using judge = mgkit::study::answer (*)(const mgkit::study::fold&,
                                       const mgkit::study::fold_features&, int);

/// What features that exist are compared with, and they themselves.
struct compared {
    mgkit::study::feature_maker pretrained, random;  ///< an empty one is left out
    mgkit::encode::clip_input input;                 ///< of raw coordinates
    bool plain = false;                              ///< majority and the features only
};
std::vector<mgkit::study::system> compare(const compared& what, judge how, int threads);

}  // namespace mgfm
