// SPDX-License-Identifier: MIT
// Elementwise operations as the conformance kit tries them. How to read an entry: operations.hpp.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing {

/// Empty, single, without axes, odd widths, and one large enough to be cut into pieces.
inline std::vector<shape> elementwise_shapes() {
    return {{}, {1}, {0}, {3, 0, 2}, {7}, {2, 3}, {5, 1, 17}, {2, 1, 3, 1, 2, 2}, {3, 111, 127}};
}

/// Every way in which two shapes combine.
inline std::vector<trial> broadcast_trials() {
    std::vector<trial> out;
    for (const auto& [a, b] : std::vector<std::pair<shape, shape>>{
             {{}, {}},
             {{}, {3}},
             {{4, 3}, {}},
             {{1}, {5}},
             {{5}, {1}},
             {{1}, {}},
             {{2, 3}, {2, 3}},
             {{2, 3}, {3}},
             {{3}, {2, 3}},
             {{2, 3}, {1, 3}},
             {{2, 1}, {2, 3}},
             {{2, 1}, {1, 3}},
             {{1, 1}, {4, 5}},
             {{2, 1, 4}, {3, 1}},
             {{2, 3, 1, 5}, {3, 4, 1}},
             {{1, 3, 1, 2, 1, 2}, {2, 1, 3, 1, 2, 1}},
             {{70, 5}, {5}},
             {{0, 3}, {3}},
             {{0, 1}, {1, 4}},
             {{1, 3}, {0, 3}},
             {{1}, {0}},
             {{130, 257}, {130, 257}},
             {{130, 257}, {257}},
             {{130, 1}, {257}},
             {{3, 1, 9000}, {2, 1}},
         }) {
        trial t{{{a}, {b}}};
        t.gradients = 1000;
        out.push_back(t);
    }
    return out;
}

inline std::vector<refusal> broadcast_refusals() {
    return {{{{2, 3}, {2, 4}}}, {{{2, 3}, {3, 3}}}, {{{0, 3}, {2, 3}}}, {{{2, 3, 4}, {2, 4}}}};
}

namespace entry {

struct two_operands {
    static std::vector<trial> trials() { return broadcast_trials(); }
    static std::vector<refusal> refusals() { return broadcast_refusals(); }
};
struct one_operand {
    static std::vector<trial> trials() { return over(elementwise_shapes()); }
    static std::vector<refusal> refusals() { return {}; }
};
struct one_positive_operand : one_operand {
    static std::vector<trial> trials() { return over(elementwise_shapes(), 0, 0.2, 3); }
};

struct add : two_operands {
    using op = mgkit::op::add;
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::add(c, in[0], in[1]);
    }
};
struct sub : two_operands {
    static constexpr std::string_view name = "sub";
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::sub(c, in[0], in[1]);
    }
};
struct mul : two_operands {
    using op = mgkit::op::mul;
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::mul(c, in[0], in[1]);
    }
};
struct greater : two_operands {
    using op = mgkit::op::greater;
    static std::vector<trial> trials() {
        std::vector<trial> out = broadcast_trials();
        out.push_back({{{{4}, 0, 0, {1, 2, 3, NAN}}, {{4}, 0, 0, {2, 2, 2, 2}}}});
        out.push_back({{{{3}, 0, 0, {INFINITY, 1, -INFINITY}}, {{}, 0, 0, {NAN}}}});
        for (std::size_t i = out.size() - 2; i < out.size(); ++i) out[i].differentiable = false;
        return out;
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::greater(c, in[0], in[1]);
    }
};
struct affine : one_operand {
    using op = mgkit::op::affine;
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::affine(c, in[0], -1.5, 0.25);
    }
};
struct exp : one_operand {
    using op = mgkit::op::exp;
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::exp(c, in[0]);
    }
};
struct log : one_positive_operand {
    using op = mgkit::op::log;
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::log(c, in[0]);
    }
};
struct rsqrt : one_positive_operand {
    using op = mgkit::op::rsqrt;
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::rsqrt(c, in[0]);
    }
};
struct erf : one_operand {
    using op = mgkit::op::erf;
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::erf(c, in[0]);
    }
};
struct tanh : one_operand {
    using op = mgkit::op::tanh;
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::tanh(c, in[0]);
    }
};
struct square : one_operand {
    static constexpr std::string_view name = "square";
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::square(c, in[0]);
    }
};

/// Values not chosen are NaN in the last trial and matter neither forward nor backward.
struct select {
    using op = mgkit::op::select;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const shape& s : elementwise_shapes()) {
            trial t{{{s}, {s}, {s}}, 0, 1u};
            t.operands[0].values = draw_mask(s);
            out.push_back(t);
        }
        trial missing{{{{4}, 0, 0, {1, 0, -3, 0}},
                       {{4}, 0, 0, {1, NAN, 3, NAN}},
                       {{4}, 0, 0, {NAN, 20, NAN, 40}}},
                      0,
                      1u};
        missing.differentiable = false;
        out.push_back(missing);
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{2, 3}, {3}, {3}}}, {{{2, 3}, {2, 3}, {2, 4}}}, {{{3}, {2, 3}, {2, 3}}}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int) {
        return mgkit::select(c, in[0], in[1], in[2]);
    }

private:
    static std::vector<double> draw_mask(const shape& s) {
        std::vector<double> out = detail::draw({s}, 7);
        for (double& v : out) v = v > 0 ? v : 0;
        return out;
    }
};

}  // namespace entry

struct elementwise_operations {
    static constexpr std::string_view name = "elementwise";
    using entries = type_list<entry::add, entry::sub, entry::mul, entry::affine, entry::exp,
                              entry::log, entry::rsqrt, entry::erf, entry::tanh, entry::square,
                              entry::greater, entry::select>;
};

}  // namespace MGKIT_NAMESPACE::testing
