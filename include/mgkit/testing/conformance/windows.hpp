// SPDX-License-Identifier: MIT
// Convolution, pooling, graphs and fused normalisation as the conformance kit tries them.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/conv.hpp"
#include "mgkit/tensor/ops/graph.hpp"
#include "mgkit/tensor/ops/normalise.hpp"
#include "mgkit/tensor/ops/pool.hpp"
#include "mgkit/tensor/ops/shift.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing::entry {

/// Windows by number: one to three axes, strides, padding, dilation, those of the networks.
inline window window_of(int number) {
    switch (number) {
        case 0:
            return {{1}};
        case 1:
            return {{3, 1, 1}};
        case 2:
            return {{3, 2, 2, 2}};
        case 3:
            return {{9, 1, 4}, {1}};
        case 4:
            return {{9, 2, 4}, {1}};
        case 5:
            return {{3, 2, 3, 3}, {2, 1, 0, 2}};
        case 6:
            return {{1, 2}, {1}};
        case 7:
            return {{3, 1, 1}, {3, 1, 1}, {3, 1, 1}};
        case 8:
            return {{3, 1, 1}, {7, 2, 3}, {7, 2, 3}};
        case 9:
            return {{1}, {2, 2}, {2, 2, 1}};
        case 10:
            return {{5, 1, 4, 2}, {1}};
        default:
            return {{2, 3}, {3, 1, 2}};
    }
}
/// Clips that window `number` fits, of `channels`.
inline std::vector<shape> seen_by(int number, extent channels) {
    std::vector<shape> out;
    for (const extent n : {1, 3}) {
        shape s{n};
        for (int i = 0; i < window_of(number).axes(); ++i) s.push_back(n == 1 ? 7 - i : 9 + i);
        s.push_back(channels);
        out.push_back(s);
    }
    return out;
}

/// Variants are 100 * groups + window.
struct conv {
    using op = mgkit::op::conv;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        const auto add = [&](int number, extent groups, const shape& x, extent made,
                             unsigned constants = 0) {
            const window over = window_of(number);
            shape weight{made, x[-1] / groups};
            for (int i = 0; i < over.axes(); ++i) weight.push_back(over[i].kernel);
            trial t{{{x}, {weight}, {{made}}}, static_cast<int>(100 * groups) + number, constants};
            t.values = 100;
            t.gradients = 1000;
            out.push_back(t);
        };
        for (const int number : {0, 1, 2, 3, 4, 5, 6, 9, 10, 11})
            for (const shape& x : seen_by(number, 4)) {
                add(number, 1, x, 3);
                add(number, 2, x, 6);
                add(number, 4, x, 4);
            }
        add(7, 1, {2, 3, 4, 5, 2}, 3);
        add(8, 1, {1, 3, 8, 7, 3}, 4);
        add(3, 1, {2, 16, 25, 16}, 32);
        add(4, 1, {2, 15, 18, 32}, 16);
        add(10, 1, {2, 16, 25, 16}, 16);
        add(6, 1, {2, 16, 25, 16}, 48);
        add(3, 1, {2, 16, 7, 32}, 48);
        add(3, 1, {1, 50, 25, 64}, 64);
        add(3, 1, {1, 1, 1, 1}, 1);
        for (const unsigned constants : {1u, 2u, 4u, 3u, 5u, 6u})
            add(3, 1, {2, 6, 3, 4}, 5, constants);
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 6, 4}, {3, 4, 3}, {4}}, 101},      {{{2, 6, 4}, {3, 5, 3}, {3}}, 101},
                {{{2, 6, 4}, {3, 4, 2}, {3}}, 101},      {{{2, 6, 3, 4}, {3, 4, 3}, {3}}, 101},
                {{{0, 6, 4}, {3, 4, 3}, {3}}, 101},      {{{2, 6, 4}, {3, 2, 3}, {3}}, 201},
                {{{2, 1, 2, 4}, {3, 4, 3, 2}, {3}}, 105}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::conv(c, in[0], in[1], in[2], window_of(variant % 100), variant / 100);
    }
};

