// SPDX-License-Identifier: MIT
// Operations as the conformance kit tries them, on operands that are kept in bfloat16.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "mgkit/backend/cuda/tensor.hpp"
#include "mgkit/testing/conformance.hpp"

namespace MGKIT_NAMESPACE::test {

/// The same values kept coarse; the gradient passes through, in the operand's grain.
struct coarsen {};

}  // namespace MGKIT_NAMESPACE::test

template <class C, class D>
struct mgkit::kernel<mgkit::test::coarsen, mgkit::cuda::device_tensor<C, D>> {
    using T = mgkit::cuda::device_tensor<C, D>;
    static T forward(context& ctx, const mgkit::test::coarsen&, saved<T>& kept, const T& x) {
        kept.keep(x.outline());
        return cuda::as(ctx, x, cuda::grain::coarse);
    }
    static void backward(context& ctx, const mgkit::test::coarsen&, const saved<T>& kept,
                         const T& dout, gradients<T>& sink) {
        sink.pass(ctx, 0, cuda::as(ctx, dout, kept[0].kept()));
    }
};

namespace MGKIT_NAMESPACE::test {

/// A conformance entry whose operands with a bit in `Mask` are coarse on a device.
template <class Entry, unsigned Mask>
struct on_coarse : Entry {
    /// Without trials on given values that bfloat16 does not hold.
    static std::vector<testing::trial> trials() {
        std::vector<testing::trial> out = Entry::trials();
        std::erase_if(out, [](const testing::trial& t) {
            return std::any_of(t.operands.begin(), t.operands.end(), [](const auto& operand) {
                return std::any_of(operand.values.begin(), operand.values.end(), [](double v) {
                    const auto f = static_cast<float>(v);
                    return f == f && cuda::to_float(cuda::to_bf16(f)) != f;
                });
            });
        });
        return out;
    }
    template <class Operand>
    static Operand run(context& ctx, const std::vector<Operand>& in, int variant) {
        std::vector<Operand> operands = in;
        if constexpr (requires { typename tensor_of<Operand>::device; })
            for (std::size_t i = 0; i < operands.size(); ++i)
                if (Mask >> i & 1u) operands[i] = apply(ctx, coarsen{}, operands[i]);
        return Entry::run(ctx, operands, variant);
    }
};
template <class Family, unsigned Mask>
struct family_on_coarse {
    static constexpr std::string_view name = Family::name;
    template <class List>
    struct all;
    template <class... Entries>
    struct all<type_list<Entries...>> {
        using type = type_list<on_coarse<Entries, Mask>...>;
    };
    using entries = typename all<typename Family::entries>::type;
};
template <unsigned Mask>
using families_on_coarse = type_list<family_on_coarse<testing::elementwise_operations, Mask>,
                                     family_on_coarse<testing::structure_operations, Mask>,
                                     family_on_coarse<testing::part_operations, Mask>,
                                     family_on_coarse<testing::layer_operations, Mask>,
                                     family_on_coarse<testing::mask_operations, Mask>,
                                     family_on_coarse<testing::row_operations, Mask>,
                                     family_on_coarse<testing::token_operations, Mask>>;

/// Sizes that whole tiles and ragged ones cover: the tokens of a clip, a head of several staged
/// pieces, one of less than a piece.
struct wide_attention : testing::entry::attention {
    static std::vector<testing::trial> trials() {
        std::vector<testing::trial> out{{{{{1, 1, 48}}}, 1},   {{{{2, 50, 96}}}, 1},
                                        {{{{2, 17, 192}}}, 4}, {{{{1, 64, 96}}}, 2},
                                        {{{{1, 48, 240}}}, 1}, {{{{2, 5, 1056}}}, 1}};
        for (testing::trial& t : out) {
            t.values = 100;
            t.gradients = 1000;
        }
        return out;
    }
};
struct wide_attend : testing::entry::attend {
    static std::vector<testing::trial> trials() {
        std::vector<testing::trial> out;
        for (const shape& s : {shape{1, 1, 16}, shape{2, 50, 32}, shape{1, 64, 80},
                               shape{2, 17, 64}, shape{1, 33, 272}})
            out.push_back({{{s}, {s}}, 1});
        for (const unsigned constants : {1u, 2u})
            out.push_back({{{{2, 18, 48}}, {{2, 18, 48}}}, 1, constants});
        for (testing::trial& t : out) {
            t.values = 100;
            t.gradients = 1000;
        }
        return out;
    }
};
struct wide_operations {
    static constexpr std::string_view name = "wide";
    using entries = type_list<wide_attention, wide_attend>;
};

}  // namespace MGKIT_NAMESPACE::test
