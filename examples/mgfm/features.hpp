// SPDX-License-Identifier: MIT
// Features of clips, from an encoder or from a file, as the folds of a split ask for them.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "folds.hpp"
#include "mgkit/study/protocol.hpp"
#include "weights.hpp"

namespace mgfm {

/// Saved features, one row per usable clip or one per clip in the folder.
mgkit::data::feature_table read_features(const std::string& path, const corpus& from);

/// Features of all clips, made once for each way of taking positions that a fold chooses.
class feature_source {
public:
    /// Of an encoder and the same one with random weights; `opened` must outlive this, and gets the
    /// notes of what is loaded.
    feature_source(encoder_and_clips& opened, int threads);
    /// From a file: the same for any positions.
    explicit feature_source(mgkit::data::feature_table table);

    /// `clips` are all clips, positioned by `reference`. Errors: features that are not finite.
    const mgkit::data::feature_table& trained(const std::string& reference,
                                              const mgkit::data::clip_set& clips);
    const mgkit::data::feature_table& random(const std::string& reference,
                                             const mgkit::data::clip_set& clips);

    /// The same for the fold that `folds` made last, side by side; both must outlive what is
    /// returned.
    mgkit::study::feature_maker trained_in(const corpus_folds& folds);
    mgkit::study::feature_maker random_in(const corpus_folds& folds);

private:
    using make = std::function<mgkit::data::feature_table(const mgkit::data::clip_set&)>;
    using tables = std::map<std::string, mgkit::data::feature_table>;

    static const mgkit::data::feature_table& once(tables& made, const std::string& reference,
                                                  const make& maker,
                                                  const mgkit::data::clip_set& clips);

    make trained_, random_;
    tables trained_tables_, random_tables_;
};

}  // namespace mgfm
