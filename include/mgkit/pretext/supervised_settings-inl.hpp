// SPDX-License-Identifier: MIT
// Definitions of supervised_settings.hpp.
#pragma once

#include "mgkit/core/digest.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/pretext/supervised_settings.hpp"

namespace MGKIT_NAMESPACE::pretext {

MGKIT_INLINE void check(const supervised_settings& s, int classes) {
    const auto share = [](double value) { return value >= 0 && value < 1; };
    if (!share(s.label_smoothing) || !share(s.dropout))
        throw error("supervised", "label smoothing and dropout in [0, 1)",
                    text(s.label_smoothing, " and ", s.dropout));
    if (!(s.logit_adjustment >= 0) || !(s.mix_up.alpha >= 0))
        throw error("supervised", "a logit adjustment and an alpha of mix-up of 0 or more",
                    text(s.logit_adjustment, " and ", s.mix_up.alpha));
    if (s.logit_adjustment > 0 && s.class_counts.size() != static_cast<std::size_t>(classes))
        throw error("supervised", text("training clips of each of ", classes, " classes"),
                    text(s.class_counts.size(), " counts"),
                    "fill in class_counts for logit adjustment");
}

MGKIT_INLINE std::string words(const supervised_settings& s) {
    std::string out = text("smoothing ", nn::exact(s.label_smoothing), ", logit adjustment ",
                           nn::exact(s.logit_adjustment), ", mix-up ", nn::exact(s.mix_up.alpha),
                           s.mix_up.by_row ? " by row" : "", ", dropout ", nn::exact(s.dropout));
    if (s.logit_adjustment > 0) {
        digest counts;
        for (const std::int64_t n : s.class_counts) counts.add(n);
        out += ", counts " + counts.hex();
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::pretext
