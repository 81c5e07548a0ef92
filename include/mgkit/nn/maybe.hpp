// SPDX-License-Identifier: MIT
// A module that some settings leave out.
// infrastructure
#pragma once

#include <optional>
#include <utility>

#include "mgkit/nn/prepared.hpp"

namespace MGKIT_NAMESPACE::nn {

/// A module, or nothing: without leaves then. The names of the module's leaves stand directly below
/// the member's.
template <has_leaves M>
class maybe {
public:
    using tensor_type = leaf_tensor<M>;

    maybe() = default;
    maybe(M held) : held_(std::move(held)) {}

    explicit operator bool() const { return held_.has_value(); }
    const M& operator*() const { return *held_; }
    const M* operator->() const { return &*held_; }

    leaf_list<tensor_type> leaves() {
        return held_ ? nn::leaves(*held_) : leaf_list<tensor_type>{};
    }
    /// See nn::prepared.
    void add_standing(context& ctx, standing_values& out) const {
        if (held_) nn::add_standing(ctx, *held_, out);
    }

private:
    std::optional<M> held_;
};

}  // namespace MGKIT_NAMESPACE::nn
