// SPDX-License-Identifier: MIT
// A model of mgkit inside a program of LibTorch's.
#pragma once

#include "mgkit/backend/torch.hpp"
// After the backend: LibTorch's headers come in its order.
#include <torch/nn/module.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/nn/leaves.hpp"

namespace MGKIT_NAMESPACE::torch {

/// An encoder (or any callable module) of mgkit as a `::torch::nn::Module`.
///
///     auto encoder = std::make_shared<mgkit::torch::module<mg::encode::dste<T>>>(ctx, dste);
///     auto features = encoder->forward(clips);             // part of the caller's graph
///     ::torch::optim::Adam optimiser(encoder->parameters());
///
/// Parameters and buffers are shared, not copied, and registered under mgkit's names
/// ("t_tr.CA.mlp.fc1.weight"), so that optimisers, `to`, `save` and `named_parameters` of LibTorch
/// find them; what an optimiser writes is what the model uses. `train()` and `eval()` switch
/// stochastic depth, whose rows count up from call to call.
/// Counters are not registered. Randomness: the seed of the context.
template <class M>
class module : public ::torch::nn::Module {
public:
    module(context ctx, M inner) :ctx_(std::move(ctx)), inner_(std::move(inner)) {
        for (auto& l : nn::leaves(inner_)) {
            if (l.alias || l.value == nullptr) continue;
            if (l.weights != nullptr)
                own(l.name, *l.value, l.weights->trainable);
            else
                own(l.name, *l.value);
        }
    }

    /// The model's call operator on a tensor of its scalar type; recorded by LibTorch.
    at::Tensor forward(const at::Tensor& clips) {
        using T = typename M::tensor_type;
        const context_guard guard(ctx_);
        ctx_.training = is_training();
        ctx_.rows.resize(static_cast<std::size_t>(clips.size(0)));
        for (auto& row : ctx_.rows) row = {next_row_++, 0};
        return inner_(ctx_, T(clips)).value();
    }

    M& inner() { return inner_; }

private:
    template <class S>
    void own(const std::string& name, tensor<S>& parameter, bool trainable) {
        auto& [owner, leaf] = owner_of(name);
        parameter = owner->register_parameter(leaf, parameter.value().detach(), trainable);
    }
    template <class S>
    void own(const std::string& name, tensor<S>& buffer) {
        auto& [owner, leaf] = owner_of(name);
        buffer = owner->register_buffer(leaf, buffer.value());
    }

    /// The (nested) LibTorch module of a dotted name, made where it is missing, and the last part.
    std::pair<::torch::nn::Module*, std::string>& owner_of(const std::string& name) {
        found_ = {this, name};
        std::string path;
        for (auto dot = found_.second.find('.'); dot != std::string::npos;
             dot = found_.second.find('.')) {
            const std::string part = found_.second.substr(0, dot);
            path += "." + part;
            auto& child = children_[path];
            if (!child)
                child = found_.first->register_module(part,
                                                      std::make_shared<::torch::nn::Module>(part));
            found_ = {child.get(), found_.second.substr(dot + 1)};
        }
        return found_;
    }

    context ctx_;
    M inner_;
    std::uint32_t next_row_ = 0;
    std::map<std::string, std::shared_ptr<::torch::nn::Module>> children_;
    std::pair<::torch::nn::Module*, std::string> found_{};
};

}  // namespace MGKIT_NAMESPACE::torch
