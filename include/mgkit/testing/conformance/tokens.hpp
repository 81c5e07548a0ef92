// SPDX-License-Identifier: MIT
// Operations on token sequences and losses as the conformance kit tries them.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/classifier.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing::entry {

struct softmax {
    using op = mgkit::op::softmax;
    static std::vector<trial> trials() {
        std::vector<trial> out =
            over({{1}, {2}, {17}, {3, 1}, {0, 4}, {2, 3, 33}, {300, 65}}, 0, -4, 4);
        for (trial& t : out) t.gradients = t.operands[0].extents[-1] == 1 ? 1e7 : 500;
        trial extreme{{{{2, 3}, 0, 0, {1000, 1001, -1e4, -1000, -1000, -1000}}}};
        extreme.differentiable = false;
        out.push_back(extreme);
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 0}}}, {{{}}}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::softmax(c, in[0]);
    }
};

/// The variant is the number of heads.
struct attention {
    using op = mgkit::op::attention;
    static std::vector<trial> trials() {
        std::vector<trial> out = for_variants(
            {1, 2, 4}, over({{1, 1, 12}, {2, 3, 12}, {3, 7, 24}, {0, 3, 12}, {9, 33, 60}}));
        for (trial& t : out) {
            t.values = 100;
            t.gradients = 1000;
        }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3, 12}}, 3},
                {{{2, 3, 12}}, 0},
                {{{3, 12}}, 1},
                {{{2, 0, 12}}, 1},
                {{{2, 3, 0}}, 1}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int heads) {
        return mgkit::attention(c, in[0], heads);
    }
};

/// The variant is the scale in tenths.
struct attend {
    using op = mgkit::op::attend;
    static std::vector<trial> trials() {
        std::vector<trial> some;
        for (const shape& s :
             {shape{1, 1, 4}, shape{2, 3, 5}, shape{3, 7, 8}, shape{0, 3, 4}, shape{9, 33, 20}})
            some.push_back({{{s}, {s}}});
        for (const unsigned constants : {1u, 2u})
            some.push_back({{{{3, 4, 5}}, {{3, 4, 5}}}, 0, constants});
        std::vector<trial> out = for_variants({1, 10}, some);
        for (trial& t : out) {
            t.values = 100;
            t.gradients = 1000;
        }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3, 4}, {2, 3, 5}}, 1},  {{{2, 3, 4}, {2, 4, 4}}, 1},
                {{{3, 4}, {3, 4}}, 1},        {{{2, 0, 4}, {2, 0, 4}}, 1},
                {{{2, 3, 0}, {2, 3, 0}}, 1},  {{{2, 3, 4}, {2, 3, 4}}, 0},
                {{{2, 3, 4}, {2, 3, 4}}, -10}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int tenths) {
        return mgkit::attend(c, in[0], in[1], tenths / 10.0);
    }
};

/// Variants are activations.
struct token_mix {
    using op = mgkit::op::token_mix;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int variant : {0, 1, 2}) {
            for (const shape& s : {shape{1, 1, 1}, shape{2, 3, 4}, shape{5, 7, 3}, shape{70, 3, 4},
                                   shape{0, 3, 4}, shape{2, 3, 0}, shape{37, 33, 20}})
                for (const extent m : {1, 5}) out.push_back({{{s}, {{m, s[1]}}, {{m}}}, variant});
            for (const unsigned constants : {1u, 2u, 4u, 6u})
                out.push_back({{{{3, 4, 5}}, {{4, 4}}, {{4}}}, variant, constants});
        }
        for (trial& t : out) {
            t.values = 100;
            t.gradients = 1000;
        }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3, 12}, {4, 4}, {4}}}, {{{2, 3, 12}, {4, 3}, {3}}}, {{{3, 12}, {4, 3}, {4}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::token_mix(c, in[0], in[1], in[2], static_cast<activation>(variant));
    }
};

/// The variant is the gap.
struct restore_tokens {
    using op = mgkit::op::restore_tokens;
    static std::vector<trial> trials() {
        std::vector<trial> some;
        for (const shape& s :
             {shape{1, 1, 1}, shape{2, 9, 3}, shape{0, 4, 2}, shape{2, 4, 0}, shape{30, 33, 40}})
            some.push_back({{{s}, {s}}});
        return for_variants({1, 2, 4, 9}, some);
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3, 4}, {2, 3, 4}}, 0}, {{{2, 3, 4}, {2, 3, 5}}, 2}, {{{3, 4}, {3, 4}}, 2}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int gap) {
        return mgkit::restore_tokens(c, in[0], in[1], gap);
    }
};

