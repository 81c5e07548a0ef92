// SPDX-License-Identifier: MIT
// The DSTE pre-training step as a user of LibTorch writes it: torch::nn modules, eager operations,
// automatic differentiation. Written from the model's formulas, in the parameter names of ours, so
// that parameters can be copied over by name.
//
// Chosen in the peer's favour where there was a choice: the four views go through the encoder
// stacked, the pointwise convolution is a Linear, the token maps are products without a transpose.
#pragma once

#include "mgkit/backend/torch.hpp"
// LibTorch's own headers follow ours.
#include <torch/nn.h>

#include <cmath>
#include <utility>
#include <vector>

#include "mgkit/encode/dste.hpp"

namespace peer {

namespace nn = ::torch::nn;
using at::Tensor;

/// Stochastic depth: whole samples of a branch, kept ones scaled.
inline Tensor drop_path(const Tensor& x, double rate, bool training) {
    if (!training || rate == 0) return x;
    const Tensor kept = at::empty({x.size(0), 1, 1}, x.options()).bernoulli_(1 - rate);
    return x * kept.div_(1 - rate);
}

struct attention_impl : nn::Module {
    attention_impl(std::int64_t width, std::int64_t head_count)
        : in_proj_weight(register_parameter("in_proj_weight", at::zeros({3 * width, width}))),
          in_proj_bias(register_parameter("in_proj_bias", at::zeros({3 * width}))),
          out_proj(register_module("out_proj", nn::Linear(width, width))),
          heads(head_count) {}

    Tensor forward(const Tensor& x) {
        const auto rows = x.size(0), tokens = x.size(1), width = x.size(2), part = width / heads;
        const Tensor qkv = at::linear(x, in_proj_weight, in_proj_bias)
                               .view({rows, tokens, 3, heads, part})
                               .permute({2, 0, 3, 1, 4});
        const Tensor q = qkv[0] * (1 / std::sqrt(static_cast<double>(part)));
        const Tensor weights = at::softmax(at::matmul(q, qkv[1].transpose(-2, -1)), -1);
        const Tensor mixed = at::matmul(weights, qkv[2]).transpose(1, 2);
        return out_proj(mixed.reshape({rows, tokens, width}));
    }

    Tensor in_proj_weight, in_proj_bias;
    nn::Linear out_proj;
    std::int64_t heads;
};
TORCH_MODULE_IMPL(attention, attention_impl);

struct mlp_impl : nn::Module {
    explicit mlp_impl(std::int64_t width)
        : fc1(register_module("fc1", nn::Linear(width, 2 * width))),
          fc2(register_module("fc2", nn::Linear(2 * width, width))) {}
    Tensor forward(const Tensor& x) { return fc2(at::gelu(fc1(x))); }

    nn::Linear fc1, fc2;
};
TORCH_MODULE_IMPL(mlp, mlp_impl);

inline nn::LayerNorm layer_norm(std::int64_t width) {
    return nn::LayerNorm(nn::LayerNormOptions({width}));
}

/// u = x + relu(conv x), r = x + A(norm1 u), mlp(norm2 r).
struct conv_branch_impl : nn::Module {
    conv_branch_impl(std::int64_t width, std::int64_t heads, double rate)
        : attn(register_module("attn", attention(width, heads))),
          conv1(register_module("conv1", nn::Linear(width, width))),
          norm1(register_module("norm1", layer_norm(width))),
          norm2(register_module("norm2", layer_norm(width))),
          ff(register_module("mlp", mlp(width))),
          drop(rate) {}

    Tensor forward(const Tensor& x) {
        const Tensor u = x + at::relu(conv1(x));
        const Tensor r = x + drop_path(attn(norm1(u)), drop, is_training());
        return drop_path(ff(norm2(r)), drop, is_training());
    }

    attention attn;
    nn::Linear conv1;
    nn::LayerNorm norm1, norm2;
    mlp ff;
    double drop;
};
TORCH_MODULE_IMPL(conv_branch, conv_branch_impl);

/// The mean of two pre-norm transformer steps: of the densely mixed tokens and of the plain ones.
struct shift_branch_impl : nn::Module {
    shift_branch_impl(std::int64_t tokens, std::int64_t width, std::int64_t shift_gap, double rate)
        : wt1(register_module("wt1", nn::Linear(tokens, tokens))),
          wt2(register_module("wt2", nn::Linear(tokens, tokens))),
          norm1(register_module("norm1", layer_norm(width))),
          norm2(register_module("norm2", layer_norm(width))),
          ff(register_module("mlp", mlp(width))),
          gap(shift_gap),
          drop(rate) {}

