// SPDX-License-Identifier: MIT
// Which clips train and which are tested, and how positions are taken in each fold.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "mgkit/study/fold.hpp"
#include "mgkit/study/splits.hpp"
#include "options.hpp"
#include "pipeline.hpp"

namespace mgfm {

/// Errors: wrong_usage for several kinds of split, mgkit::error where the clips do not allow it.
mgkit::study::splits choose_split(const mgkit::data::clip_set& clips, const split_options& options);

/// The folds of a corpus, one after the other, each with the positions that its training side
/// chooses. The corpus must outlive this.
class corpus_folds {
public:
    corpus_folds(const corpus& from, const data_options& data, mgkit::study::splits who);

    std::size_t count() const { return who_.folds.size(); }
    const std::string& words() const { return who_.words; }
    /// Makes fold f, which is the last one from then on.
    mgkit::study::fold operator()(std::size_t f);

    /// All clips as the last fold takes them, how it takes positions, and who is on which side.
    const mgkit::data::clip_set& clips() const { return *clips_; }
    const std::string& reference() const { return reference_; }
    const mgkit::data::split& sides() const { return who_.folds[last_]; }
    /// How its clips are read and prepared, as a part of what results are made of.
    const mgkit::recipe& prepared() const { return prepared_; }

    /// Clips of classes that are tested and never trained, in any fold.
    mgkit::data::findings found() const;
    /// How positions were taken in all folds so far, in words.
    std::string positions() const;
    /// Whose clips were tested so far.
    const std::vector<int>& tested() const { return tested_; }

private:
    const corpus& from_;
    data_options data_;
    mgkit::study::splits who_;
    std::size_t last_ = 0;
    const mgkit::data::clip_set* clips_ = nullptr;
    std::string reference_;
    mgkit::recipe prepared_;
    std::set<std::string> positions_;
    std::vector<int> tested_;
};

}  // namespace mgfm
