// SPDX-License-Identifier: MIT
// Barlow Twins: columns of two views' embeddings correlate with themselves alone.
#pragma once

#include "mgkit/loss/barlow_twins.hpp"
#include "mgkit/pretext/vicreg.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What is special about `barlow_twins`.
struct barlow_twins_loss {
    static constexpr const char* name = "barlow_twins";
    using settings = loss::barlow_twins_settings;
    template <model_tensor T>
    using head = wide_projector<T>;

    template <operand X>
    objective_value<X> operator()(context& ctx, const X& z0, const X& z1, const settings& s) const {
        return {loss::barlow_twins(ctx, z0, z1, s), {}};
    }
};

/// loss::barlow_twins on embeddings of two views, see two_view_method; projector as of `vicreg`.
/// Source: Zbontar et al., ICML 2021.
template <tensor T, class Encoder, class Views>
using barlow_twins = two_view_method<barlow_twins_loss, T, Encoder, Views>;

}  // namespace MGKIT_NAMESPACE::pretext
