// SPDX-License-Identifier: MIT
// 2s-AGCN and AAGCN in the form of the 2s-AGCN code, written with torch::nn.
#pragma once

#include <array>
#include <string>

#include "peers/encoder_torch.hpp"

namespace peer {

/// Spatial, temporal and channel gates behind a graph convolution, each y + y sigmoid(gate).
struct attention_gates {
    nn::Conv1d conv_ta{nullptr}, conv_sa{nullptr};
    nn::Linear fc1c{nullptr}, fc2c{nullptr};

    Tensor operator()(const Tensor& x) {
        Tensor y = x;
        y = y * at::sigmoid(conv_sa(y.mean(2))).unsqueeze(2) + y;
        y = y * at::sigmoid(conv_ta(y.mean(3))).unsqueeze(3) + y;
        const Tensor gate = at::sigmoid(fc2c(at::relu(fc1c(y.mean({2, 3})))));
        return y * gate.unsqueeze(2).unsqueeze(3) + y;
    }
};

/// Three subsets, each contracted with what its clip's joints have in common and a learned matrix.
/// With `attention` as in AAGCN: tanh and a factor, PA in the place of A, and the gates.
struct adaptive_gcn_impl : nn::Module {
    adaptive_gcn_impl(std::int64_t in, std::int64_t out, const Tensor& adjacency, bool attention)
        : pa(register_parameter("PA",
                                attention ? adjacency.clone() : at::full_like(adjacency, 1e-6))),
          conv_a(register_module("conv_a", nn::ModuleList())),
          conv_b(register_module("conv_b", nn::ModuleList())),
          conv_d(register_module("conv_d", nn::ModuleList())),
          bn(register_module("bn", nn::BatchNorm2d(out))),
          embedding(out / 4) {
        for (std::int64_t k = 0; k < adjacency.size(0); ++k) {
            conv_a->push_back(pointwise(in, embedding));
            conv_b->push_back(pointwise(in, embedding));
            conv_d->push_back(pointwise(in, out));
        }
        if (in != out) down = register_module("down", widening(in, out));
        if (!attention) {
            a = register_buffer("A", adjacency.clone());
            return;
        }
        alpha = register_parameter("alpha", at::zeros({1}));
        const std::int64_t v = adjacency.size(1), kernel = v % 2 == 1 ? v : v - 1;
        const auto gate = [&](const char* name, std::int64_t k) {
            return register_module(name,
                                   nn::Conv1d(nn::Conv1dOptions(out, 1, k).padding((k - 1) / 2)));
        };
        gates.conv_ta = gate("conv_ta", 9);
        gates.conv_sa = gate("conv_sa", kernel);
        gates.fc1c = register_module("fc1c", nn::Linear(out, out / 2));
        gates.fc2c = register_module("fc2c", nn::Linear(out / 2, out));
    }

    Tensor forward(const Tensor& x) {
        const auto n = x.size(0), c = x.size(1), t = x.size(2), v = x.size(3);
        const Tensor fixed = a.defined() ? a + pa : pa;
        const Tensor flat = x.reshape({n, c * t, v});
        Tensor y;
        for (std::size_t k = 0; k < conv_d->size(); ++k) {
            const Tensor left =
                part(conv_a, k, x).permute({0, 3, 1, 2}).contiguous().view({n, v, embedding * t});
            const Tensor right = part(conv_b, k, x).reshape({n, embedding * t, v});
            const Tensor like = at::matmul(left, right) / static_cast<double>(embedding * t);
            const Tensor joined = alpha.defined()
                                      ? at::tanh(like) * alpha + fixed[static_cast<std::int64_t>(k)]
                                      : at::softmax(like, -2) + fixed[static_cast<std::int64_t>(k)];
            const Tensor z = part(conv_d, k, at::matmul(flat, joined).view({n, c, t, v}));
            y = y.defined() ? z + y : z;
        }
        y = at::relu(bn(y) + (down ? down->forward(x) : x));
        return alpha.defined() ? gates(y) : y;
    }

    Tensor pa, a, alpha;
    nn::ModuleList conv_a, conv_b, conv_d;
    nn::BatchNorm2d bn;
    nn::Sequential down{nullptr};
    attention_gates gates;
    std::int64_t embedding;

private:
    static Tensor part(const nn::ModuleList& list, std::size_t k, const Tensor& x) {
        return list->ptr<nn::Conv2dImpl>(k)->forward(x);
    }
};
TORCH_MODULE_IMPL(adaptive_gcn, adaptive_gcn_impl);

struct agcn_block_impl : nn::Module {
    agcn_block_impl(const block_plan& p, const Tensor& adjacency, bool attention)
        : gcn1(register_module("gcn1", adaptive_gcn(p.in, p.out, adjacency, attention))),
          tcn1(register_module("tcn1", unit_tcn(p.out, p.out, 9, p.stride))),
          way(p) {
        if (needs_unit(p))
            residual = register_module("residual", unit_tcn(p.in, p.out, 1, p.stride));
    }
    Tensor forward(const Tensor& x) {
        return at::relu(add_residual(tcn1(gcn1(x)), x, way, residual));
    }

    adaptive_gcn gcn1;
    unit_tcn tcn1, residual{nullptr};
    block_plan way;
};
TORCH_MODULE_IMPL(agcn_block, agcn_block_impl);

/// AAGCN with `attention`, else 2s-AGCN.
struct agcn : graph_encoder {
    agcn(const graph_settings& s, bool attention) : graph_encoder(s, true) {
        for (const block_plan& p : plan)
            networks.push_back(register_module("l" + std::to_string(networks.size() + 1),
                                               agcn_block(p, s.adjacency, attention)));
    }
    Tensor forward(const Tensor& clips) override {
        Tensor x = joints_of(clips);
        for (auto& block : networks) x = block(x);
        return pooled(x, clips.size(0));
    }

    std::vector<agcn_block> networks;
};

}  // namespace peer
