// SPDX-License-Identifier: MIT
// SimCLR: a clip's two views among those of all others in the batch.
#pragma once

#include "mgkit/loss/contrastive.hpp"
#include "mgkit/pretext/contrastive_encoder.hpp"
#include "mgkit/pretext/two_views.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What is special about `simclr`.
struct simclr_loss {
    static constexpr const char* name = "simclr";
    struct settings {
        double temperature = 0.5;
    };
    /// Linear, ReLU, linear to 128 columns.
    template <model_tensor T>
    struct head : contrast_head<T> {
        MGKIT_COLD head(const nn::scope& at, int features) : contrast_head<T>(at, features, 128) {}

        template <operand X>
        X operator()(context& ctx, const X& features, int) const {
            return contrast_head<T>::operator()(ctx, features);
        }
    };
    template <operand X>
    objective_value<X> operator()(context& ctx, const X& z0, const X& z1, const settings& s) const {
        return {loss::nt_xent(ctx, z0, z1, s.temperature), {}};
    }
};

/// NT-Xent on embeddings of two views, see loss::nt_xent and two_view_method. Cost per clip: two
/// encoder passes, 4 B D for the scores. Source: Chen et al., ICML 2020.
template <tensor T, class Encoder, class Views>
using simclr = two_view_method<simclr_loss, T, Encoder, Views>;

}  // namespace MGKIT_NAMESPACE::pretext
