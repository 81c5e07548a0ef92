// SPDX-License-Identifier: MIT
// The tutorial's tensor library and its backend: docs/backends.md quotes this file.
// entry: conformance/other_tensors.hpp other_tensors ::toy::grid
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/tensor/complete_backend.hpp"

/// Somebody's tensor library: extents, values in row-major order, no operations.
namespace toy {
struct grid {
    std::vector<std::size_t> size{0};
    std::vector<float> cells{};
};
}  // namespace toy

// Step 1: what mgkit asks of the type.
template <>
struct mgkit::backend_traits<toy::grid> {
    using scalar = float;
    using T = toy::grid;
    static constexpr const char* name = "toy";
    static constexpr extent largest_trial = 5000;  // its loops are made to be read

    static shape shape_of(const T& t) {
        shape out;
        for (std::size_t n : t.size) out.push_back(static_cast<extent>(n));
        return out;
    }
    static T full(context&, const shape& extents, double value) {
        const auto count = static_cast<std::size_t>(extents.elements());
        return {{extents.begin(), extents.end()},
                std::vector<float>(count, static_cast<float>(value))};
    }
    static T empty(context& ctx, const shape& extents) { return full(ctx, extents, 0); }
    static T from_host(context& ctx, std::span<const float> values, const shape& extents) {
        T out = full(ctx, extents, 0);
        if (values.size() != out.cells.size())
            throw error("from_host", text(out.cells.size(), " values"), text(values.size()));
        out.cells.assign(values.begin(), values.end());
        return out;
    }
    static void to_host(context&, const T& t, std::span<float> target) {
        if (target.size() != t.cells.size())
            throw error("to_host", text("room for ", t.cells.size()), text(target.size()));
        std::copy(t.cells.begin(), t.cells.end(), target.begin());
    }
    static T reshape(const T& t, const shape& extents) {
        return {{extents.begin(), extents.end()}, t.cells};
    }
    static void assign(context&, T& target, const T& source) {
        if (target.size != source.size)
            throw error("assign", shape_of(target).str(), shape_of(source).str());
        target.cells = source.cells;
    }
};

// Step 2: a way through the elements that serves every primitive.
namespace toy {
using index = std::vector<mgkit::extent>;

/// Calls f(position) for every element of a shape, in row-major order.
template <class F>
void each(const mgkit::shape& extents, F f) {
    index at(static_cast<std::size_t>(extents.rank()));
    for (mgkit::extent i = 0; i < extents.elements(); ++i) {
        mgkit::extent rest = i;
        for (int axis = extents.rank() - 1; axis >= 0; rest /= extents[axis--])
            at[static_cast<std::size_t>(axis)] = rest % extents[axis];
        f(at);
    }
}

/// The element at a position; axes of extent 1 repeat, missing leading axes too.
template <class G>
auto& cell(G& g, const index& at) {
    std::size_t flat = 0;
    for (std::size_t axis = 0; axis < g.size.size(); ++axis) {
        const auto i = static_cast<std::size_t>(at[axis + at.size() - g.size.size()]);
        flat = flat * g.size[axis] + (g.size[axis] == 1 ? 0 : i);
    }
    return g.cells[flat];
}

inline mgkit::shape shape_of(const grid& g) {
    return mgkit::backend_traits<grid>::shape_of(g);
}
inline grid filled(const mgkit::shape& extents, float value = 0) {
    mgkit::context none;
    return mgkit::backend_traits<grid>::full(none, extents, value);
}

template <class F>
grid map(grid x, F f) {
    for (float& v : x.cells) v = f(v);
    return x;
}
template <class F>
grid zip(const grid& a, const grid& b, F f) {
    const mgkit::shape extents = mgkit::broadcast(shape_of(a), shape_of(b), "toy");
    grid out = filled(extents);
    each(extents, [&](const index& at) { cell(out, at) = f(cell(a, at), cell(b, at)); });
    return out;
}
}  // namespace toy

