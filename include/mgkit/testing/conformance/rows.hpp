// SPDX-License-Identifier: MIT
// Operations on chosen rows and weighted sums as the conformance kit tries them.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/rows.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing::entry {

/// Rows whose bit is set in `variant` (every third from the tenth on), unequal weights.
inline row_choice chosen_rows(extent of, int variant) {
    std::vector<row_choice::chosen> rows;
    for (extent r = 0; r < of; ++r)
        if (r < 10 ? (variant >> r & 1) != 0 : r % 3 == 0)
            rows.push_back({r, 0.5 + static_cast<double>(r) / 8});
    return {of, std::move(rows)};
}

struct take_rows {
    using op = mgkit::op::take_rows;
    static std::vector<trial> trials() {
        return for_variants({0, 1, 5, 1023}, over({{1}, {3, 4}, {10, 1, 5}, {3, 0}, {200, 9, 33}}));
    }
    static std::vector<refusal> refusals() { return {{{{}}, 1}, {{{0, 3}}, -1}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        const shape x = shape_of(in[0]);
        return mgkit::take_rows(c, in[0],
                                chosen_rows(x.rank() > 0 && variant >= 0 ? x[0] : 1, variant));
    }
};

struct add_rows {
    using op = mgkit::op::add_rows;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int variant : {0, 1, 5, 1023})
            for (const shape& s :
                 {shape{1}, shape{3, 4}, shape{10, 1, 5}, shape{3, 0}, shape{200, 9, 33}}) {
                const shape part = mgkit::op::take_rows{chosen_rows(s[0], variant)}.result(s);
                for (const unsigned constants : {0u, 1u, 2u})
                    out.push_back({{{s}, {part}}, variant, constants});
            }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{3, 4}, {3, 4}}, 1}, {{{3, 4}, {1, 5}}, 1}, {{{}, {1}}, 1}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        const shape x = shape_of(in[0]);
        return mgkit::add_rows(c, in[0], in[1], chosen_rows(x.rank() > 0 ? x[0] : 1, variant));
    }
};

/// Variants are pairs of weights.
struct blend {
    using op = mgkit::op::blend;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (const int variant : {0, 1})
            for (const shape& s : {shape{}, shape{1}, shape{3, 0}, shape{2, 3, 5}, shape{300, 257}})
                for (const unsigned constants : {0u, 1u, 2u})
                    out.push_back({{{s}, {s}}, variant, constants});
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 3}, {2, 4}}}, {{{2, 3}, {3}}}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return variant == 0 ? mgkit::blend(c, .5, in[0], .5, in[1])
                            : mgkit::blend(c, -2, in[0], .3, in[1]);
    }
};

}  // namespace MGKIT_NAMESPACE::testing::entry

namespace MGKIT_NAMESPACE::testing {

struct row_operations {
    static constexpr std::string_view name = "rows";
    using entries = type_list<entry::take_rows, entry::add_rows, entry::blend>;
};

}  // namespace MGKIT_NAMESPACE::testing
