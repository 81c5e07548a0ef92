// SPDX-License-Identifier: MIT
// A module that teaches and does not learn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/digest.hpp"
#include "mgkit/nn/clone.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/nn/leaves.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Names, extents, values and settings of a module: equal for equal ones of one scalar type on any
/// backend. Cost: every value comes to the host once.
template <has_leaves M>
digest digest_of(context& ctx, M& root) {
    using T = leaf_tensor<M>;
    using scalar = typename backend_traits<T>::scalar;
    digest out;
    for (const auto& [name, value] : facts_of(root)) out.add(name).add(value);
    std::vector<scalar> host;
    for (const leaf<T>& l : leaves(root)) {
        if (l.alias) continue;
        out.add(l.name).add(std::span<const std::int64_t>(l.extents()));
        if (l.counter != nullptr) {
            out.add(*l.counter);
            continue;
        }
        host.resize(static_cast<std::size_t>(shape_of(*l.value).elements()));
        backend_traits<T>::to_host(ctx, *l.value, host);
        out.add(std::span<const scalar>(host));
    }
    return out;
}

/// A module kept out of training: a teacher as a member of a method. It has no leaves for whoever
/// holds it, so there are no gradients, no optimiser state and no values of it in checkpoints; a
/// digest of its values stands among the holder's facts instead, and a checkpoint beside another
/// teacher is refused. Its tensors may be of another type than the holder's.
///
/// Its values are those at construction, cloned: fill the module first. Copies share them.
template <has_leaves M>
class frozen {
public:
    using tensor_type = leaf_tensor<M>;

    frozen() = default;
    frozen(context& ctx, const M& model)
        : model_(nn::clone(ctx, model)), digest_(digest_of(ctx, model_).hex()) {
        set_trainable(model_, false);
    }

    static constexpr auto fields() { return members(); }
    fact_map facts() const { return {{"frozen", digest_}}; }

    const M& model() const { return model_; }

    /// What the module makes of plain tensors in evaluation mode: running statistics, nothing
    /// drawn, nothing recorded. Variables count by their values; other arguments are handed on.
    template <class... In>
    auto operator()(context& ctx, const In&... in) const {
        const struct evaluation {
            context& ctx;
            bool training;
            ~evaluation() { ctx.training = training; }
        } until_done{ctx, std::exchange(ctx.training, false)};
        return model_(ctx, plain(in)...);
    }

private:
    template <class In>
    static decltype(auto) plain(const In& in) {
        if constexpr (operand<In>)
            return tensor_of<In>(value_of(detach(in)));
        else
            return (in);
    }

    M model_;
    std::string digest_;
};

}  // namespace MGKIT_NAMESPACE::nn