// Step 3: the primitives, one function each.
namespace toy {
namespace op = mgkit::op;

inline grid run(const op::affine& o, const grid& x) {
    return map(x, [&](float v) { return static_cast<float>(o.scale * v + o.shift); });
}
inline grid run(const op::exp&, const grid& x) {
    return map(x, [](float v) { return std::exp(v); });
}
inline grid run(const op::log&, const grid& x) {
    return map(x, [](float v) { return std::log(v); });
}
inline grid run(const op::rsqrt&, const grid& x) {
    return map(x, [](float v) { return 1 / std::sqrt(v); });
}
inline grid run(const op::erf&, const grid& x) {
    return map(x, [](float v) { return std::erf(v); });
}
inline grid run(const op::tanh&, const grid& x) {
    return map(x, [](float v) { return std::tanh(v); });
}
inline grid run(const op::add&, const grid& a, const grid& b) {
    return zip(a, b, [](float u, float v) { return u + v; });
}
inline grid run(const op::mul&, const grid& a, const grid& b) {
    return zip(a, b, [](float u, float v) { return u * v; });
}
inline grid run(const op::greater&, const grid& a, const grid& b) {
    return zip(a, b, [](float u, float v) { return u > v ? 1.f : 0.f; });
}
inline grid run(const op::select&, const grid& mask, const grid& a, const grid& b) {
    grid out = a;
    for (std::size_t i = 0; i < out.cells.size(); ++i)
        out.cells[i] = mask.cells[i] != 0 ? a.cells[i] : b.cells[i];
    return out;
}
inline grid run(const op::sum& o, const grid& x) {
    const grid zero = filled(o.result(shape_of(x)));
    std::vector<double> totals(zero.cells.size());
    each(shape_of(x), [&](const index& at) {
        const auto which = static_cast<std::size_t>(&cell(zero, at) - zero.cells.data());
        totals[which] += cell(x, at);
    });
    return {zero.size, {totals.begin(), totals.end()}};
}
inline grid run(const op::max& o, const grid& x) {
    mgkit::shape extents = shape_of(x);
    extents[o.axis] = 1;
    grid out = filled(extents, -INFINITY);
    each(shape_of(x), [&](const index& at) {
        const float v = cell(x, at);
        if (v > cell(out, at) || v != v) cell(out, at) = v;
    });
    return out;
}
inline grid run(const op::permute& o, const grid& x) {
    grid out = filled(o.result(shape_of(x)));
    each(shape_of(out), [&](const index& at) {
        index from(at.size());
        for (std::size_t i = 0; i < at.size(); ++i)
            from[static_cast<std::size_t>(o.order[i])] = at[i];
        cell(out, at) = cell(x, from);
    });
    return out;
}
inline grid run(const op::slice& o, const grid& x) {
    grid out = filled(o.result(shape_of(x)));
    each(shape_of(out), [&](index at) {
        float& to = cell(out, at);
        at[static_cast<std::size_t>(o.axis)] += o.begin;
        to = cell(x, at);
    });
    return out;
}
inline grid run(const op::concat& o, const grid& a, const grid& b) {
    grid out = filled(o.result(shape_of(a), shape_of(b)));
    const mgkit::extent first = shape_of(a)[o.axis];
    each(shape_of(out), [&](index at) {
        float& to = cell(out, at);
        mgkit::extent& along = at[static_cast<std::size_t>(o.axis)];
        const bool left = along < first;
        if (!left) along -= first;
        to = cell(left ? a : b, at);
    });
    return out;
}
/// The entry of an axis that an index chooses for a position.
mgkit::extent chosen(const auto& o, const index& at) {
    const mgkit::extent sample = o.by_sample ? at[0] : 0, count = o.which.extents()[-1];
    const mgkit::extent k = sample * count + at[static_cast<std::size_t>(o.axis)];
    return o.which.values()[static_cast<std::size_t>(k)];
}
inline grid run(const op::gather& o, const grid& x) {
    grid out = filled(o.result(shape_of(x)));
    each(shape_of(out), [&](index at) {
        float& to = cell(out, at);
        at[static_cast<std::size_t>(o.axis)] = chosen(o, at);
        to = cell(x, at);
    });
    return out;
}
inline grid run(const op::scatter_add& o, grid into, const grid& values) {
    each(shape_of(values), [&](index at) {
        const float v = cell(values, at);
        at[static_cast<std::size_t>(o.axis)] = chosen(o, at);
        cell(into, at) += v;
    });
    return into;
}
inline grid run(const op::matmul& o, const grid& a, const grid& b) {
    grid out = filled(mgkit::product_shape(shape_of(a), shape_of(b), o.transpose_a, o.transpose_b));
    const mgkit::extent inner = shape_of(a)[o.transpose_a ? -2 : -1];
    each(shape_of(out), [&](const index& at) {
        double total = 0;
        for (mgkit::extent k = 0; k < inner; ++k) {
            index in_a = at, in_b = at;
            in_a[at.size() - 1] = in_b[at.size() - 2] = k;
            if (o.transpose_a) std::swap(in_a[at.size() - 1], in_a[at.size() - 2]);
            if (o.transpose_b) std::swap(in_b[at.size() - 1], in_b[at.size() - 2]);
            total += double(cell(a, in_a)) * cell(b, in_b);
        }
        cell(out, at) = static_cast<float>(total);
    });
    return out;
}
}  // namespace toy

// Step 4: where mgkit finds them.
template <class Op>
requires(mgkit::primitives::contains<Op>) struct mgkit::kernel<Op, toy::grid> {
    static toy::grid forward(context&, const Op& o, saved<toy::grid>&,
                             const std::same_as<toy::grid> auto&... in) requires requires {
        toy::run(o, in...);
    }
    { return toy::run(o, in...); }
};

static_assert(mgkit::complete_backend<toy::grid>);
