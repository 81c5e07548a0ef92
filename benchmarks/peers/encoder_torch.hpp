// SPDX-License-Identifier: MIT
// What the encoders that are written with torch::nn share: the base class, the classifier on top,
// the plan of a graph network's blocks.
//
// All are eager modules on NCHW tensors [N*M, C, T, V], under the parameter names of the published
// code, so that weights go across by name.
#pragma once

#include <torch/nn.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace peer {

namespace nn = ::torch::nn;
using at::Tensor;

/// Clips [N, C, T, V, M] to features [N, width()].
struct encoder : nn::Module {
    virtual Tensor forward(const Tensor& clips) = 0;
    virtual std::int64_t width() const = 0;
};

/// An encoder and a linear classifier: class scores [N, classes].
struct classifier_impl : nn::Module {
    classifier_impl(const std::shared_ptr<encoder>& below, std::int64_t classes)
        : backbone(register_module("backbone", below)),
          fc(register_module("fc", nn::Linear(below->width(), classes))) {}
    Tensor forward(const Tensor& clips) { return fc(backbone->forward(clips)); }

    std::shared_ptr<encoder> backbone;
    nn::Linear fc;
};
TORCH_MODULE_IMPL(classifier, classifier_impl);

/// Sizes of a graph network.
struct graph_settings {
    std::int64_t channels = 3, frames = 64, persons = 1;
    std::int64_t width = 64, blocks = 10;
    std::vector<std::int64_t> wider{5, 8};   ///< blocks, from 1, that double the width
    std::vector<std::int64_t> slower{5, 8};  ///< blocks, from 1, of stride 2
    std::int64_t features = 0;               ///< width of the last block; 0: as the plan gives
    Tensor adjacency;                        ///< [K, V, V], from row to column
    bool channels_last = false;              ///< strides of what convolutions see

    std::int64_t joints() const { return adjacency.size(1); }
};

struct block_plan {
    std::int64_t in, out, stride;
    bool first;
};

inline std::vector<block_plan> plan_of(const graph_settings& s) {
    const auto holds = [](const std::vector<std::int64_t>& list, std::int64_t value) {
        return std::find(list.begin(), list.end(), value) != list.end();
    };
    std::vector<block_plan> out;
    std::int64_t width = s.width, before = s.channels;
    for (std::int64_t i = 1; i <= s.blocks; ++i) {
        if (holds(s.wider, i)) width *= 2;
        const std::int64_t now = i == s.blocks && s.features > 0 ? s.features : width;
        out.push_back({before, now, holds(s.slower, i) ? 2 : 1, i == 1});
        before = now;
    }
    return out;
}

/// A convolution over (T, V) of `kernel` frames and one joint, padded to keep its length.
inline nn::Conv2d over_time(std::int64_t in, std::int64_t out, std::int64_t kernel,
                            std::int64_t stride = 1, std::int64_t dilation = 1) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, {kernel, 1})
                          .stride({stride, 1})
                          .padding({(kernel + (kernel - 1) * (dilation - 1) - 1) / 2, 0})
                          .dilation({dilation, 1}));
}
inline nn::Conv2d pointwise(std::int64_t in, std::int64_t out) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, 1));
}
/// A pointwise map to another width with its norm.
inline nn::Sequential widening(std::int64_t in, std::int64_t out, std::int64_t stride = 1) {
    return nn::Sequential(over_time(in, out, 1, stride), nn::BatchNorm2d(out));
}

/// Convolution over time and its norm, members conv and bn; without a norm only the first.
struct unit_tcn_impl : nn::Module {
    unit_tcn_impl(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                  std::int64_t dilation = 1, bool norm = true)
        : conv(register_module("conv", over_time(in, out, kernel, stride, dilation))) {
        if (norm) bn = register_module("bn", nn::BatchNorm2d(out));
    }
    Tensor forward(const Tensor& x) { return bn ? bn(conv(x)) : conv(x); }

    nn::Conv2d conv;
    nn::BatchNorm2d bn{nullptr};
};
TORCH_MODULE_IMPL(unit_tcn, unit_tcn_impl);

/// What the graph networks do before and after their blocks.
struct graph_encoder : encoder {
    /// `whole` normalises M V C channels of a clip, else V C of each person.
    graph_encoder(const graph_settings& s, bool whole)
        : data_bn(register_module(
              "data_bn", nn::BatchNorm1d((whole ? s.persons : 1) * s.joints() * s.channels))),
          adjacency(register_buffer("A", s.adjacency.clone())),
          plan(plan_of(s)),
          persons_in_channels(whole),
          channels_last(s.channels_last) {}
    std::int64_t width() const override { return plan.back().out; }

    /// Normalised clips [N M, C, T, V].
    Tensor joints_of(const Tensor& clips) {
        const auto n = clips.size(0), c = clips.size(1), t = clips.size(2), v = clips.size(3),
                   m = clips.size(4);
        Tensor x = clips.permute({0, 4, 3, 1, 2}).contiguous();
        x = data_bn(persons_in_channels ? x.view({n, m * v * c, t}) : x.view({n * m, v * c, t}));
        x = x.view({n * m, v, c, t}).permute({0, 2, 3, 1});
        return x.contiguous(channels_last ? at::MemoryFormat::ChannelsLast
                                          : at::MemoryFormat::Contiguous);
    }
    /// The mean of [N M, C, T, V] over frames, joints and persons.
    static Tensor pooled(const Tensor& x, std::int64_t clips) {
        return x.mean({2, 3}).view({clips, -1, x.size(1)}).mean(1);
    }

    nn::BatchNorm1d data_bn;
    Tensor adjacency;
    std::vector<block_plan> plan;
    bool persons_in_channels, channels_last;
};

/// The way around a block: nothing, the input, or `unit` of it.
inline Tensor add_residual(const Tensor& y, const Tensor& x, const block_plan& p, unit_tcn& unit) {
    if (p.first) return y;
    return y + (unit ? unit(x) : x);
}
inline bool needs_unit(const block_plan& p) {
    return !p.first && (p.in != p.out || p.stride != 1);
}

}  // namespace peer
