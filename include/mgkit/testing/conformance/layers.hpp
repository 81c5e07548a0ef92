// SPDX-License-Identifier: MIT
// Feed-forward layers as the conformance kit tries them.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/testing/conformance/elementwise.hpp"

namespace MGKIT_NAMESPACE::testing::entry {

/// At its edge, at missing and at infinite values: slope 0 at 0, NaN stays.
struct relu : one_operand {
    using op = mgkit::op::relu;
    static std::vector<trial> trials() {
        std::vector<trial> out = one_operand::trials();
        trial edge{{{{7}, 0, 0, {0, -0.0, -1, 2, NAN, INFINITY, -INFINITY}}}};
        edge.differentiable = false;
        out.push_back(edge);
        return out;
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::relu(c, in[0]);
    }
};

struct gelu : one_operand {
    using op = mgkit::op::gelu;
    static std::vector<trial> trials() { return over(elementwise_shapes(), 0, -2, 6); }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::gelu(c, in[0]);
    }
};

/// Variants are activations.
struct linear {
    using op = mgkit::op::linear;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int variant : {0, 1, 2}) {
            for (const auto& [x, to] : std::vector<std::pair<shape, extent>>{{{1}, 1},
                                                                             {{5}, 3},
                                                                             {{4, 7}, 3},
                                                                             {{2, 3, 17}, 33},
                                                                             {{4, 4}, 4},
                                                                             {{70, 9}, 9},
                                                                             {{0, 4}, 3},
                                                                             {{3, 0, 4}, 2},
                                                                             {{3, 4}, 0},
                                                                             {{70, 65}, 129},
                                                                             {{40, 9, 130}, 70}}) {
                trial t{{{x}, {{to, x[-1]}}, {{to}}}, variant};
                t.values = 50;
                out.push_back(t);
            }
            // Gradients gather only where they are wanted.
            for (const unsigned constants : {1u, 2u, 4u, 3u, 5u, 6u})
                out.push_back({{{{6, 5}}, {{4, 5}}, {{4}}}, variant, constants});
        }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}, {4, 5}, {4}}},
                {{{2, 5}, {4, 5}, {5}}},
                {{{}, {4, 5}, {4}}},
                {{{3, 0}, {4, 0}, {4}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::linear(c, in[0], in[1], in[2], static_cast<activation>(variant));
    }
};

struct layer_norm {
    using op = mgkit::op::layer_norm;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const shape& x : {shape{1}, shape{5}, shape{3, 1}, shape{3, 2}, shape{4, 17},
                               shape{70, 5}, shape{0, 5}, shape{2, 3, 33}, shape{200, 130}}) {
            trial t{{{x}, {{x[-1]}}, {{x[-1]}}}};
            t.values = 200;
            t.gradients = 2000;
            if (x[-1] == 1) t.least = 1;  // exactly zero for one value: terms that cancel
            out.push_back(t);
        }
        trial flat{{{{2, 3}, 0, 0, {7, 7, 7, 1, 2, 3}}, {{3}}, {{3}}}};
        flat.values = 200;
        flat.gradients = 2000;
        out.push_back(flat);
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}, {4}, {4}}}, {{{2, 3}, {3}, {4}}}, {{{2, 0}, {0}, {0}}}, {{{}, {1}, {1}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::layer_norm(c, in[0], in[1], in[2], 1e-2);
    }
};

/// The variant is the number of groups.
struct batch_norm {
    using op = mgkit::op::batch_norm;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int groups : {1, 2, 3})
            for (const shape& x :
                 {shape{6, 1}, shape{6, 7}, shape{72, 5}, shape{36, 33}, shape{240, 90}}) {
                trial t{{{x}, {{x[-1]}}, {{x[-1]}}}, groups};
                t.values = 200;
                t.gradients = 2000;
                t.step = 1e-5;
                out.push_back(t);
            }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{5, 3}, {3}, {3}}, 2},
                {{{2, 3}, {3}, {3}}, 2},
                {{{0, 3}, {3}, {3}}, 1},
                {{{4, 3}, {4}, {4}}, 1},
                {{{4, 3}, {3}, {3}}, 0}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int groups) {
        return mgkit::batch_norm(c, in[0], in[1], in[2], groups, 1e-2).out;
    }
};

/// The variant is the number of groups. Held to what batch_norm, which is made of them, is.
struct moments {
    using op = mgkit::op::moments;
    static std::vector<trial> trials() {
        std::vector<trial> out =
            for_variants({1, 2, 3}, over({{6, 1}, {6, 7}, {6, 0}, {72, 5}, {240, 90}}));
        append(out, over({{1, 3}, {5, 2}}, 1));
        for (trial& t : out) {
            t.values = 200;
            t.gradients = 1000;
        }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{5, 3}}, 2}, {{{0, 3}}, 1}, {{{4, 3}}, 0}, {{{4}}, 1}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int groups) {
        return mgkit::moments(c, in[0], groups);
    }
};

/// What batch_norm hands out beside its result.
struct moments_of_batch_norm {
    static constexpr std::string_view name = "batch_norm, moments";
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int groups : {1, 3})
            for (const shape& x : {shape{6, 1}, shape{240, 90}})
                out.push_back({{{x}, {{x[-1]}}, {{x[-1]}}}, groups, 0, false, 1e-6, 200});
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{5, 3}, {3}, {3}}, 2}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int groups) {
        return X{mgkit::batch_norm(c, in[0], in[1], in[2], groups, 1e-2).moments};
    }
};

struct sigmoid {
    using op = mgkit::op::sigmoid;
    static std::vector<trial> trials() {
        std::vector<trial> out = over({{}, {1}, {0}, {2, 0}, {3, 5}, {130, 257}}, 0, -6, 6);
        trial extreme{{{{4}, 0, 0, {100, -100, INFINITY, -INFINITY}}}};
        extreme.differentiable = false;
        out.push_back(extreme);
        return out;
    }
    static std::vector<refusal> refusals() { return {}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::sigmoid(c, in[0]);
    }
};

}  // namespace MGKIT_NAMESPACE::testing::entry

namespace MGKIT_NAMESPACE::testing {

struct layer_operations {
    static constexpr std::string_view name = "layers";
    using entries =
        type_list<entry::relu, entry::gelu, entry::linear, entry::layer_norm, entry::batch_norm,
                  entry::moments, entry::moments_of_batch_norm, entry::sigmoid>;
};

}  // namespace MGKIT_NAMESPACE::testing
