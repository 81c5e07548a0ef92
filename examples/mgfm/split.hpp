// Which clips train and which are tested, as the options say.
#pragma once

#include <string>
#include <vector>

#include "mgkit/data/split.hpp"
#include "options.hpp"

namespace mgfm {

struct named_split {
    std::vector<mgkit::data::split> folds;
    std::string words;
};

/// Errors: wrong_usage for several kinds of split, mgkit::error where the clips do not allow it.
named_split choose_split(const mgkit::data::clip_set& clips, const split_options& options);

}  // namespace mgfm
