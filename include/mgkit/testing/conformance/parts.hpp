// SPDX-License-Identifier: MIT
// Entries by index, many parts of an axis and whole numbers as the conformance kit tries them.
#pragma once

#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/parts.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing::entry {

/// Places along an axis of `entries`, repeated and out of order: variant / 10 of them; for each of
/// `samples`, where given.
inline index_tensor some_places(extent entries, int variant, extent samples = 0) {
    const extent count = variant / 10;
    std::vector<std::int32_t> out;
    for (extent i = 0; i < std::max<extent>(1, samples) * count; ++i)
        out.push_back(static_cast<std::int32_t>((7 * i + i / 3) % std::max<extent>(1, entries)));
    const shape extents = samples == 0 ? shape{count} : shape{samples, count};
    return index_tensor(extents, std::move(out));
}

/// Variants: 10 * entries chosen + axis; from 1000 on each sample has entries of its own.
struct gather {
    using op = mgkit::op::gather;
    static std::vector<trial> trials() {
        std::vector<trial> out =
            for_variants({0, 10, 50}, over({{4}, {5, 3}, {6, 1}, {5, 0}, {3, 2, 4}, {90, 400}}));
        append(out, for_variants({1, 11, 71}, over({{3, 4}, {2, 5, 3}, {1, 1}, {0, 4}, {40, 50}})));
        append(out, for_variants({1001, 1041},
                                 over({{3, 4}, {2, 5, 3}, {0, 3}, {3, 4, 0}, {30, 70, 20}})));
        append(out, for_variants({1032}, over({{2, 3, 4}, {2, 3, 4, 2}})));
        append(out, over({{2, 3, 2, 2, 2, 1, 2, 2}}, 34));
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{3, 4}}, 12}, {{{}}, 10}, {{{3, 4}}, 1030}, {{{3, 4}}, -1}, {{{3, 4}}, -2}};
    }
    static index_tensor which(const shape& in, int variant) {
        if (variant == -1) return index_tensor({2}, {0, 3});
        if (variant == -2) return index_tensor({2}, {-1, 0});
        const int axis = variant % 10;
        const extent entries = axis < in.rank() ? in[axis] : 0;
        return variant >= 1000 ? some_places(entries, variant - 1000, in[0])
                               : some_places(entries, variant);
    }
    static int axis(int variant) { return variant < 0 ? 0 : variant % 10; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::gather(c, in[0], axis(variant), which(shape_of(in[0]), variant));
    }
};

struct scatter_add {
    using op = mgkit::op::scatter_add;
    static std::vector<trial> trials() {
        std::vector<trial> out;
        for (trial t : gather::trials()) {
            const shape whole = t.operands[0].extents;
            const int axis = gather::axis(t.variant);
            shape part = whole;
            part[axis] = gather::which(whole, t.variant).extents()[-1];
            if (whole[axis] == 0 && part[axis] > 0) continue;
            t.operands.push_back({part});
            for (const unsigned constants : {0u, 1u, 2u}) {
                t.constants = constants;
                t.gradients = 1000;
                out.push_back(t);
            }
        }
        return out;
    }
    static std::vector<refusal> refusals() {
        return {{{{3, 4}, {2, 4}}, 10}, {{{3, 4}, {1, 5}}, 10}, {{{3, 4}, {2, 4}}, -1}};
    }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::scatter_add(c, in[0], gather::axis(variant),
                                  gather::which(shape_of(in[0]), variant), in[1]);
    }
};

/// The variant is k. Values of the smaller trials are all different, but for ties that are meant.
struct top_k {
    static constexpr std::string_view name = "top_k";
    static std::vector<trial> trials() {
        std::vector<trial> out =
            for_variants({1, 3}, over({{5}, {4, 7}, {2, 3, 9}, {0, 4}, {60, 130}}));
        trial ties{{{{2, 4}, 0, 0, {1, 2, 2, 0, -INFINITY, NAN, 3, INFINITY}}}, 2};
        ties.differentiable = false;
        out.push_back(ties);
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 3}}, 4}, {{{2, 3}}, 0}, {{{}}, 1}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        return mgkit::top_k(c, in[0], variant).values;
    }
};

