// SPDX-License-Identifier: MIT
// Recurrences as the conformance kit tries them.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/recurrence.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing::entry {

/// Variants: 1 reverses the last direction, 2 gives rows lengths of their own; wrong ones are 4, a
/// length too many, 8, one above the frames, 16, one of 0, 32, some whose limits are not known.
inline recurrence some_recurrence(const shape& gates, int variant) {
    recurrence how{.reverse = (variant & 1) != 0};
    if (variant < 2 || gates.rank() != 3 || gates[0] == 0 || gates[1] == 0) return how;
    std::vector<std::int32_t> lengths;
    for (extent i = 0; i < gates[0] + (variant & 4 ? 1 : 0); ++i)
        lengths.push_back(static_cast<std::int32_t>(1 + (3 * i + 1) % gates[1]));
    if (variant & 8) lengths[0] = static_cast<std::int32_t>(gates[1] + 1);
    if (variant & 16) lengths[0] = 0;
    const shape extents{static_cast<extent>(lengths.size())};
    how.lengths = index_tensor(extents, lengths);
    if (variant & 32) {
        auto unknown = std::make_shared<host_integers<std::int32_t>>(std::move(lengths));
        how.lengths = index_tensor::kept(extents, std::move(unknown));
    }
    return how;
}

/// Trials of a cell with so many gates and states, and a bias or none.
inline std::vector<trial> recurrent_trials(extent gates, extent states, bool bias) {
    struct sizes {
        extent rows, frames, units, directions;
    };
    std::vector<trial> out;
    const auto add = [&](const sizes& s, int variant, unsigned constants) {
        const extent width = s.directions * gates * s.units;
        trial t{{{{s.rows, s.frames, width}}, {{width, s.units}, -.7, .7}}, variant, constants};
        if (bias) t.operands.push_back({{width}});
        t.operands.push_back({{s.rows, states * s.directions * s.units}});
        t.values = 100;
        t.gradients = 1000;
        out.push_back(t);
    };
    for (const int variant : {0, 1, 2, 3})
        for (const sizes& s : {sizes{1, 1, 1, 1},
                               {1, 1, 1, 2},
                               {2, 3, 4, 1},
                               {3, 5, 2, 2},
                               {1, 4, 5, 2},
                               {5, 1, 3, 1},
                               {35, 3, 2, 2},
                               {40, 2, 33, 1},
                               {0, 3, 2, 1}})
            add(s, variant, 0);
    for (const unsigned constants : {1u, 2u, 4u, 8u, 5u, 6u, 7u})
        if (bias || constants < 7) add({3, 4, 3, 2}, 3, constants);
    return out;
}

struct gru {
    using op = mgkit::op::gru;
    static std::vector<trial> trials() { return recurrent_trials(3, 1, true); }
    static std::vector<refusal> refusals() {
        std::vector<refusal> out{
            {{{2, 3, 12}, {12, 5}, {12}, {2, 4}}}, {{{2, 3, 11}, {12, 4}, {12}, {2, 4}}},
            {{{2, 3, 12}, {12, 4}, {11}, {2, 4}}}, {{{2, 3, 12}, {12, 4}, {12}, {2, 3}}},
            {{{2, 3, 12}, {12, 4}, {12}, {3, 4}}}, {{{2, 0, 12}, {12, 4}, {12}, {2, 4}}},
            {{{2, 3, 0}, {0, 4}, {0}, {2, 0}}},    {{{2, 3, 0}, {0, 0}, {0}, {2, 0}}},
            {{{3, 12}, {12, 4}, {12}, {3, 4}}},    {{{2, 3, 12}, {12}, {12}, {2, 4}}}};
        for (const int variant : {6, 10, 18, 34})
            out.push_back({{{2, 3, 12}, {12, 4}, {12}, {2, 4}}, variant});
        return out;
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::gru(c, in[0], in[1], in[2], in[3], some_recurrence(shape_of(in[0]), variant));
    }
};

struct lstm {
    using op = mgkit::op::lstm;
    static std::vector<trial> trials() { return recurrent_trials(4, 2, false); }
    static std::vector<refusal> refusals() {
        std::vector<refusal> out{{{{2, 3, 16}, {16, 5}, {2, 8}}}, {{{2, 3, 15}, {16, 4}, {2, 8}}},
                                 {{{2, 3, 16}, {16, 4}, {2, 4}}}, {{{2, 3, 16}, {16, 4}, {3, 8}}},
                                 {{{2, 0, 16}, {16, 4}, {2, 8}}}, {{{2, 3, 0}, {0, 4}, {2, 0}}},
                                 {{{3, 16}, {16, 4}, {3, 8}}},    {{{2, 3, 12}, {12, 4}, {2, 8}}}};
        for (const int variant : {6, 10, 18, 34})
            out.push_back({{{2, 3, 16}, {16, 4}, {2, 8}}, variant});
        return out;
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::lstm(c, in[0], in[1], in[2], some_recurrence(shape_of(in[0]), variant));
    }
};

}  // namespace MGKIT_NAMESPACE::testing::entry

namespace MGKIT_NAMESPACE::testing {

/// Recurrences.
struct recurrence_operations {
    static constexpr std::string_view name = "recurrences";
    using entries = type_list<entry::gru, entry::lstm>;
};

}  // namespace MGKIT_NAMESPACE::testing
