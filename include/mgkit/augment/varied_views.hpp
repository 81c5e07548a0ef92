// SPDX-License-Identifier: MIT
// Views of one clip that are not drawn alike: plain ones and extreme ones.
// infrastructure: applies policies, is none itself
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mgkit/augment/concept.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// One view of a clip for each policy, in their order; view k is keyed by k, so that the first ones
/// have the draws of `n_views` of their policy. Laid out and written as n_views does. Errors: also
/// policies that leave other extents than the first.
template <composable... As>
struct varied_views {
    static constexpr std::size_t views = sizeof...(As);
    static_assert(views > 0 && views <= 256, "mgkit: varied_views holds 1 to 256 policies");

    std::tuple<As...> policies{};

    template <class F>
    void each_setting(F&& f) const {
        std::apply([&f](const As&... each) { (f(each), ...); }, policies);
    }

    /// Extents of one view.
    skeleton::pose_shape shape(const clip_info& info) const {
        return after(std::get<0>(policies), info).shape;
    }

    /// Draws and applies; `key.view` is replaced by the view.
    template <class S>
    void operator()(const random_key& key,
                    std::type_identity_t<skeleton::pose_view<const S>> source,
                    std::type_identity_t<std::span<S>> destination, workspace<S>& work,
                    std::size_t stride = 0) const {
        const clip_info info = work.describe(source, (uses_confidence<As>() || ...));
        const std::size_t size = shape(info).size();
        if (stride == 0) stride = size;
        if (stride < size || destination.size() < size ||
            (destination.size() - size) / stride < views - 1)
            throw error("augment::varied_views",
                        text("room for ", views, " views of ", size, " values, ", stride, " apart"),
                        text(destination.size(), " values"), "size the destination by shape()");
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            (one<K>(key, info, source, destination.subspan(K * stride), work), ...);
        }
        (std::index_sequence_for<As...>{});
    }

private:
    template <std::size_t K, class S>
    void one(random_key key, const clip_info& info, const skeleton::pose_view<const S>& source,
             std::span<S> destination, workspace<S>& work) const {
        const auto& policy = std::get<K>(policies);
        const clip_info behind = after(policy, info);
        if (behind.shape.size() != shape(info).size())
            throw error("augment::varied_views",
                        text("views of ", shape(info).size(), " values, as the first"),
                        text(behind.shape.size(), " in view ", K),
                        "give all policies the same frames and channels");
        key.view = static_cast<std::uint32_t>(K);
        augment::apply(policy, augment::draw(policy, key, info), source,
                       skeleton::pose_view<S>{destination.data(), behind.shape, behind.length},
                       work);
    }
};

}  // namespace MGKIT_NAMESPACE::augment
