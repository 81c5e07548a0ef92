// SPDX-License-Identifier: MIT
// Masked operations, softmax over any axis and dropout as the conformance kit tries them.
#pragma once

#include <cmath>
#include <vector>

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/masked.hpp"
#include "mgkit/tensor/ops/random.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing::entry {

/// Trials of x with masks that leave out about a third, a whole row, or nothing of axis `variant`;
/// in the last ones what is left out is NaN or infinite.
inline std::vector<trial> masked_trials(const std::vector<int>& axes) {
    std::vector<trial> out;
    const auto add = [&](const shape& x, const shape& mask, int variant) {
        trial t{{{x}, {mask}}, variant, 2u};
        t.operands[1].values = detail::draw({mask}, 5);
        for (double& v : t.operands[1].values) v = v > -.7 ? 1 : 0;
        if (mask.rank() > 0 && mask[-1] > 1)
            for (extent i = 0; i < mask[-1] && i < mask.elements(); ++i)
                t.operands[1].values[static_cast<std::size_t>(i)] = 0;
        t.gradients = 2000;
        out.push_back(t);
    };
    for (const int axis : axes) {
        add({3, 5}, {3, 5}, axis);
        add({4, 6}, {6}, axis);
        add({2, 3, 7}, {2, 1, 7}, axis);
        add({2, 3, 1}, {2, 3, 1}, axis);
        add({0, 4}, {4}, axis);
        add({90, 130}, {90, 130}, axis);
    }
    for (const int axis : axes) {
        trial t{{{{2, 3}, 0, 0, {1, NAN, 2, INFINITY, -3, -INFINITY}},
                 {{2, 3}, 0, 0, {1, 0, 1, 0, 1, 0}}},
                axis,
                2u};
        t.gradients = 2000;
        t.differentiable = false;
        out.push_back(t);
    }
    return out;
}

struct masked_softmax {
    using op = mgkit::op::masked_softmax;
    static std::vector<trial> trials() { return masked_trials({-1}); }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}, {2, 4}}}, {{{3}, {2, 3}}}, {{{2, 0}, {2, 0}}}, {{{}, {}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::masked_softmax(c, in[0], value_of(in[1]));
    }
};

struct masked_mean {
    static constexpr std::string_view name = "masked_mean";
    static std::vector<trial> trials() { return masked_trials({-1, 0}); }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}, {2, 4}}, 0}, {{{3}, {2, 3}}, 0}, {{{}, {}}, 0}, {{{2}, {2}}, 1}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int axis) {
        return mgkit::masked_mean(c, in[0], value_of(in[1]), axis);
    }
};

/// The variant is the axis.
struct softmax_over_axis {
    static constexpr std::string_view name = "softmax over an axis";
    static std::vector<trial> trials() {
        std::vector<trial> out =
            for_variants({0, -2}, over({{3, 4}, {2, 3, 5}, {1, 2}, {30, 40, 50}}, 0, -4, 4));
        append(out, over({{5}, {2, 3}}, -1));
        for (trial& t : out) t.gradients = 1e7;
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 3}}, 2}, {{{}}, 0}, {{{0, 3}}, 0}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int axis) {
        return mgkit::softmax(c, in[0], axis);
    }
};

/// While training, drop rates of 0, .25 and .9 (variants 0 to 2), and .5 of rows that are half of
/// the batch (3); 4: in evaluation.
struct dropout {
    using op = mgkit::op::dropout;
    static std::vector<trial> trials() {
        return for_variants({0, 1, 2, 3, 4},
                            over({{1}, {3, 4}, {2, 5, 3}, {0, 4}, {3, 0}, {70, 300}}));
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}}, 5}, {{{2, 3}}, 6}, {{{}}, 1}, {{{2, 3}}, 7}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        constexpr double rates[] = {0, .25, .9, .5, .5, 1, -.1, .5};
        const shape x = shape_of(in[0]);
        const auto rows = static_cast<std::uint32_t>(x.rank() > 0 ? x[0] : 1);
        const context_guard guard(c);
        c.training = variant != 4;
        c.rows.clear();
        for (std::uint32_t i = 0; i < (variant == 3 ? 2 : 1) * rows; ++i)
            c.rows.push_back({i / 2, i % 2});
        if (variant == 7) c.rows.clear();
        const std::string_view layer = "a layer";
        if (variant != 3) return mgkit::dropout(c, in[0], layer, rates[variant]);
        const row_scope half(c, rows, rows);
        return mgkit::dropout(c, in[0], layer, rates[variant]);
    }
};

}  // namespace MGKIT_NAMESPACE::testing::entry

namespace MGKIT_NAMESPACE::testing {

struct mask_operations {
    static constexpr std::string_view name = "masks";
    using entries = type_list<entry::masked_softmax, entry::masked_mean, entry::softmax_over_axis,
                              entry::dropout>;
};

}  // namespace MGKIT_NAMESPACE::testing
