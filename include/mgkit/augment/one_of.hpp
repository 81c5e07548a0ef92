// SPDX-License-Identifier: MIT
// One of several stages, by chance.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/draws.hpp"
#include "mgkit/augment/sequence.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Applies exactly one of the stages, drawn by `weights` (equal by default; they need not sum to
/// 1).
///
/// Plan: a variant whose index is the choice. One draw and those of the chosen stage. The stages
/// must leave the same extents behind. Errors: weights that are negative or all 0; stages that
/// disagree about the extents.
template <composable... As>
class one_of {
    static_assert(sizeof...(As) > 0, "mgkit: one_of needs at least one stage");

public:
    static constexpr std::string_view name = "one_of";
    static constexpr bool uses_confidence = (augment::uses_confidence<As>() || ...);
    static constexpr bool moves_joints = (augment::moves_joints<As>() || ...);

    using plan = std::variant<typename As::plan...>;

    std::array<double, sizeof...(As)> weights = equal();

    one_of() = default;
    explicit one_of(As... stages) : stages_(std::move(stages)...) {}

    template <std::size_t I>
    auto& get() {
        return std::get<I>(stages_);
    }
    template <class A>
    A& get() {
        return std::get<A>(stages_);
    }
    template <class A>
    const A& get() const {
        return std::get<A>(stages_);
    }

    /// Calls `f` with the weights, then with every stage.
    template <class F>
    void each_setting(F&& f) const {
        f(weights);
        std::apply([&](const As&... stage) { (f(stage), ...); }, stages_);
    }

    static one_of none() requires(requires { As::none(); } && ...) { return one_of(As::none()...); }

    plan draw(random_stream& stream, const clip_info& info) const {
        const std::size_t chosen = choose(stream);
        plan drawn;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((I == chosen ? draw_part<I>(stream, info, drawn) : void()), ...);
        }
        (std::index_sequence_for<As...>{});
        return drawn;
    }

    clip_info after(const clip_info& info) const {
        const clip_info first = augment::after(std::get<0>(stages_), info);
        std::apply(
            [&](const As&... stage) { (same_extents(first, augment::after(stage, info)), ...); },
            stages_);
        return first;
    }

    template <class S>
    void apply(const plan& drawn, workspace<S>& work) const {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((I == drawn.index() ? std::get<I>(stages_).apply(*std::get_if<I>(&drawn), work)
                                 : void()),
             ...);
        }
        (std::index_sequence_for<As...>{});
    }

private:
    static constexpr std::array<double, sizeof...(As)> equal() {
        std::array<double, sizeof...(As)> ones{};
        ones.fill(1);
        return ones;
    }

    std::size_t choose(random_stream& stream) const {
        double total = 0;
        for (double weight : weights) {
            detail::check_setting(name, "weights", weight, 0, 1e9);
            total += weight;
        }
        if (!(total > 0))
            throw error("augment::one_of", "a weight above 0", "weights of 0 only",
                        "give the stages that may be chosen a weight");
        const double mark = stream.uniform() * total;
        double reached = 0;
        std::size_t chosen = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            if (weights[i] > 0 && reached <= mark) chosen = i;
            reached += weights[i];
        }
        return chosen;
    }

    template <std::size_t I>
    void draw_part(const random_stream& stream, const clip_info& info, plan& drawn) const {
        random_stream own = detail::part_stream<I, As...>(stream);
        drawn.template emplace<I>(std::get<I>(stages_).draw(own, info));
    }

    static void same_extents(const clip_info& a, const clip_info& b) {
        if (a.shape != b.shape || a.length != b.length)
            throw error("augment::one_of", "stages that leave the same frames behind",
                        text(a.shape.frames, " and ", b.shape.frames),
                        "put the stage that changes their number before one_of");
    }

    std::tuple<As...> stages_;
};

}  // namespace MGKIT_NAMESPACE::augment
