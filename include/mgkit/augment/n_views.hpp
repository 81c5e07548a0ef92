// SPDX-License-Identifier: MIT
// Several independent views of one clip: what pre-training starts from.
// infrastructure: applies a policy, is none itself
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "mgkit/augment/concept.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// K views of a clip, each with its own draws of the same policy, keyed by view 0 .. K - 1.
///
/// Writes K blocks C T V M with T as the policy leaves it. With a destination stride of B blocks
/// the views of a batch lie stacked as (K B) C T V M, view first.
/// Cost: K times the policy's passes; no allocation once the workspace has seen a clip as large.
template <std::size_t K, composable A>
struct n_views {
    static_assert(K > 0 && K <= 256, "mgkit: n_views holds 1 to 256 views");
    static constexpr std::size_t views = K;

    A policy{};

    using plan = std::array<typename A::plan, K>;

    /// Extents of one view. `shape(...).size()` values each.
    skeleton::pose_shape shape(const clip_info& info) const { return after(policy, info).shape; }

    /// One plan per view; `key.view` is replaced by the view.
    plan draw(random_key key, const clip_info& info) const {
        plan plans;
        for (std::size_t k = 0; k < K; ++k) {
            key.view = static_cast<std::uint32_t>(k);
            plans[k] = augment::draw(policy, key, info);
        }
        return plans;
    }

    /// Writes view k at destination[k * stride]; stride 0 packs the views.
    /// Errors: a destination that is too small or a stride that makes views overlap; as the policy.
    template <class S>
    void apply(const plan& plans, std::type_identity_t<skeleton::pose_view<const S>> source,
               std::type_identity_t<std::span<S>> destination, workspace<S>& work,
               std::size_t stride = 0) const {
        const clip_info behind = after(policy, clip_info{source.shape, source.length, {}});
        const std::size_t size = behind.shape.size();
        if (stride == 0) stride = size;
        if (stride < size || destination.size() < size ||
            (destination.size() - size) / stride < K - 1)
            throw error("augment::n_views",
                        text("room for ", K, " views of ", size, " values, ", stride, " apart"),
                        text(destination.size(), " values"), "size the destination by shape()");
        for (std::size_t k = 0; k < K; ++k) {
            const skeleton::pose_view<S> view{destination.data() + k * stride, behind.shape,
                                              behind.length};
            augment::apply(policy, plans[k], source, view, work);
        }
    }

    /// Draws and applies; `key.view` is replaced by the view.
    template <class S>
    void operator()(const random_key& key,
                    std::type_identity_t<skeleton::pose_view<const S>> source,
                    std::type_identity_t<std::span<S>> destination, workspace<S>& work,
                    std::size_t stride = 0) const {
        const clip_info info = work.describe(source, uses_confidence<A>());
        apply(draw(key, info), source, destination, work, stride);
    }
};

}  // namespace MGKIT_NAMESPACE::augment
