// SPDX-License-Identifier: MIT
// Parameters that stand still: what depends on them alone, computed once.
#pragma once

#include "mgkit/core/compiler.hpp"

#include <boost/hana/for_each.hpp>
#include <type_traits>
#include <utility>

#include "mgkit/nn/leaves.hpp"
#include "mgkit/nn/standing.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Calls `f(module&)` for every module below `member`, itself first, shared ones once.
template <class Member, class F>
void for_each_module(Member& member, F&& f) {
    using plain = std::remove_const_t<Member>;
    if constexpr (listing<plain>) {
        f(member);
    } else if constexpr (module<plain>) {
        f(member);
        boost::hana::for_each(plain::fields(), [&](const auto& entry) {
            if (!entry.alias) for_each_module(entry.access(member), f);
        });
    } else if constexpr (detail::is_vector<plain> || detail::is_array<plain>) {
        for (auto& each : member) for_each_module(each, f);
    }
}

/// Adds the standing values of all modules below `root`. A module that lists its leaves itself
/// (`listing`) hands over those below it by `void add_standing(context&, standing_values&) const`,
/// or has none.
template <class M>
void add_standing(context& ctx, const M& root, standing_values& out) {
    for_each_module(root, [&](const auto& m) {
        using each = std::remove_cvref_t<decltype(m)>;
        if constexpr (requires { m.add_standing(ctx, out); })
            m.add_standing(ctx, out);
        else if constexpr (offers_standing<each>)
            out.add(ctx, m);
    });
}

namespace detail {
template <class M>
struct tensor_type_of {};
template <class M>
requires requires {
    typename M::tensor_type;
}
struct tensor_type_of<M> {
    using tensor_type = typename M::tensor_type;
};
}  // namespace detail

/// A model beside what the modules below it compute from their parameters alone (`standing`):
/// passes on plain tensors use that instead of computing it anew. For passes of few clips, where it
/// is a large share.
///
///     const nn::prepared ready(ctx, model);
///     const T features = ready(ctx, clips);
///
/// Nothing is written into the model, and passes past this object are as before. Several threads
/// may run passes of one object at a time, each with a context of its own, in evaluation mode. The
/// model must stay where it is, and its parameters must not change meanwhile; results differ from
/// those of the model by rounding. Copies share what was computed. Cost: the standing values, once;
/// none of a pass.
template <class M>
class prepared : public detail::tensor_type_of<M> {
public:
    prepared(context& ctx, const M& model) : model_(&model) { add_standing(ctx, model, values_); }
    prepared(context&, const M&&) = delete;

    const M& model() const { return *model_; }

    /// model(ctx, in...)
    template <class... In>
    std::invoke_result_t<const M&, context&, const In&...> operator()(context& ctx,
                                                                      const In&... in) const {
        const detail::standing_scope now(ctx, values_);
        return (*model_)(ctx, in...);
    }
    /// `f(model)` where passes in `ctx` are prepared: for other functions than the call operator.
    template <class F>
    std::invoke_result_t<F, const M&> with(context& ctx, F&& f) const {
        const detail::standing_scope now(ctx, values_);
        return std::forward<F>(f)(*model_);
    }

private:
    const M* model_;
    standing_values values_;
};

}  // namespace MGKIT_NAMESPACE::nn
