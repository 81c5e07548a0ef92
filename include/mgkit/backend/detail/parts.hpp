// SPDX-License-Identifier: MIT
// Parts of axes on the default tensor: slices, joins, entries by index.
#pragma once

#include <algorithm>
#include <vector>

#include "mgkit/backend/detail/primitives.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

/// Calls `f(row, from, count, at)` for the runs of rows of `width` elements that make up `rows`
/// rows: whole rows where they are short, pieces of one where they are long.
template <class F>
void for_runs(const context& ctx, extent rows, extent width, F&& f) {
    if (rows == 0 || width == 0) return;
    if (width < grain) {
        for_rows(ctx, rows, width, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) f(r, extent{0}, width);
        });
        return;
    }
    const extent pieces = (width + grain - 1) / grain;
    parallel_for(ctx.threads, rows * pieces, [&](extent i) {
        const extent at = i % pieces * grain;
        f(i / pieces, at, std::min(grain, width - at));
    });
}

/// Rows of `width` elements, `from_step` apart, to places `to_step` apart.
template <class S>
void copy_rows(const context& ctx, const S* from, extent from_step, S* to, extent to_step,
               extent rows, extent width) {
    for_runs(ctx, rows, width, [=](extent row, extent at, extent count) {
        std::copy_n(from + row * from_step + at, count, to + row * to_step + at);
    });
}

/// The numbers of an index; on the host, where this backend computes.
inline std::vector<extent> places_of(context& ctx, const index_tensor& which) {
    const index_tensor host = which.on_host(ctx);
    return {host.values().begin(), host.values().end()};
}

}  // namespace MGKIT_NAMESPACE::eigen::detail

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct kernel<op::slice, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::slice& o, saved<T>&, const T& x) {
        T out(ctx, o.result(x.extents()));
        const extent inner = x.extents().after(o.axis);
        eigen::detail::copy_rows(ctx, x.data() + o.begin * inner, x.extents()[o.axis] * inner,
                                 out.data(), o.length * inner, x.extents().before(o.axis),
                                 o.length * inner);
        return out;
    }
};

template <class S, class P>
struct kernel<op::concat, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::concat& o, saved<T>&, const T& a, const T& b) {
        T out(ctx, o.result(a.extents(), b.extents()));
        const extent rows = out.extents().before(o.axis), inner = out.extents().after(o.axis);
        const extent first = a.extents()[o.axis] * inner, second = b.extents()[o.axis] * inner;
        eigen::detail::copy_rows(ctx, a.data(), first, out.data(), first + second, rows, first);
        eigen::detail::copy_rows(ctx, b.data(), second, out.data() + first, first + second, rows,
                                 second);
        return out;
    }
};

template <class S, class P>
struct kernel<op::gather, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::gather& o, saved<T>&, const T& x) {
        T out(ctx, o.result(x.extents()));
        const op::gather_plan plan = o.plan(x.extents());
        const std::vector<extent> places = eigen::detail::places_of(ctx, o.which);
        const S* const from = x.data();
        S* const to = out.data();
        const extent rows = plan.batch * plan.before * plan.chosen;
        eigen::detail::for_runs(ctx, rows, plan.after, [&](extent row, extent at, extent count) {
            const extent k = row % plan.chosen, outer = row / plan.chosen;
            const extent sample = plan.batch == 1 ? 0 : outer / plan.before;
            const extent place = places[static_cast<std::size_t>(sample * plan.chosen + k)];
            std::copy_n(from + (outer * plan.entries + place) * plan.after + at, count,
                        to + row * plan.after + at);
        });
        return out;
    }
};

template <class S, class P>
struct kernel<op::scatter_add, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    /// Pieces own runs of the result, so that repeated entries add up in the order of the index.
    static T forward(context& ctx, const op::scatter_add& o, saved<T>&, const T& into,
                     const T& values) {
        T out(ctx, into.extents());
        const op::gather_plan plan = o.plan(into.extents());
        const std::vector<extent> places = eigen::detail::places_of(ctx, o.which);
        const S *const from = values.data(), *const before = into.data();
        S* const to = out.data();
        eigen::detail::copy_rows(ctx, before, into.elements(), to, into.elements(), 1,
                                 into.elements());
        const extent outer = plan.batch * plan.before;
        if (outer == 0 || plan.after == 0) return out;
        const extent run =
            std::max<extent>(64, eigen::detail::grain / std::max<extent>(1, plan.chosen));
        const extent pieces = (plan.after + run - 1) / run;
        parallel_for(ctx.threads, outer * pieces, [&](extent i) {
            const extent o_row = i / pieces, at = i % pieces * run;
            const extent count = std::min(run, plan.after - at);
            const extent sample = plan.batch == 1 ? 0 : o_row / plan.before;
            for (extent k = 0; k < plan.chosen; ++k) {
                const extent place = places[static_cast<std::size_t>(sample * plan.chosen + k)];
                const S* const add = from + (o_row * plan.chosen + k) * plan.after + at;
                S* const sum = to + (o_row * plan.entries + place) * plan.after + at;
                for (extent j = 0; j < count; ++j) sum[j] += add[j];
            }
        });
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
