// SPDX-License-Identifier: MIT
// Stages one after another, put together at run time.
// infrastructure: a sequence behind one type
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/augment/any_stage.hpp"
#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/sequence.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// A `sequence` whose stages are chosen by a running program: same name, same draws, same results
/// and same words as the `sequence` of the same stages. Without a stage it changes nothing.
///
/// Reads confidence whether a stage needs it or not. Cost: see any_stage.
/// Errors: those of the stages; a plan of another number of stages.
class stage_list {
public:
    static constexpr std::string_view name = "sequence";
    static constexpr bool uses_confidence = true;
    static constexpr bool moves_joints = true;

    using plan = std::vector<any_stage::plan>;

    stage_list() = default;
    explicit stage_list(std::vector<any_stage> stages) : stages_(std::move(stages)) {}

    /// The stages of a `sequence`.
    template <class First, class... Others>
    explicit stage_list(const sequence<First, Others...>& stages) {
        stages.each_setting([this](const auto& stage) { stages_.emplace_back(stage); });
    }

    const std::vector<any_stage>& stages() const { return stages_; }

    /// Calls `f` with every stage.
    template <class F>
    void each_setting(F&& f) const {
        for (const any_stage& stage : stages_) f(stage);
    }

    static stage_list none() { return {}; }

    plan draw(random_stream& stream, clip_info info) const {
        plan out;
        out.reserve(stages_.size());
        for (auto at = stages_.begin(); at != stages_.end(); ++at) {
            const auto before = std::count_if(stages_.begin(), at, [&](const any_stage& other) {
                return other.name() == at->name();
            });
            random_stream own = stream.fork(at->name(), static_cast<std::uint32_t>(before));
            out.push_back(at->draw(own, info));
            info = at->after(info);
        }
        return out;
    }
    clip_info after(clip_info info) const {
        for (const any_stage& stage : stages_) info = stage.after(info);
        return info;
    }
    template <class S>
    void apply(const plan& plans, workspace<S>& work) const {
        if (plans.size() != stages_.size())
            throw error("augment::stage_list", text("plans of ", stages_.size(), " stages"),
                        text(plans.size()), "apply plans with the list that drew them");
        for (std::size_t i = 0; i < plans.size(); ++i) stages_[i].apply(plans[i], work);
    }

private:
    std::vector<any_stage> stages_;
};

}  // namespace MGKIT_NAMESPACE::augment