    Tensor forward(const Tensor& x, attention& attn) {
        Tensor s = at::relu(mix(wt1, x));
        s = mix(wt2, s) + x;
        s.slice(1, 0, c10::nullopt, gap).copy_(x.slice(1, 0, c10::nullopt, gap));
        return (step(s, attn) + step(x, attn)) * .5;
    }

private:
    static Tensor mix(const nn::Linear& map, const Tensor& x) {
        return at::matmul(map->weight, x) + map->bias.unsqueeze(-1);
    }
    Tensor step(const Tensor& z, attention& attn) {
        const Tensor r = z + drop_path(attn(norm1(z)), drop, is_training());
        return r + drop_path(ff(norm2(r)), drop, is_training());
    }

    nn::Linear wt1, wt2;
    nn::LayerNorm norm1, norm2;
    mlp ff;
    std::int64_t gap;
    double drop;
};
TORCH_MODULE_IMPL(shift_branch, shift_branch_impl);

struct dst_layer_impl : nn::Module {
    dst_layer_impl(std::int64_t tokens, const mgkit::encode::dste_settings& s)
        : CA(register_module("CA", conv_branch(s.width, s.heads, s.drop_path))),
          DSA(register_module("DSA", shift_branch(tokens, s.width, s.gap, s.drop_path))),
          alpha(s.alpha) {}
    Tensor forward(const Tensor& x) {
        return CA(x) * alpha + DSA->forward(x, CA->attn) * (1 - alpha);
    }

    conv_branch CA;
    shift_branch DSA;
    double alpha;
};
TORCH_MODULE_IMPL(dst_layer, dst_layer_impl);

struct embeddings_impl : nn::Module {
    explicit embeddings_impl(const mgkit::encode::dste_settings& s)
        : time(register_module("t_embedding",
                               embedding(s.clip.points() * s.clip.channels, s.width))),
          space(register_module("s_embedding",
                                embedding(s.clip.frames * s.clip.channels, s.width))) {}

    static nn::Sequential embedding(std::int64_t in, std::int64_t width) {
        return nn::Sequential(nn::Linear(in, width), layer_norm(width), nn::ReLU(),
                              nn::Linear(width, width));
    }

    nn::Sequential time, space;
};
TORCH_MODULE_IMPL(embeddings, embeddings_impl);

struct dste_impl : nn::Module {
    explicit dste_impl(const mgkit::encode::dste_settings& s)
        : ske_emb(register_module("ske_emb", embeddings(s))),
          spe(register_parameter("spe", at::zeros({1, s.clip.points(), s.width}))),
          t_tr(register_module("t_tr", dst_layer(s.clip.frames, s))),
          s_tr(register_module("s_tr", dst_layer(s.clip.points(), s))),
          t_tr1(register_module("t_tr1", dst_layer(s.clip.frames, s))),
          s_tr1(register_module("s_tr1", dst_layer(s.clip.points(), s))) {
        const Tensor row = at::arange(s.clip.frames, at::kDouble).unsqueeze(1);
        const Tensor angle =
            row * at::exp(at::arange(0, s.width, 2, at::kDouble) * (-std::log(1e4) / s.width));
        tpe = at::stack({at::sin(angle), at::cos(angle)}, -1)
                  .reshape({1, s.clip.frames, s.width})
                  .to(at::kFloat);
    }

    /// Pooled features of clips [N, C, T, V, M]: frames [N, d] and joints [N, d].
    std::pair<Tensor, Tensor> pooled(const Tensor& clips) {
        const auto n = clips.size(0), frames = clips.size(2), joints = clips.size(3),
                   persons = clips.size(4);
        Tensor t = clips.permute({0, 2, 4, 3, 1}).reshape({n, frames, -1});
        Tensor s = clips.permute({0, 4, 3, 2, 1}).reshape({n, persons * joints, -1});
        t = t_tr1(t_tr(ske_emb->time->forward(t) + tpe) + tpe);
        s = s_tr1(s_tr(ske_emb->space->forward(s) + spe) + spe);
        return {at::amax(t, {1}), at::amax(s, {1})};
    }
    /// Features [N, 2 d].
    Tensor forward(const Tensor& clips) {
        const auto [t, s] = pooled(clips);
        return at::cat({t, s}, 1);
    }

