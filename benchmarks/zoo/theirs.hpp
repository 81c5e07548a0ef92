// SPDX-License-Identifier: MIT
// The peer of an encoder, trained as ours is.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mgkit/skeleton/graph.hpp"
#include "zoo/ours.hpp"
// LibTorch's own headers follow ours.
#include <ATen/Parallel.h>
#include <torch/optim/sgd.h>

#include "peers/operators_torch.hpp"
#include "peers/zoo_torch.hpp"

namespace bench {

/// The encoders of the library that have a peer.
inline std::vector<std::string> with_peers() {
    std::vector<std::string> out;
    mgkit::encode::all<mgkit::eigen::tensor<float>>::for_each([&out](auto tag) {
        const std::string name = decltype(tag)::type::name;
        if (peer::has_peer(name)) out.push_back(name);
    });
    return out;
}

/// What the peer of an encoder of these complete settings is made from.
inline peer::zoo_settings peer_settings(const mgkit::nn::fact_map& s) {
    const auto number = [&s](const char* name, std::int64_t otherwise) {
        const auto found = s.find(name);
        return found == s.end() ? otherwise : std::stoll(found->second);
    };
    const auto list = [&s](const char* name) {
        std::vector<std::int64_t> out;
        const auto found = s.find(name);
        if (found == s.end()) return out;
        for (std::size_t at = 0; at < found->second.size();) {
            const std::size_t end = std::min(found->second.find(',', at), found->second.size());
            out.push_back(std::stoll(found->second.substr(at, end - at)));
            at = end + 1;
        }
        return out;
    };
    peer::zoo_settings out;
    out.encoder = s.at("encoder");
    out.channels = number("channels", 3);
    out.frames = number("frames", 64);
    out.persons = number("persons", 1);
    out.graph.joints = number("joints", 25);
    out.width = number("width", 64);
    out.blocks = number("blocks", 10);
    out.wider = list("wider");
    out.slower = list("slower");
    out.features = number("last", 0);
    out.hidden = number("hidden", number("width", 1024));
    out.layers = number("layers", 3);
    if (const auto graph = s.find("graph"); graph != s.end()) {
        const auto from = mgkit::skeleton::parse_graph(graph->second, out.encoder);
        out.graph.centre = from.centre;
        for (const auto& edge : from.edges) out.graph.edges.emplace_back(edge.first, edge.second);
    }
    return out;
}

/// Encoder, linear classifier and SGD with Nesterov momentum, of one scalar type.
template <class S>
struct peer_classifier {
    static constexpr at::ScalarType type = std::is_same_v<S, double> ? at::kDouble : at::kFloat;

    peer::zoo_settings settings;
    peer::classifier model;
    ::torch::optim::SGD update;

    peer_classifier(const peer::zoo_settings& s, int classes, double weight_decay = 0)
        : settings(s),
          model(peer::make_classifier(s, classes, type)),
          update(model->parameters(), ::torch::optim::SGDOptions(.1)
                                          .momentum(nesterov_momentum)
                                          .nesterov(true)
                                          .weight_decay(weight_decay)) {}

    at::Tensor on_device(std::span<const S> clips, std::size_t rows) const {
        const auto n = static_cast<std::int64_t>(rows);
        return at::from_blob(
            const_cast<S*>(clips.data()),
            {n, settings.channels, settings.frames, settings.graph.joints, settings.persons},
            at::TensorOptions(type));
    }

    double step(std::span<const S> clips, std::span<const int> labels, double rate) {
        const at::Tensor truth =
            at::from_blob(const_cast<int*>(labels.data()),
                          {static_cast<std::int64_t>(labels.size())}, at::TensorOptions(at::kInt))
                .to(at::kLong);
        for (auto& group : update.param_groups())
            static_cast<::torch::optim::SGDOptions&>(group.options()).lr(rate);
        model->train();
        update.zero_grad();
        const at::Tensor loss =
            at::cross_entropy_loss(model(on_device(clips, labels.size())), truth);
        loss.backward();
        update.step();
        return loss.template item<S>();
    }

    std::vector<S> scores(std::span<const S> clips, std::size_t rows) {
        const at::NoGradGuard not_recorded;
        model->eval();
        const at::Tensor out = model(on_device(clips, rows)).contiguous();
        return {out.template data_ptr<S>(), out.template data_ptr<S>() + out.numel()};
    }

    /// Multiply-adds of the encoder on one clip, by the operators that it calls.
    std::int64_t multiply_adds() {
        const at::NoGradGuard not_recorded;
        model->eval();
        const at::Tensor clip = at::zeros(
            {1, settings.channels, settings.frames, settings.graph.joints, settings.persons},
            at::TensorOptions(type));
        const operator_watch watch;
        model->backbone->forward(clip);
        return watch.multiply_adds();
    }
};

}  // namespace bench
