// SPDX-License-Identifier: MIT
// What contrastive methods train: an encoder under a small head, and a second one that follows it.
// infrastructure
#pragma once

#include <utility>

#include "mgkit/encode/concept.hpp"
#include "mgkit/nn/clone.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/norm.hpp"
#include "mgkit/nn/values.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Linear, ReLU, linear: features [B, F] -> [B, width], F units between. File names `0` and `2`.
template <model_tensor T>
struct contrast_head {
    nn::linear<T> first, second;

    contrast_head() = default;
    MGKIT_COLD contrast_head(const nn::scope& at, extent features, extent width)
        : first(at / "0", features, features), second(at / "2", features, width) {}

    static constexpr auto fields() {
        return nn::members(nn::field("0", &contrast_head::first),
                           nn::field("2", &contrast_head::second));
    }
    int features() const { return static_cast<int>(shape_of(second.weight.value)[0]); }
    template <operand X>
    X operator()(context& ctx, const X& features) const {
        return second(ctx, relu(ctx, first(ctx, features)));
    }
};

/// Linear, batch norm, ReLU, linear: features [B, F] -> [B, width], `hidden` units between, F where
/// that is 0; each pass by its own statistics. File names `0`, `1` and `3`.
template <model_tensor T>
struct normalised_head {
    nn::linear<T> first, second;
    nn::batch_norm<T> norm;

    normalised_head() = default;
    MGKIT_COLD normalised_head(const nn::scope& at, extent features, extent width,
                               extent hidden = 0)
        : first(at / "0", features, hidden > 0 ? hidden : features),
          second(at / "3", hidden > 0 ? hidden : features, width),
          norm(at / "1", hidden > 0 ? hidden : features) {}

    static constexpr auto fields() {
        return nn::members(nn::field("0", &normalised_head::first),
                           nn::field("1", &normalised_head::norm),
                           nn::field("3", &normalised_head::second));
    }
    int features() const { return static_cast<int>(shape_of(second.weight.value)[0]); }
    template <operand X>
    X operator()(context& ctx, const X& features, int groups = 1) const {
        return second(ctx, relu(ctx, norm(ctx, first(ctx, features), groups)));
    }
};

/// Clips [B, C, T, V, M] -> embeddings [B, width], not normalised. Names `backbone.*`, `fc.*`.
template <model_tensor T, class Encoder, class Head = contrast_head<T>>
struct contrastive_encoder {
    using tensor_type = T;

    Encoder backbone;
    Head fc;

    /// Takes an encoder that is made, at `at / "backbone"`.
    MGKIT_COLD contrastive_encoder(const nn::scope& at, Encoder encoder, extent width)
        : backbone(std::move(encoder)), fc(at / "fc", backbone.features(), width) {}
    MGKIT_COLD contrastive_encoder(Encoder encoder, Head head)
        : backbone(std::move(encoder)), fc(std::move(head)) {}

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &contrastive_encoder::backbone),
                           nn::field("fc", &contrastive_encoder::fc));
    }
    contrastive_encoder clone(context& ctx) const {
        return {nn::clone(ctx, backbone), nn::clone(ctx, fc)};
    }
    int features() const { return fc.features(); }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return fc(ctx, backbone(ctx, clips));
    }
};

/// A module that learns and its copy that follows: equal at first, later a moving average of its
/// parameters; statistics of batches are each one's own. The copy gets no gradient and no decay,
/// and is part of archives and checkpoints. Source: He et al., CVPR 2020 (MoCo).
template <nn::has_leaves M>
struct momentum_pair {
    using tensor_type = nn::leaf_tensor<M>;

    M query, key;

    MGKIT_COLD momentum_pair(context& ctx, M made)
        : query(std::move(made)), key(nn::clone(ctx, query)) {
        nn::set_trainable(key, false);
    }
    static constexpr auto fields() {
        return nn::members(nn::field("query", &momentum_pair::query),
                           nn::field("key", &momentum_pair::key));
    }
    /// key = momentum * key + (1 - momentum) * query, parameters alone. Cost: two passes over them.
    void follow(context& ctx, double momentum) {
        nn::move_towards(ctx, key, query, 1 - momentum, nn::follows::parameters);
    }
    /// What the key makes of clips, in the context's mode; nothing is recorded.
    template <operand X>
    tensor_of<X> keys(context& ctx, const X& clips) const {
        return key(ctx, tensor_of<X>(value_of(detach(clips))));
    }
};

}  // namespace MGKIT_NAMESPACE::pretext
