// SPDX-License-Identifier: MIT
// A right augmentation, which wrong ones are made from.
#pragma once

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/one_of.hpp"
#include "mgkit/augment/sequence.hpp"
#include "mgkit/augment/with_probability.hpp"

using namespace mgkit;

struct still {
    static constexpr std::string_view name = "still";
    struct plan {
        bool operator==(const plan&) const = default;
    };
    plan draw(random_stream&, const augment::clip_info&) const { return {}; }
    template <class S>
    void apply(const plan&, augment::workspace<S>&) const {}
};