    embeddings ske_emb;
    Tensor spe, tpe;
    dst_layer t_tr, s_tr, t_tr1, s_tr1;
};
TORCH_MODULE_IMPL(dste, dste_impl);

/// Linear maps run over all views at once, batch norms over each view by itself.
struct projector_impl : nn::Module {
    projector_impl(std::int64_t in, std::int64_t hidden, std::int64_t out)
        : first(register_module("0", nn::Linear(in, hidden))),
          second(register_module("3", nn::Linear(hidden, hidden))),
          third(register_module("6", nn::Linear(hidden, out))),
          norm1(register_module("1", nn::BatchNorm1d(hidden))),
          norm2(register_module("4", nn::BatchNorm1d(hidden))) {}

    /// Embeddings of each view, from rows [views * B, in].
    std::vector<Tensor> views(const Tensor& x, std::int64_t count) {
        const Tensor a = at::relu(by_view(norm1, first(x), count));
        const Tensor b = at::relu(by_view(norm2, second(a), count));
        return third(b).chunk(count);
    }

private:
    static Tensor by_view(nn::BatchNorm1d& norm, const Tensor& x, std::int64_t count) {
        std::vector<Tensor> parts = x.chunk(count);
        for (Tensor& part : parts) part = norm(part);
        return at::cat(parts);
    }

    nn::Linear first, second, third;
    nn::BatchNorm1d norm1, norm2;
};
TORCH_MODULE_IMPL(projector, projector_impl);

inline Tensor off_diagonal(const Tensor& square) {
    return square.pow(2).sum() - square.diagonal().pow(2).sum();
}

/// 5 similarity + variance and covariance + .001 cross-correlation of four views of one domain.
inline Tensor decorrelation(const std::vector<Tensor>& z, double guard) {
    const Tensor centre = (z[0] + z[1] + z[2]) / 3;
    Tensor alike, spread, cross;
    const auto gather = [](Tensor& sum, const Tensor& term) {
        sum = sum.defined() ? sum + term : term;
    };
    std::vector<Tensor> unit;
    const double rows = static_cast<double>(z[0].size(0));
    for (std::size_t k = 0; k < 4; ++k) {
        if (k < 3) gather(alike, at::mse_loss(z[k], z[3]) + at::mse_loss(z[k], centre));
        const Tensor values = z[k] - z[k].mean(0), variance = values.pow(2).sum(0) / (rows - 1);
        const Tensor hinge = at::relu(1 - at::sqrt(variance + 1e-4)).mean();
        const Tensor covariance = at::matmul(values.t(), values) / (rows - 1);
        gather(spread, 5 * hinge + off_diagonal(covariance) / static_cast<double>(z[k].size(1)));
        unit.push_back(values / at::sqrt(variance + guard));
    }
    for (std::size_t a = 0; a < 4; ++a)
        for (std::size_t b = a + 1; b < 4; ++b) {
            const Tensor c = at::matmul(unit[a].t(), unit[b]) / rows;
            gather(cross, (c.diagonal() - 1).pow(2).sum() + .005 * off_diagonal(c));
        }
    return 5 * alike + spread + .001 * cross;
}

/// Encoder and projectors; the loss of four stacked views.
struct pretraining_impl : nn::Module {
    explicit pretraining_impl(const mgkit::encode::dste_settings& s)
        : backbone(register_module("backbone", dste(s))),
          t_proj(register_module("t_proj", projector(s.width, 2 * s.width, 2 * s.width))),
          s_proj(register_module("s_proj", projector(s.width, 2 * s.width, 2 * s.width))),
          i_proj(register_module("i_proj", projector(2 * s.width, 2 * s.width, 4 * s.width))) {}

    /// `guard` is added to variances before dividing by their roots, as ours does.
    Tensor forward(const Tensor& clips, double guard = 1e-8) {
        const auto [t, s] = backbone->pooled(clips);
        const Tensor both = at::cat({t, s}, 1);
        return decorrelation(i_proj->views(both, 4), guard) +
               .5 * (decorrelation(t_proj->views(t, 4), guard) +
                     decorrelation(s_proj->views(s, 4), guard));
    }

    dste backbone;
    projector t_proj, s_proj, i_proj;
};
TORCH_MODULE_IMPL(pretraining, pretraining_impl);

}  // namespace peer
