// SPDX-License-Identifier: MIT
// A stage that is left out sometimes.
#pragma once

#include <optional>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/draws.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Applies `stage` with probability `probability`, else leaves the clip as it is.
///
/// Plan: the stage's, or nothing. Draws under the stage's own name: one, and the stage's if it
/// happens. A stage that changes the number of frames cannot be left out and is refused.
template <composable A>
struct with_probability {
    static constexpr std::string_view name = A::name;
    static constexpr bool uses_confidence = augment::uses_confidence<A>();
    static constexpr bool moves_joints = augment::moves_joints<A>();

    double probability = .5;
    A stage{};

    using plan = std::optional<typename A::plan>;

    static with_probability none() { return {.probability = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const {
        detail::check_setting("with_probability", "probability", probability, 0, 1);
        check_extents(info);
        if (!(stream.uniform() < probability)) return {};
        random_stream own = stream.fork(A::name);
        return stage.draw(own, info);
    }

    template <class S>
    void apply(const plan& drawn, workspace<S>& work) const {
        if (drawn) stage.apply(*drawn, work);
    }

private:
    void check_extents(const clip_info& info) const {
        const clip_info behind = augment::after(stage, info);
        if (behind.shape != info.shape || behind.length != info.length)
            throw error("augment::with_probability", "a stage that keeps the number of frames",
                        text(A::name, ": ", info.shape.frames, " become ", behind.shape.frames),
                        "let it happen always");
    }
};

}  // namespace MGKIT_NAMESPACE::augment
