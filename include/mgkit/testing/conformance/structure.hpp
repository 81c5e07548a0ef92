// SPDX-License-Identifier: MIT
// Sums, maxima, moves and products as the conformance kit tries them.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing::entry {

/// Variants are sets of axes; the last sums everything.
struct sum {
    using op = mgkit::op::sum;
    static std::vector<trial> trials() {
        std::vector<trial> out = for_variants(
            {0, 1, 2, 3, 4, 5, 6, 7},
            over({{2, 3, 4}, {1, 5, 1}, {3, 0, 2}, {0, 3, 4}, {7, 1, 33}, {70, 3, 90}}));
        append(out, over({{}, {1}, {17}, {3, 0}, {190, 211}}, 7));
        append(out, over({{1, 1}, {3, 5}, {64, 3}, {65, 7}, {1000, 37}}, 0));
        for (trial& t : out) t.step = 1e-4;
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 3}}, 2}, {{{}}, 0}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        switch (variant) {
            case 0:
                return mgkit::sum(c, in[0], {0});
            case 1:
                return mgkit::sum(c, in[0], {1}, true);
            case 2:
                return mgkit::sum(c, in[0], {2});
            case 3:
                return mgkit::sum(c, in[0], {-1}, true);
            case 4:
                return mgkit::sum(c, in[0], {0, 2}, true);
            case 5:
                return mgkit::sum(c, in[0], {2, 1});
            case 6:
                return mgkit::sum(c, in[0], {});
            default:
                return mgkit::sum(c, in[0]);
        }
    }
};

struct mean {
    static constexpr std::string_view name = "mean";
    static std::vector<trial> trials() {
        std::vector<trial> out = over({{}, {1}, {17}, {2, 3, 4}, {190, 211}});
        append(out, over({{1}, {5}, {3, 7}, {150, 129}}, 1));
        for (trial& t : out) t.step = 1e-4;
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{}}, 1}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return variant == 0 ? mgkit::mean(c, in[0]) : mgkit::mean(c, in[0], {-1}, true);
    }
};

/// Variants: axis 0; axis 1; the last, kept. Ties share the gradient; a missing value stays.
struct max {
    using op = mgkit::op::max;
    static std::vector<trial> trials() {
        std::vector<trial> out =
            over({{2, 3, 4}, {1, 5, 1}, {7, 1, 33}, {0, 3, 4}, {3, 4, 0}, {16, 40, 70}}, 1);
        append(out, over({{1}, {5}, {17}, {3, 20}, {300, 65}}, 2));
        append(out, over({{1}, {4, 1}, {9, 3}, {100, 170}}, 0));
        const std::vector<double> tied{1, 3, 3, 2, /**/ 5, 5, 5, 5, /**/ -1, -2, -3, -4};
        for (const int variant : {0, 2}) {
            trial ties{{{{3, 4}, 0, 0, tied}}, variant};
            ties.differentiable = false;
            out.push_back(ties);
        }
        for (const extent length : {3, 16, 20, 40})
            for (extent at = 0; at < length; at += 1 + length / 8)
                for (const int variant : {0, 2}) {
                    trial missing{{{variant ? shape{1, length} : shape{length, 1}}}, variant, 1u};
                    missing.operands[0].values.assign(static_cast<std::size_t>(length), 1.);
                    missing.operands[0].values[static_cast<std::size_t>(at)] = NAN;
                    missing.differentiable = false;
                    out.push_back(missing);
                }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 0}}, 2}, {{{2, 0}}, 1}, {{{2}}, 1}, {{{}}, 0}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return variant == 2 ? mgkit::max(c, in[0], -1, true) : mgkit::max(c, in[0], variant);
    }
};

struct permute {
    using op = mgkit::op::permute;
    static std::vector<trial> trials() {
        std::vector<trial> out =
            for_variants({0, 1}, over({{2, 3, 5}, {1, 4, 1}, {0, 3, 2}, {40, 30, 50}}));
        append(out, over({{}}, 2));
        append(out, over({{2, 3, 4, 2, 1, 3}}, 3));
        append(out, over({{2, 3}, {1, 1}, {65, 130}}, 4));
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}}, 5}, {{{2, 3}}, 6}, {{{2, 3}}, 0}, {{{2, 3}}, 7}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        switch (variant) {
            case 0:
                return mgkit::permute(c, in[0], {2, 0, 1});
            case 1:
                return mgkit::permute(c, in[0], {-2, -1, 0});
            case 2:
                return mgkit::permute(c, in[0], {});
            case 3:
                return mgkit::permute(c, in[0], {0, 2, 4, 3, 1, 5});
            case 4:
                return mgkit::permute(c, in[0], {1, 0});
            case 5:
                return mgkit::permute(c, in[0], {0});
            case 6:
                return mgkit::permute(c, in[0], {0, 0});
            default:
                return mgkit::permute(c, in[0], {0, 2});
        }
    }
};

