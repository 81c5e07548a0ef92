// SPDX-License-Identifier: MIT
// The least a training method can be: shows what the loop hands to a method.
#pragma once

#include <vector>

#include "train/small.hpp"

namespace small {

/// A linear map of two views of a clip, drawn together; notes what it is called with.
struct toy {
    using tensor_type = tensor;
    static constexpr const char* name = "toy";
    static constexpr int views = 2;

    struct call {
        bool training;
        std::uint32_t epoch;
        std::vector<mgkit::row_identity> rows;
        std::vector<int> labels;
        mgkit::shape clips;
    };

    mgkit::nn::linear<tensor> fc;
    mgkit::augment::n_views<2, mgkit::augment::reference> augmentation;
    std::vector<call> calls;

    explicit toy(mgkit::context& ctx, const mgkit::data::clip_set& set, int width = 4)
        : fc(mgkit::nn::scope(ctx, "fc"), static_cast<mgkit::extent>(input(set).size()), width),
          augmentation{policy()} {}

    static constexpr auto fields() { return mgkit::nn::members(mgkit::nn::field("fc", &toy::fc)); }
    mgkit::recipe made_of() const { return {}; }

    template <mgkit::operand X>
    mgkit::pretext::objective_value<X> operator()(mgkit::context& ctx,
                                                  const mgkit::pretext::batch<X>& in) {
        const mgkit::shape s = shape_of(in.clips());
        calls.push_back({ctx.training, ctx.epoch, ctx.rows,
                         std::vector<int>(in.labels().begin(), in.labels().end()), s});
        const X z = fc(ctx, reshape(ctx, in.clips(), {s[0], s.elements() / s[0]}));
        const X apart =
            mse(ctx, slice(ctx, z, 0, 0, s[0] / 2), slice(ctx, z, 0, s[0] / 2, s[0] / 2));
        const X size = mean(ctx, square(ctx, affine(ctx, z, 1, -1)));
        return {add(ctx, apart, size), {{"apart", apart}, {"size", size}}};
    }
};

/// Whether two training curves are equal to the last bit.
inline bool same(const std::vector<mgkit::train::epoch_record>& a,
                 const std::vector<mgkit::train::epoch_record>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.epoch == y.epoch && x.loss == y.loss && x.rate == y.rate && x.parts == y.parts;
    });
}

}  // namespace small
