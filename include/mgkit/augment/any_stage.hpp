// SPDX-License-Identifier: MIT
// A stage whose type is known at run time only.
// infrastructure: holds stages, is none itself
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/augment/concept.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Any augmentation behind one type, for policies that are put together by a program's user.
///
/// Draws, results and settings in words are those of the stage itself. Copies share it. Cost: an
/// allocation for every plan and an indirect call; compositions that are known when a program is
/// written are better `sequence`s.
class any_stage {
    struct plan_base {
        virtual ~plan_base() = default;
        /// One address for each type of plan: programs may be built without run-time types.
        virtual const void* type() const = 0;
        virtual bool equals(const plan_base& other) const = 0;
    };
    template <class P>
    struct plan_of final : plan_base {
        explicit plan_of(P p) : value(std::move(p)) {}
        static const plan_of* of(const plan_base* held) {
            return held && held->type() == &tag ? static_cast<const plan_of*>(held) : nullptr;
        }
        const void* type() const override { return &tag; }
        bool equals(const plan_base& other) const override {
            const plan_of* same = of(&other);
            return same && same->value == value;
        }
        static constexpr char tag = 0;
        P value;
    };

public:
    /// What the stage within has drawn; empty before a draw.
    class plan {
    public:
        friend bool operator==(const plan& a, const plan& b) {
            return a.held_ == b.held_ || (a.held_ && b.held_ && a.held_->equals(*b.held_));
        }

    private:
        friend any_stage;
        std::shared_ptr<const plan_base> held_;
    };

    template <composable A>
    any_stage(A stage) : held_(std::make_shared<const stage_of<A>>(std::move(stage))) {}

    std::string_view name() const { return held_->name(); }
    std::string settings_words() const { return held_->words(); }

    plan draw(random_stream& stream, const clip_info& info) const {
        plan out;
        out.held_ = held_->draw(stream, info);
        return out;
    }
    clip_info after(const clip_info& info) const { return held_->after(info); }
    /// Errors: those of the stage; a plan that was drawn by a stage of another type.
    template <class S>
    void apply(const plan& drawn, workspace<S>& work) const {
        held_->apply(drawn.held_.get(), work);
    }

private:
    struct stage_base {
        virtual ~stage_base() = default;
        virtual std::string_view name() const = 0;
        virtual std::string words() const = 0;
        virtual std::shared_ptr<const plan_base> draw(random_stream&, const clip_info&) const = 0;
        virtual clip_info after(const clip_info& info) const = 0;
        virtual void apply(const plan_base* drawn, workspace<float>& work) const = 0;
        virtual void apply(const plan_base* drawn, workspace<double>& work) const = 0;
    };
    template <class A>
    struct stage_of final : stage_base {
        explicit stage_of(A a) : stage(std::move(a)) {}
        std::string_view name() const override { return A::name; }
        std::string words() const override { return settings_text(stage); }
        std::shared_ptr<const plan_base> draw(random_stream& stream,
                                              const clip_info& info) const override {
            return std::make_shared<const plan_of<typename A::plan>>(stage.draw(stream, info));
        }
        clip_info after(const clip_info& info) const override {
            return augment::after(stage, info);
        }
        void apply(const plan_base* drawn, workspace<float>& work) const override {
            stage.apply(own(drawn), work);
        }
        void apply(const plan_base* drawn, workspace<double>& work) const override {
            stage.apply(own(drawn), work);
        }
        static const typename A::plan& own(const plan_base* drawn) {
            const auto* found = plan_of<typename A::plan>::of(drawn);
            if (!found)
                throw error("augment::any_stage", text("a plan of ", A::name),
                            drawn ? "one of another stage" : "none",
                            "apply plans with the stage that drew them");
            return found->value;
        }
        A stage;
    };

    std::shared_ptr<const stage_base> held_;
};

}  // namespace MGKIT_NAMESPACE::augment