struct reshape {
    using op = mgkit::op::reshape;
    static std::vector<trial> trials() {
        std::vector<trial> out = for_variants({0, 1}, over({{6, 4}, {3, 8, 1}, {24}, {2, 3, 4}}));
        append(out, over({{1}, {1, 1}, {}}, 2));
        append(out, over({{0}, {2, 0, 3}}, 3));
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 3}}, 0}, {{{2, 0}}, 2}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        switch (variant) {
            case 0:
                return mgkit::reshape(c, in[0], {4, 6});
            case 1: {
                const X flat = mgkit::reshape(c, in[0], {24});
                return mgkit::mul(c, flat, flat);
            }
            case 2:
                return mgkit::reshape(c, in[0], {});
            default:
                return mgkit::reshape(c, in[0], {5, 0});
        }
    }
};

/// Variants: 10 * begin + length of axis 0; -1: two entries of the last axis; others are refused.
struct slice {
    using op = mgkit::op::slice;
    static std::vector<trial> trials() {
        std::vector<trial> out =
            for_variants({2, 13, 32, 0, 50, 5}, over({{6, 3}, {5, 1}, {5, 0}, {5}, {70, 300}}));
        append(out, over({{3}, {2, 4}, {3, 2, 5}, {0, 3}}, -1));
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}}, 12}, {{{2, 3}}, -2}, {{{2, 3}}, -3}, {{{}}, 0}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        if (variant == -1) return mgkit::slice(c, in[0], -1, 1, 2);
        if (variant == -2) return mgkit::slice(c, in[0], 0, -1, 1);
        if (variant == -3) return mgkit::slice(c, in[0], 0, 0, -1);
        return mgkit::slice(c, in[0], 0, variant / 10, variant % 10);
    }
};

/// Variants: axis 0; the last axis; four along axis 1, one of them twice.
struct concat {
    using op = mgkit::op::concat;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        const auto pair = [&](const shape& a, const shape& b, int variant) {
            out.push_back({{{a}, {b}}, variant});
        };
        pair({2, 3}, {1, 3}, 0);
        pair({2, 3}, {2, 3}, 0);
        pair({1}, {4}, 0);
        pair({0, 3}, {2, 3}, 0);
        pair({2, 0}, {1, 0}, 0);
        pair({40, 300}, {50, 300}, 0);
        pair({2, 3}, {2, 1}, 1);
        pair({2, 1, 1}, {2, 1, 5}, 1);
        pair({2, 0}, {2, 4}, 1);
        out.push_back({{{{2, 3}}, {{2, 1}}, {{2, 2}}}, 2});
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}, {2, 4}}, 0}, {{{2, 3}, {2, 3, 4}}, 0}, {{{}, {}}, 0}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        if (variant == 2) return mgkit::concat(c, 1, in[0], in[1], in[0], in[2]);
        return mgkit::concat(c, -variant, in[0], in[1]);
    }
};

/// Variants: bit 0 transposes the left operand, bit 1 the right one.
struct matmul {
    using op = mgkit::op::matmul;
    static std::vector<trial> trials() {
        struct sizes {
            shape lead_a, lead_b;
            extent m, k, n;
        };
        std::vector<trial> out;
        for (const int variant : {0, 1, 2, 3})
            for (const sizes& s : std::vector<sizes>{{{}, {}, 1, 1, 1},
                                                     {{}, {}, 3, 5, 2},
                                                     {{}, {}, 4, 4, 4},
                                                     {{}, {}, 17, 33, 9},
                                                     {{}, {}, 2, 0, 3},
                                                     {{}, {}, 0, 4, 3},
                                                     {{}, {}, 4, 3, 0},
                                                     {{4}, {4}, 3, 5, 2},
                                                     {{4}, {4}, 3, 3, 3},
                                                     {{4}, {}, 3, 5, 2},
                                                     {{}, {4}, 3, 5, 2},
                                                     {{0}, {0}, 3, 5, 2},
                                                     {{3}, {3}, 2, 0, 3},
                                                     {{2, 3}, {2, 3}, 4, 1, 2},
                                                     {{1}, {1}, 4, 3, 2},
                                                     {{}, {}, 250, 200, 190},
                                                     {{}, {}, 60, 300, 500},
                                                     {{20}, {}, 31, 17, 29}}) {
                const bool ta = variant & 1, tb = variant & 2;
                shape a = s.lead_a, b = s.lead_b;
                for (const extent e : {ta ? s.k : s.m, ta ? s.m : s.k}) a.push_back(e);
                for (const extent e : {tb ? s.n : s.k, tb ? s.k : s.n}) b.push_back(e);
                trial t{{{a}, {b}}, variant};
                t.values = 50;
                t.step = 1e-4;
                out.push_back(t);
            }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}, {2, 3}}, 0},
                {{{2, 3}, {2, 3}}, 3},
                {{{3}, {2, 3}}, 0},
                {{{2, 3, 4}, {3, 4, 5}}, 0}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::matmul(c, in[0], in[1], variant & 1, variant & 2);
    }
};

}  // namespace MGKIT_NAMESPACE::testing::entry

namespace MGKIT_NAMESPACE::testing {

struct structure_operations {
    static constexpr std::string_view name = "structure";
    using entries = type_list<entry::sum, entry::mean, entry::max, entry::permute, entry::reshape,
                              entry::slice, entry::concat, entry::matmul>;
};

}  // namespace MGKIT_NAMESPACE::testing
