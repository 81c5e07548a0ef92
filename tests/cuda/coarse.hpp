// Operations as the conformance kit tries them, on operands that are kept in bfloat16.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "cuda/emulated.hpp"
#include "mgkit/testing/conformance.hpp"

namespace mgkit::test {

using coarse_tensor = emulated_tensor<cuda::bf16>;

/// The same values kept coarse; the gradient passes through, in the operand's grain.
struct coarsen {};

}  // namespace mgkit::test

template <>
struct mgkit::kernel<mgkit::test::coarsen, mgkit::test::coarse_tensor> {
    using T = mgkit::test::coarse_tensor;
    static T forward(context& ctx, const mgkit::test::coarsen&, saved<T>& kept, const T& x) {
        kept.keep(x.outline());
        return cuda::as(ctx, x, cuda::grain::coarse);
    }
    static void backward(context& ctx, const mgkit::test::coarsen&, const saved<T>& kept,
                         const T& dout, gradients<T>& sink) {
        sink.pass(ctx, 0, cuda::as(ctx, dout, kept[0].kept()));
    }
};

namespace mgkit::test {

/// A conformance entry whose operands with a bit in `Mask` are coarse on the emulated device.
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
        if constexpr (std::same_as<tensor_of<Operand>, coarse_tensor>)
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
}  // namespace mgkit::test