/// Values far apart, so that differences choose the same entry.
inline trial of_distinct(const shape& x, int variant) {
    trial t{{{x}}, variant};
    std::vector<double> values(static_cast<std::size_t>(x.elements()));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<double>((i * 7919) % 1009) / 128 - 4;
    t.operands[0].values = std::move(values);
    return t;
}

/// Variants are windows; 100 more: entries beside x count as 0.
struct max_pool {
    using op = mgkit::op::max_pool;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int beside : {0, 100})
            for (const int number : {0, 1, 2, 3, 5, 6, 7, 8, 9, 11})
                for (const shape& x : seen_by(number, 3))
                    out.push_back(of_distinct(x, number + beside));
        out.push_back(of_distinct({2, 16, 25, 16}, 3));
        // Ties: the first in row-major order takes the gradient.
        trial ties{{{{1, 6, 2}, 0, 0, {1, 2, 1, 2, 1, 2, 3, 0, 3, 0, 3, 0}}}, 1};
        ties.differentiable = false;
        out.push_back(ties);
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 6}}, 1}, {{{2, 6, 3, 1}}, 1}, {{{0, 6, 1}}, 1}, {{{2, 2, 2, 1}}, 9}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return variant < 100 ? mgkit::max_pool(c, in[0], window_of(variant))
                             : mgkit::max_pool(c, in[0], window_of(variant - 100), 0);
    }
};

/// Variants are windows.
struct mean_pool {
    using op = mgkit::op::mean_pool;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int number : {0, 1, 2, 3, 5, 6, 7, 8, 9, 11})
            for (const shape& x : seen_by(number, 3)) out.push_back({{{x}}, number});
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 6}}, 1}, {{{0, 6, 1}}, 1}, {{{2, 2, 2, 1}}, 9}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::mean_pool(c, in[0], window_of(variant));
    }
};

/// Variants are 100 * outputs + 10 * stride + axis.
struct shift {
    using op = mgkit::op::shift;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        const auto add = [&](const shape& x, int variant, std::vector<double> offsets = {},
                             unsigned constants = 0) {
            trial t{{{x}, {{x[-1]}, -3, 3, std::move(offsets)}}, variant, constants};
            t.values = 50;
            t.gradients = 500;
            out.push_back(std::move(t));
        };
        add({2, 7, 3, 4}, 711);
        add({2, 7, 3, 4}, 421);
        add({2, 8, 3, 4}, 421);
        add({2, 7, 3, 4}, 311);
        add({2, 7, 3, 4}, 512);
        add({1, 1, 1, 1}, 111, {.25});
        add({6, 3}, 610, {-.5, .5, 1.75});
        add({3, 2, 5, 2, 3}, 512);
        add({2, 16, 25, 16}, 1611);
        add({3, 9, 2, 5}, 911, {-40.5, -9.5, -8.75, 8.25, 9.5});  // past either end
        for (const unsigned constants : {1u, 2u}) add({2, 7, 3, 4}, 711, {}, constants);
        add({2, 6, 2, 5}, 611, {-1, 0, 1, -6, 5});
        out.back().differentiable = false;  // whole offsets, where values bend
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 7, 3, 4}, {3}}, 711}, {{{2, 7, 3, 4}, {1, 4}}, 711},
                {{{2, 7, 3, 4}, {4}}, 713}, {{{2, 7, 3, 4}, {4}}, 11},
                {{{2, 7, 3, 4}, {4}}, 701}, {{{0, 7, 3, 4}, {4}}, 711},
                {{{4}, {4}}, 110}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::shift(c, in[0], variant % 10, in[1], variant / 10 % 10, variant / 100);
    }
};

