// SPDX-License-Identifier: MIT
// ST-GCN in AimCLR's form and ST-GCN++ in pyskl's, written with torch::nn.
#pragma once

#include <string>

#include "peers/encoder_torch.hpp"

namespace peer {

/// [N, K C, T, V] contracted with A [K, V, V]: out[w] = sum_k sum_v x_k[v] A_k[v, w].
inline Tensor contract(const Tensor& x, const Tensor& a) {
    const auto k = a.size(0);
    return at::einsum("nkctv,kvw->nctw", {x.unflatten(1, {k, x.size(1) / k}), a});
}

/// A map to K widths and the contraction; member conv.
struct graph_conv_impl : nn::Module {
    graph_conv_impl(std::int64_t in, std::int64_t out, std::int64_t subsets)
        : conv(register_module("conv", pointwise(in, out * subsets))) {}
    Tensor forward(const Tensor& x, const Tensor& a) { return contract(conv(x), a); }

    nn::Conv2d conv;
};
TORCH_MODULE_IMPL(graph_conv, graph_conv_impl);

struct st_gcn_block_impl : nn::Module {
    st_gcn_block_impl(const block_plan& p, std::int64_t subsets)
        : gcn(register_module("gcn", graph_conv(p.in, p.out, subsets))),
          tcn(register_module(
              "tcn", nn::Sequential(nn::BatchNorm2d(p.out), nn::ReLU(),
                                    over_time(p.out, p.out, 9, p.stride), nn::BatchNorm2d(p.out)))),
          way(p) {
        if (needs_unit(p)) residual = register_module("residual", widening(p.in, p.out, p.stride));
    }
    Tensor forward(const Tensor& x, const Tensor& a) {
        Tensor y = tcn->forward(gcn(x, a));
        if (!way.first) y = y + (residual ? residual->forward(x) : x);
        return at::relu(y);
    }

    graph_conv gcn;
    nn::Sequential tcn, residual{nullptr};
    block_plan way;
};
TORCH_MODULE_IMPL(st_gcn_block, st_gcn_block_impl);

struct st_gcn : graph_encoder {
    explicit st_gcn(const graph_settings& s) : graph_encoder(s, false) {
        auto blocks = register_module("st_gcn_networks", nn::ModuleList());
        auto weights = register_module("edge_importance", nn::ParameterList());
        for (const block_plan& p : plan) {
            networks.emplace_back(p, s.adjacency.size(0));
            blocks->push_back(networks.back());
            weights->append(at::ones_like(s.adjacency).set_requires_grad(true));
        }
        importance = weights;
    }
    Tensor forward(const Tensor& clips) override {
        Tensor x = joints_of(clips);
        for (std::size_t i = 0; i < networks.size(); ++i)
            x = networks[i](x, adjacency * importance[i]);
        return pooled(x, clips.size(0));
    }

    std::vector<st_gcn_block> networks;
    nn::ParameterList importance{nullptr};
};

/// Branches of dilated convolutions, a maximum and a plain map, then a map of all together.
struct ms_tcn_six_impl : nn::Module {
    ms_tcn_six_impl(std::int64_t width, std::int64_t stride)
        : branches(register_module("branches", nn::ModuleList())),
          transform(register_module("transform", nn::Sequential(nn::BatchNorm2d(width), nn::ReLU(),
                                                                pointwise(width, width)))),
          bn(register_module("bn", nn::BatchNorm2d(width))) {
        const std::int64_t part = width / 6, rest = width - 5 * part;
        for (std::int64_t dilation = 1; dilation <= 4; ++dilation) {
            const std::int64_t out = dilation == 1 ? rest : part;
            branches->push_back(nn::Sequential(pointwise(width, out), nn::BatchNorm2d(out),
                                               nn::ReLU(),
                                               unit_tcn(out, out, 3, stride, dilation, false)));
        }
        branches->push_back(nn::Sequential(
            pointwise(width, part), nn::BatchNorm2d(part), nn::ReLU(),
            nn::MaxPool2d(nn::MaxPool2dOptions({3, 1}).stride({stride, 1}).padding({1, 0}))));
        branches->push_back(over_time(width, part, 1, stride));
    }
    Tensor forward(const Tensor& x) {
        std::vector<Tensor> parts;
        for (std::size_t i = 0; i < 5; ++i)
            parts.push_back(branches->ptr<nn::SequentialImpl>(i)->forward(x));
        parts.push_back(branches->ptr<nn::Conv2dImpl>(5)->forward(x));
        return bn(transform->forward(at::cat(parts, 1)));
    }

    nn::ModuleList branches;
    nn::Sequential transform;
    nn::BatchNorm2d bn;
};
TORCH_MODULE_IMPL(ms_tcn_six, ms_tcn_six_impl);

/// Learned adjacency, a way around of its own; members A, bn, conv, down.
struct unit_gcn_impl : nn::Module {
    unit_gcn_impl(std::int64_t in, std::int64_t out, const Tensor& adjacency)
        : a(register_parameter("A", adjacency.clone())),
          bn(register_module("bn", nn::BatchNorm2d(out))),
          conv(register_module("conv", pointwise(in, out * adjacency.size(0)))) {
        if (in != out) down = register_module("down", widening(in, out));
    }
    Tensor forward(const Tensor& x) {
        return at::relu(bn(contract(conv(x), a)) + (down ? down->forward(x) : x));
    }

    Tensor a;
    nn::BatchNorm2d bn;
    nn::Conv2d conv;
    nn::Sequential down{nullptr};
};
TORCH_MODULE_IMPL(unit_gcn, unit_gcn_impl);

struct st_gcn_pp_block_impl : nn::Module {
    st_gcn_pp_block_impl(const block_plan& p, const Tensor& adjacency)
        : gcn(register_module("gcn", unit_gcn(p.in, p.out, adjacency))),
          tcn(register_module("tcn", ms_tcn_six(p.out, p.stride))),
          way(p) {
        if (needs_unit(p))
            residual = register_module("residual", unit_tcn(p.in, p.out, 1, p.stride));
    }
    Tensor forward(const Tensor& x) {
        return at::relu(add_residual(tcn(gcn(x)), x, way, residual));
    }

    unit_gcn gcn;
    ms_tcn_six tcn;
    unit_tcn residual{nullptr};
    block_plan way;
};
TORCH_MODULE_IMPL(st_gcn_pp_block, st_gcn_pp_block_impl);

struct st_gcn_pp : graph_encoder {
    explicit st_gcn_pp(const graph_settings& s) : graph_encoder(s, false) {
        auto blocks = register_module("gcn", nn::ModuleList());
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

    std::vector<st_gcn_pp_block> networks;
};

}  // namespace peer
