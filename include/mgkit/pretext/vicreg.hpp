// SPDX-License-Identifier: MIT
// VICReg: alike in two views, spread over a batch, uncorrelated over columns.
#pragma once

#include "mgkit/loss/vicreg.hpp"
#include "mgkit/nn/projector.hpp"
#include "mgkit/pretext/two_views.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// The projector of `feature_decorrelation`: F -> F -> 2F, normalised by view.
template <model_tensor T>
struct wide_projector : nn::projector<T> {
    MGKIT_COLD wide_projector(const nn::scope& at, extent features)
        : nn::projector<T>(at, features, features, 2 * features) {}
};

/// What is special about `vicreg`.
struct vicreg_loss {
    static constexpr const char* name = "vicreg";
    using settings = loss::vicreg_settings;
    template <model_tensor T>
    using head = wide_projector<T>;

    template <operand X>
    objective_value<X> operator()(context& ctx, const X& z0, const X& z1, const settings& s) const {
        const auto terms = loss::vicreg(ctx, z0, z1, s);
        return {terms.total,
                {{"similarity", terms.similarity},
                 {"variance", terms.variance},
                 {"covariance", terms.covariance}}};
    }
};

/// loss::vicreg on embeddings of two views, see two_view_method. The projector is that of our
/// other methods, not 8,192 columns wide. Source: Bardes et al., ICLR 2022.
template <tensor T, class Encoder, class Views>
using vicreg = two_view_method<vicreg_loss, T, Encoder, Views>;

}  // namespace MGKIT_NAMESPACE::pretext