/// Takes the first operand apart along axis `variant` and puts it together in reverse order,
/// weighted, so that every part is used in a way of its own.
struct unstack_and_stack {
    static constexpr std::string_view name = "unstack, stack";
    static std::vector<trial> trials() {
        std::vector<trial> out =
            for_variants({0, 1}, over({{1, 2}, {3, 4}, {5, 1, 3}, {9, 30, 70}}));
        append(out, over({{2, 3, 4}, {0, 2, 3}, {3, 2, 2, 2, 1, 2, 2}}, 2));
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 0}}, 1}, {{{}}, 0}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        std::vector<X> parts = mgkit::unstack(c, in[0], variant);
        std::reverse(parts.begin(), parts.end());
        for (std::size_t i = 0; i < parts.size(); ++i)
            parts[i] = mgkit::affine(c, parts[i], 1 + .25 * static_cast<double>(i));
        return mgkit::stack(c, std::span<const X>(parts), variant);
    }
};

/// All operands one after the other along axis `variant`, the first once more.
struct concat_many {
    static constexpr std::string_view name = "concat of many";
    static std::vector<trial> trials() {
        std::vector<trial> out;
        out.push_back({{{{2, 3}}, {{1, 3}}, {{4, 3}}}, 0});
        out.push_back({{{{2, 3}}, {{2, 0}}, {{2, 5}}}, 1});
        out.push_back({{{{2, 3}}, {{2, 1}}, {{2, 5}}}, 1, 2u});
        out.push_back({{{{30, 3, 50}}, {{30, 8, 50}}, {{30, 1, 50}}}, 1});
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 3}, {2, 4}}, 0}, {{{}, {}}, 0}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        std::vector<X> parts = in;
        parts.push_back(in[0]);
        return mgkit::concat(c, variant, std::span<const X>(parts));
    }
};

/// The operand times numbers cast from bytes, scaled and shifted by channel of axis `variant`; from
/// 10 on from 32-bit integers as they are.
struct cast {
    static constexpr std::string_view name = "cast";
    static std::vector<trial> trials() {
        std::vector<trial> out =
            for_variants({0, 1}, over({{3, 4}, {2, 3, 5}, {1, 1}, {2, 0}, {50, 300}}));
        append(out, over({{}, {7}, {3, 4}}, 10));
        return out;
    }
    static std::vector<refusal> refusals() { return {{{{2, 3}}, 5}, {{{2, 3}}, 6}}; }
    template <class X>
    static X run(context& c, const std::vector<X>& in, int variant) {
        using T = tensor_of<X>;
        const shape extents = shape_of(in[0]);
        const auto count = static_cast<std::size_t>(extents.elements());
        if (variant >= 10) {
            std::vector<std::int32_t> numbers(count);
            std::iota(numbers.begin(), numbers.end(), -3);
            return mgkit::mul(c, in[0], X{mgkit::cast<T>(c, index_tensor(extents, numbers))});
        }
        std::vector<std::uint8_t> bytes(count);
        for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(37 * i);
        channel_affine how{{}, {}, variant};
        for (extent i = 0; i < (variant == 5 ? 2 : extents[variant % 5]); ++i) {
            how.scale.push_back(.25 + static_cast<double>(i % 7) / 8);
            how.shift.push_back(variant == 6 ? 0 : -.5 * static_cast<double>(i % 5));
        }
        if (variant == 6) how.axis = 0;
        return mgkit::mul(c, in[0], X{mgkit::cast<T>(c, byte_tensor(extents, bytes), how)});
    }
};

}  // namespace MGKIT_NAMESPACE::testing::entry

namespace MGKIT_NAMESPACE::testing {

struct part_operations {
    static constexpr std::string_view name = "parts";
    using entries = type_list<entry::gather, entry::scatter_add, entry::top_k,
                              entry::unstack_and_stack, entry::concat_many, entry::cast>;
};

}  // namespace MGKIT_NAMESPACE::testing
