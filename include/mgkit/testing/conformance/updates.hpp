// SPDX-License-Identifier: MIT
// Optimiser updates, which write in place, and the backend's own traits.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/testing/conformance/check.hpp"

namespace MGKIT_NAMESPACE::testing {

namespace entry {

/// `states` tensors beside the value; `update(ctx, all, gradient, step)` writes all of them.
struct adam_step {
    static constexpr int states = 2, variants = 1;
    using op = mgkit::op::adam_step;
    template <tensor T>
    static constexpr bool own = mgkit::op::updates_in_place<op, T, T, T>;
    template <tensor T>
    static void update(context& c, std::vector<T>& all, const T& gradient, int step, int) {
        const T rates = detail::from_doubles<T>(
            c,
            std::vector<double>{1e-2 / (1 - std::pow(0.9, step + 1)),
                                1 / std::sqrt(1 - std::pow(0.999, step + 1))},
            {2});
        mgkit::adam_step(c, op{.weight_decay = 1e-2}, all[0], gradient, rates, all[1], all[2]);
    }
};

/// Variant 1 looks ahead.
struct sgd_step {
    static constexpr int states = 1, variants = 2;
    using op = mgkit::op::sgd_step;
    template <tensor T>
    static constexpr bool own = mgkit::op::updates_in_place<op, T, T>;
    template <tensor T>
    static void update(context& c, std::vector<T>& all, const T& gradient, int, int variant) {
        const T rate = detail::from_doubles<T>(c, std::vector<double>{0.05}, {1});
        mgkit::sgd_step(c, op{.weight_decay = 1e-2, .nesterov = variant == 1}, all[0], gradient,
                        rate, all[1]);
    }
};

}  // namespace entry

/// Fill, transfer, reshape, assign and copies: what operations and models take for granted.
struct storage_operations {
    static constexpr std::string_view name = "storage";
};
struct update_operations {
    static constexpr std::string_view name = "updates";
    using entries = type_list<entry::adam_step, entry::sgd_step>;
};

namespace detail {

/// Value and states after a few updates; `untouched` turns false where a gradient was written to.
template <class Entry, tensor T>
std::vector<std::vector<double>> updated(int threads, const shape& extents, int variant,
                                         double epsilon, bool values, bool& untouched) {
    context ctx{.threads = threads};
    std::vector<T> all{from_doubles<T>(ctx, draw({extents}, 1, epsilon), extents)};
    for (int i = 0; i < Entry::states; ++i) all.push_back(backend_traits<T>::full(ctx, extents, 0));
    for (int step = 0; step < 5; ++step) {
        auto given = draw({extents}, static_cast<std::uint32_t>(10 + step), epsilon);
        if (!given.empty()) given[0] = 0;
        const T gradient = from_doubles<T>(ctx, given, extents);
        Entry::update(ctx, all, gradient, step, variant);
        if (values) untouched = untouched && same_values(to_doubles(ctx, gradient), given);
    }
    std::vector<std::vector<double>> out;
    for (const T& t : all) {
        if (shape_of(t) != extents) untouched = false;
        out.push_back(values ? to_doubles(ctx, t) : std::vector<double>{});
    }
    return out;
}

template <class Entry, tensor T>
void check_update(ledger& laws, const conformance_options& options, double epsilon) {
    for (const shape& s : {shape{}, shape{1}, shape{0}, shape{7, 5}, shape{150, 230}})
        for (int variant = 0; variant < Entry::variants; ++variant) {
            if (s.elements() > options.largest) continue;
            bool untouched = true;
            const std::string where = s.str();
            const auto own = updated<Entry, T>(1, s, variant, epsilon, options.values, untouched);
            laws.require("operands untouched", untouched, where,
                         "the gradient or an extent has changed");
            if (!options.values) continue;
            bool ignored = true;
            const auto want = updated<Entry, reference>(1, s, variant, epsilon, true, ignored);
            const auto other =
                updated<Entry, T>(options.threads, s, variant, epsilon, true, ignored);
            for (std::size_t i = 0; i < own.size(); ++i) {
                laws.measure("values", difference(own[i], want[i]), 1000 * epsilon, where);
                if (options.deterministic)
                    laws.require("determinism", same_values(own[i], other[i]), where,
                                 text("other bits on ", options.threads, " threads"));
            }
        }
}

template <tensor T>
void check_storage(conformance_report& report, const conformance_options& options) {
    using traits = backend_traits<T>;
    using S = typename traits::scalar;
    context ctx;
    ledger laws(report, storage_operations::name, "traits");
    const auto refused = [&](const char* what, auto&& call) {
        bool thrown = false;
        try {
            call();
        } catch (const error&) {
            thrown = true;
        }
        laws.require("refusals", thrown, what, "not refused with mgkit::error");
    };
    const auto host = [&](const T& t) { return to_doubles(ctx, t); };
    for (const shape& s : {shape{}, shape{1}, shape{0}, shape{2, 0, 3}, shape{3, 5},
                           shape{2, 1, 3, 1, 2, 4}, shape{70000}}) {
        const std::string where = s.str();
        const std::vector<double> values = draw({s}, 3, options.epsilon);
        const T made = from_doubles<T>(ctx, values, s);
        const T filled = traits::full(ctx, s, 1.5);
        laws.require(
            "extents",
            shape_of(made) == s && shape_of(filled) == s && shape_of(traits::empty(ctx, s)) == s,
            where, "from_host, full or empty have other extents");
        const shape flat{s.elements()};
        laws.require("extents", shape_of(traits::reshape(made, flat)) == flat, where,
                     "reshape has other extents");
        T target = traits::full(ctx, s, 0);
        traits::assign(ctx, target, made);
        if (options.values) {
            laws.require("values", same_values(host(made), values), where,
                         "a round trip through the host changes values");
            laws.require("values",
                         same_values(host(filled), std::vector<double>(values.size(), 1.5)), where,
                         "full holds other values");
            laws.require("values", same_values(host(traits::reshape(made, flat)), values), where,
                         "reshape changes the order of values");
            laws.require("values", same_values(host(target), values), where,
                         "assign does not take over the values");
            traits::assign(ctx, target, filled);
            laws.require("operands untouched", same_values(host(made), values), where,
                         "writing into a target changes what was assigned to it before");
            traits::assign(ctx, target, target);
            laws.require("values", same_values(host(target), host(filled)), where,
                         "assigning a tensor to itself changes it");
            std::vector<S> room(values.size() + 1);
            refused("to_host", [&] { traits::to_host(ctx, made, room); });
        }
        refused("from_host", [&] { traits::from_host(ctx, std::vector<S>(values.size() + 1), s); });
        refused("assign", [&] { traits::assign(ctx, target, traits::full(ctx, {3, 7}, 1)); });
    }
    laws.require("extents", shape_of(T{}).rank() <= shape::max_rank, "T{}",
                 "a default tensor has no extents");
}

}  // namespace detail
}  // namespace MGKIT_NAMESPACE::testing
