// SPDX-License-Identifier: MIT
// CTR-GCN in pyskl's form, written with torch::nn; in the peer's favour, two maps run on the mean over
// frames instead of before it: a twelfth fewer multiply-adds, and the same values.
#pragma once

#include "peers/encoder_torch.hpp"

namespace peer {

/// One subset: a matrix [V, V] for every channel, of what joints differ in.
struct refined_gcn_impl : nn::Module {
    refined_gcn_impl(std::int64_t in, std::int64_t out)
        : relation(in <= 16 ? 8 : in / 8),
          conv1(register_module("conv1", pointwise(in, relation))),
          conv2(register_module("conv2", pointwise(in, relation))),
          conv3(register_module("conv3", pointwise(in, out))),
          conv4(register_module("conv4", pointwise(relation, out))) {}
    Tensor forward(const Tensor& x, const Tensor& a, const Tensor& alpha) {
        const Tensor mean = x.mean(2, true);
        const Tensor from = conv1(mean).squeeze(2), to = conv2(mean).squeeze(2);
        const Tensor apart = at::tanh(from.unsqueeze(-1) - to.unsqueeze(-2));
        return at::einsum("ncuv,nctu->nctv", {conv4(apart) * alpha + a, conv3(x)});
    }

    std::int64_t relation;
    nn::Conv2d conv1, conv2, conv3, conv4;
};
TORCH_MODULE_IMPL(refined_gcn, refined_gcn_impl);

struct unit_ctr_gcn_impl : nn::Module {
    unit_ctr_gcn_impl(std::int64_t in, std::int64_t out, const Tensor& adjacency)
        : a(register_parameter("A", adjacency.clone())),
          alpha(register_parameter("alpha", at::zeros({1}))),
          convs(register_module("convs", nn::ModuleList())),
          bn(register_module("bn", nn::BatchNorm2d(out))) {
        for (std::int64_t k = 0; k < adjacency.size(0); ++k) convs->push_back(refined_gcn(in, out));
        if (in != out) down = register_module("down", widening(in, out));
    }
    Tensor forward(const Tensor& x) {
        Tensor y;
        for (std::size_t k = 0; k < convs->size(); ++k) {
            const Tensor z =
                convs->ptr<refined_gcn_impl>(k)->forward(x, a[static_cast<std::int64_t>(k)], alpha);
            y = y.defined() ? z + y : z;
        }
        return at::relu(bn(y) + (down ? down->forward(x) : x));
    }

    Tensor a, alpha;
    nn::ModuleList convs;
    nn::BatchNorm2d bn;
    nn::Sequential down{nullptr};
};
TORCH_MODULE_IMPL(unit_ctr_gcn, unit_ctr_gcn_impl);

/// Two dilations of five frames, a maximum of three and a plain map, a quarter of the width each.
struct ms_tcn_four_impl : nn::Module {
    ms_tcn_four_impl(std::int64_t width, std::int64_t stride)
        : branches(register_module("branches", nn::ModuleList())) {
        const std::int64_t part = width / 4;
        for (const std::int64_t dilation : {1, 2})
            branches->push_back(nn::Sequential(pointwise(width, part), nn::BatchNorm2d(part),
                                               nn::ReLU(),
                                               unit_tcn(part, part, 5, stride, dilation)));
        branches->push_back(nn::Sequential(
            pointwise(width, part), nn::BatchNorm2d(part), nn::ReLU(),
            nn::MaxPool2d(nn::MaxPool2dOptions({3, 1}).stride({stride, 1}).padding({1, 0})),
            nn::BatchNorm2d(part)));
        branches->push_back(widening(width, part, stride));
    }
    Tensor forward(const Tensor& x) {
        std::vector<Tensor> parts;
        for (std::size_t i = 0; i < branches->size(); ++i)
            parts.push_back(branches->ptr<nn::SequentialImpl>(i)->forward(x));
        return at::relu(at::cat(parts, 1));
    }

    nn::ModuleList branches;
};
TORCH_MODULE_IMPL(ms_tcn_four, ms_tcn_four_impl);

struct ctr_gcn_block_impl : nn::Module {
    ctr_gcn_block_impl(const block_plan& p, const Tensor& adjacency)
        : gcn1(register_module("gcn1", unit_ctr_gcn(p.in, p.out, adjacency))),
          tcn1(register_module("tcn1", ms_tcn_four(p.out, p.stride))),
          way(p) {
        if (needs_unit(p))
            residual = register_module("residual", unit_tcn(p.in, p.out, 1, p.stride));
    }
    Tensor forward(const Tensor& x) {
        return at::relu(add_residual(tcn1(gcn1(x)), x, way, residual));
    }

    unit_ctr_gcn gcn1;
    ms_tcn_four tcn1;
    unit_tcn residual{nullptr};
    block_plan way;
};
TORCH_MODULE_IMPL(ctr_gcn_block, ctr_gcn_block_impl);

struct ctr_gcn : graph_encoder {
    explicit ctr_gcn(const graph_settings& s) : graph_encoder(s, true) {
        auto blocks = register_module("net", nn::ModuleList());
        for (const block_plan& p : plan) {
            networks.emplace_back(p, s.adjacency);
            blocks->push_back(networks.back());
        }
    }
    Tensor forward(const Tensor& clips) override {
        Tensor x = joints_of(clips);
        for (auto& block : networks) x = block(x);
        return pooled(x, clips.size(0));
    }

    std::vector<ctr_gcn_block> networks;
};

}  // namespace peer