struct cross_entropy {
    using op = mgkit::op::cross_entropy;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const shape& s : {shape{1, 1}, shape{3, 4}, shape{7, 17}, shape{120, 201}}) {
            trial t{{{s, -3, 3}, {s, 0, 1}}};
            t.values = 100;
            t.gradients = s[1] == 1 ? 1e7 : 1000;
            t.step = 1e-4;
            out.push_back(t);
        }
        trial extreme{{{{2, 2}, 0, 0, {1000, 0, 0, 0}}, {{2, 2}, 0, 0, {1, 0, 0, 1}}}, 0, 2u};
        extreme.differentiable = false;
        out.push_back(extreme);
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}, {2, 4}}}, {{{0, 3}, {0, 3}}}, {{{2, 0}, {2, 0}}}, {{{3}, {3}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::cross_entropy(c, in[0], in[1]);
    }
};

/// Variant 0: each row's class by its number; variants above are classes too few, or out of range.
struct cross_entropy_of_classes {
    static constexpr std::string_view name = "cross_entropy of classes";
    static std::vector<trial> trials() {
        std::vector<trial> out = over({{1, 1}, {3, 4}, {7, 17}, {120, 201}}, 0, -3, 3);
        for (trial& t : out) {
            t.values = 100;
            t.gradients = t.operands[0].extents[1] == 1 ? 1e7 : 1000;
            t.step = 1e-4;
        }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}}, 1}, {{{2, 3}}, 2}, {{{0, 3}}}, {{{2, 0}}}, {{{3}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        const shape x = shape_of(in[0]);
        std::vector<std::int32_t> classes;
        for (extent r = variant == 1 ? 1 : 0; r < (x.rank() > 0 ? x[0] : 1); ++r)
            classes.push_back(static_cast<std::int32_t>(
                (variant == 2 ? 3 : 0) + 5 * r % std::max<extent>(1, x.rank() > 1 ? x[1] : 1)));
        const auto count = static_cast<extent>(classes.size());
        return mgkit::cross_entropy(c, in[0], index_tensor({count}, std::move(classes)));
    }
};

/// Labels are constants.
struct classifier_loss {
    using op = mgkit::op::classifier_loss;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const shape& s : {shape{1, 1, 1}, shape{3, 5, 4}, shape{300, 7, 17}})
            for (const unsigned constants : {8u, 9u, 14u}) {
                const extent rows = s[0], width = s[1], classes = s[2];
                trial t{{{{rows, width}}, {{classes, width}}, {{classes}}, {{rows, classes}, 0, 1}},
                        0,
                        constants};
                t.values = 100;
                t.gradients = classes == 1 ? 1e7 : 1000;  // of one class 0, which counts as `least`
                t.step = 1e-4;
                out.push_back(t);
            }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{3, 5}, {4, 6}, {4}, {3, 4}}}, {{{3, 5}, {4, 5}, {3}, {3, 4}}},
                {{{3, 5}, {4, 5}, {4}, {3, 5}}}, {{{0, 5}, {4, 5}, {4}, {0, 4}}},
                {{{3, 5}, {0, 5}, {0}, {3, 0}}}, {{{5}, {4, 5}, {4}, {1, 4}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::classifier_loss(c, in[0], in[1], in[2], value_of(in[3]));
    }
};

struct mse {
    static constexpr std::string_view name = "mse";
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const shape& s : {shape{}, shape{1}, shape{7}, shape{5, 1, 17}, shape{130, 257}}) {
            trial t{{{s}, {s}}};
            t.step = 1e-4;
            out.push_back(t);
        }
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 3}, {2, 4}}}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::mse(c, in[0], in[1]);
    }
};

}  // namespace MGKIT_NAMESPACE::testing::entry

namespace MGKIT_NAMESPACE::testing {

struct token_operations {
    static constexpr std::string_view name = "tokens";
    using entries = type_list<entry::softmax, entry::attention, entry::attend, entry::token_mix,
                              entry::restore_tokens, entry::cross_entropy,
                              entry::cross_entropy_of_classes, entry::classifier_loss, entry::mse>;
};

}  // namespace MGKIT_NAMESPACE::testing
