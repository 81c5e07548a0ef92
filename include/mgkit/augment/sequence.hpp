// SPDX-License-Identifier: MIT
// Stages one after another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

namespace detail {

/// For each name of a composition: how many equal names stand before it.
template <std::size_t N>
constexpr std::array<std::uint32_t, N> occurrences(const std::array<std::string_view, N>& names) {
    std::array<std::uint32_t, N> before{};
    for (std::size_t i = 0; i < N; ++i)
        for (std::size_t j = 0; j < i; ++j) before[i] += names[i] == names[j] ? 1u : 0u;
    return before;
}

/// The stream of part I of a composition of As: keyed by its name and how many parts of that name
/// stand before it. Equal stages draw differently, and adding, removing or moving a stage of
/// another name leaves the draws of the rest as they were.
template <std::size_t I, class... As>
random_stream part_stream(const random_stream& stream) {
    constexpr std::array<std::string_view, sizeof...(As)> names{As::name...};
    constexpr auto before = occurrences(names);
    return stream.fork(names[I], before[I]);
}

}  // namespace detail

/// Applies every stage in order; itself an augmentation, so compositions nest.
///
/// Settings: `get<I>()` or `get<crop_resize>()` gives a stage. Plan: the tuple of the stages'
/// plans. Each stage draws for the extents that the one before leaves behind. Passes over the data:
/// one, and one more for every second and later resampling stage.
template <composable... As>
class sequence {
    static_assert(sizeof...(As) > 0, "mgkit: a sequence needs at least one stage");

public:
    static constexpr std::string_view name = "sequence";
    static constexpr bool uses_confidence = (augment::uses_confidence<As>() || ...);
    static constexpr bool moves_joints = (augment::moves_joints<As>() || ...);

    using plan = std::tuple<typename As::plan...>;

    sequence() = default;
    explicit sequence(As... stages) : stages_(std::move(stages)...) {}

    template <std::size_t I>
    auto& get() {
        return std::get<I>(stages_);
    }
    template <class A>
    A& get() {
        return std::get<A>(stages_);
    }

    /// Calls `f(stage)` for every stage, in order.
    template <class F>
    void each_setting(F&& f) const {
        std::apply([&](const As&... stage) { (f(stage), ...); }, stages_);
    }

    static sequence none() requires(requires { As::none(); } && ...) {
        return sequence(As::none()...);
    }

    plan draw(random_stream& stream, const clip_info& info) const {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            clip_info now = info;
            plan plans;
            ((std::get<I>(plans) = draw_part<I>(stream, now)), ...);
            return plans;
        }
        (std::index_sequence_for<As...>{});
    }

    clip_info after(clip_info info) const {
        std::apply([&](const As&... stage) { ((info = augment::after(stage, info)), ...); },
                   stages_);
        return info;
    }

    template <class S>
    void apply(const plan& plans, workspace<S>& work) const {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (std::get<I>(stages_).apply(std::get<I>(plans), work), ...);
        }
        (std::index_sequence_for<As...>{});
    }

private:
    template <std::size_t I>
    auto draw_part(const random_stream& stream, clip_info& info) const {
        random_stream own = detail::part_stream<I, As...>(stream);
        auto drawn = std::get<I>(stages_).draw(own, info);
        info = augment::after(std::get<I>(stages_), info);
        return drawn;
    }

    std::tuple<As...> stages_;
};

}  // namespace MGKIT_NAMESPACE::augment