struct graph_contract {
    using op = mgkit::op::graph_contract;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        const auto add = [&](const shape& x, extent to, unsigned constants = 0) {
            for (const shape& a : {shape{x[3], x[2], to}, shape{x[0], x[3], x[2], to},
                                   shape{x[0], x[3], x[2], to, x[4]}}) {
                trial t{{{x}, {a}}, 0, constants};
                t.values = 50;
                t.gradients = 500;
                out.push_back(t);
            }
        };
        for (const shape& x : {shape{1, 1, 1, 1, 1}, shape{2, 3, 5, 3, 4}, shape{3, 1, 7, 2, 9},
                               shape{2, 9, 25, 3, 16}, shape{1, 13, 18, 1, 33}})
            add(x, x[2]);
        add({2, 3, 5, 3, 4}, 2);
        add({2, 3, 5, 2, 4}, 5, 1);
        add({2, 3, 5, 2, 4}, 5, 2);
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3, 5, 3, 4}, {5, 5}}},          {{{2, 3, 5, 3, 4}, {2, 5, 5}}},
                {{{2, 3, 5, 3, 4}, {3, 4, 5}}},       {{{2, 3, 5, 3, 4}, {3, 3, 5, 5}}},
                {{{2, 3, 5, 3, 4}, {2, 3, 5, 5, 5}}}, {{{2, 3, 5, 3}, {3, 5, 5}}},
                {{{2, 0, 5, 3, 4}, {3, 5, 5}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::graph_contract(c, in[0], in[1]);
    }
};

/// Variants: bit 0 relu, bit 1 fixed moments, bit 2 a residual.
struct normalise {
    using op = mgkit::op::normalise;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int variant : {0, 1, 2, 3, 4, 5, 6, 7})
            for (const shape& x : {shape{2, 1}, shape{6, 7}, shape{3, 4, 2, 5}, shape{240, 90}}) {
                trial t{{{x}, {{x[-1]}}, {{x[-1]}}, {x}}, variant};
                t.values = 200;
                t.gradients = 2000;
                t.step = 1e-5;
                // Where relu bends, differences see both sides.
                if ((variant & 1) != 0) t.differentiable = false;
                if (x == shape{2, 1}) t.least = 1;  // two rows: standardised values are +-1
                out.push_back(t);
            }
        for (const int variant : {1, 5})  // away from the bend, on either side
            for (const double low : {6.0, -8.0}) {
                trial t{{{{6, 7}}, {{7}, .5, 1}, {{7}, low, low + 2}, {{6, 7}, -.5, .5}}, variant};
                t.values = 200;
                t.gradients = 2000;
                t.step = 1e-5;
                t.least = 1;
                out.push_back(t);
            }
        for (const unsigned constants : {1u, 2u, 4u, 8u, 7u, 14u})
            for (const int variant : {4, 6}) {
                trial t{{{{6, 5}}, {{5}}, {{5}}, {{6, 5}}}, variant, constants};
                t.values = 200;
                t.gradients = 2000;
                t.step = 1e-5;
                out.push_back(t);
            }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{1, 3}, {3}, {3}, {1, 3}}, 0},
                {{{0, 3}, {3}, {3}, {0, 3}}, 2},
                {{{4, 3}, {4}, {4}, {4, 3}}, 0},
                {{{4, 3}, {3}, {3}, {4, 4}}, 4}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        using T = tensor_of<X>;
        const normalise_end<X> end{(variant & 4) != 0 ? &in[3] : nullptr, (variant & 1) != 0};
        if ((variant & 2) == 0) return mgkit::normalise(c, in[0], in[1], in[2], end, 1e-2).out;
        const shape s = shape_of(in[1]);
        using scalar = scalar_of<X>;
        std::vector<scalar> given(static_cast<std::size_t>(2 * s.elements()));
        for (std::size_t i = 0; i < given.size(); ++i)
            given[i] = static_cast<scalar>(0.25 + 0.125 * static_cast<double>(i % 5));
        const T moments = backend_traits<T>::from_host(c, given, {2, s.elements()});
        return mgkit::normalise_by(c, in[0], in[1], in[2], moments, end, 1e-2);
    }
};

}  // namespace MGKIT_NAMESPACE::testing::entry

namespace MGKIT_NAMESPACE::testing {

struct window_operations {
    static constexpr std::string_view name = "windows";
    using entries = type_list<entry::conv, entry::max_pool, entry::mean_pool, entry::shift,
                              entry::graph_contract, entry::normalise>;
};

}  // namespace MGKIT_NAMESPACE::testing
