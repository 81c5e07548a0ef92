// SPDX-License-Identifier: MIT
// What modules compute from their parameters alone, kept beside the model for many passes.
// infrastructure
#pragma once

#include <algorithm>
#include <compare>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/context.hpp"

namespace MGKIT_NAMESPACE::nn {

namespace detail {
template <class Member>
struct standing_offer;
template <class M, class V, bool N>
struct standing_offer<V (M::*)(context&) const noexcept(N)> {
    using module = M;  ///< the class that states it, a base where that is inherited
    using value = V;
};
}  // namespace detail

/// A module that offers `V standing(context&) const`: what it would otherwise compute anew in every
/// pass from its parameters alone. One function, not a template; the pass asks `standing_value`
/// whether it is there already. See nn::prepared.
template <class M>
concept offers_standing = requires {
    typename detail::standing_offer<decltype(&M::standing)>::value;
};

/// The type of a module's standing value.
template <offers_standing M>
using standing_type = typename detail::standing_offer<decltype(&M::standing)>::value;

/// Standing values of modules, found by where the modules are. Copies share the values; several
/// threads may look in one at a time.
class standing_values {
public:
    /// Computes and takes in the value of `module`, which must stay where it is; once is enough.
    template <offers_standing M>
    void add(context& ctx, const M& module) {
        const place at = place_of(module);
        const auto where = std::lower_bound(entries_.begin(), entries_.end(), at, before);
        if (found(where, at) != entries_.end()) return;
        entries_.insert(where,
                        {at, std::make_shared<const standing_type<M>>(module.standing(ctx))});
    }
    /// The value of `module`; null where there is none. Allocates nothing.
    template <offers_standing M>
    const standing_type<M>* find(const M& module) const {
        const place at = place_of(module);
        const auto where =
            found(std::lower_bound(entries_.begin(), entries_.end(), at, before), at);
        return where == entries_.end() ? nullptr
                                       : static_cast<const standing_type<M>*>(where->value.get());
    }

private:
    /// A module and its first member are in one place: the type tells them apart.
    struct place {
        const void* module;
        mgkit::detail::type_mark type;
    };
    struct entry {
        place at;
        std::shared_ptr<const void> value;
    };
    using entries = std::vector<entry>;

    template <class M>
    static place place_of(const M& module) {
        using stated = typename detail::standing_offer<decltype(&M::standing)>::module;
        return {static_cast<const stated*>(&module), mgkit::detail::type_mark::of<stated>()};
    }
    static bool before(const entry& e, const place& at) {
        return std::compare_three_way()(e.at.module, at.module) < 0;
    }
    /// The entry of `at` among those of its address, the first of which is `from`.
    entries::const_iterator found(entries::const_iterator from, const place& at) const {
        for (; from != entries_.end() && from->at.module == at.module; ++from)
            if (from->at.type == at.type) return from;
        return entries_.end();
    }

    entries entries_;
};

namespace detail {

/// What the pass at work in a context has.
struct standing_now {
    const standing_values* values = nullptr;
};

/// Tells a context of standing values for the length of a scope.
class standing_scope {
public:
    standing_scope(context& ctx, const standing_values& values)
        : now_(ctx.state.get<standing_now>()), outer_(std::exchange(now_.values, &values)) {}
    ~standing_scope() { now_.values = outer_; }
    standing_scope(const standing_scope&) = delete;
    standing_scope& operator=(const standing_scope&) = delete;

private:
    standing_now& now_;
    const standing_values* outer_;
};

}  // namespace detail

/// The value of `module` that the pass at work was given (nn::prepared); null where it has none.
/// For passes on plain tensors: gradients reach parameters only through what is computed anew.
template <offers_standing M>
const standing_type<M>* standing_value(context& ctx, const M& module) {
    const standing_values* values = ctx.state.get<detail::standing_now>().values;
    return values == nullptr ? nullptr : values->find(module);
}

}  // namespace MGKIT_NAMESPACE::nn
