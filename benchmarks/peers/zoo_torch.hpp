// SPDX-License-Identifier: MIT
// Peers of the encoders by their names, and values that go to and fro by the names of parameters.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "peers/agcn_torch.hpp"
#include "peers/ctr_gcn_torch.hpp"
#include "peers/graph_torch.hpp"
#include "peers/recurrent_torch.hpp"
#include "peers/st_gcn_torch.hpp"

namespace peer {

/// What a peer is made from: an encoder's name, sizes of a clip, and sizes of the network.
struct zoo_settings {
    std::string encoder;
    std::int64_t channels = 3, frames = 64, persons = 1;
    skeleton_graph graph;
    std::int64_t width = 64;  ///< of a graph network's first block
    std::int64_t blocks = 10;
    std::vector<std::int64_t> wider{5, 8}, slower{5, 8};
    std::int64_t features = 0;
    std::int64_t hidden = 1024, layers = 3;  ///< of a recurrent network
    bool channels_last = false;
};

inline bool recurrent_name(const std::string& name) {
    return name == "gru" || name == "bigru" || name == "lstm" || name == "blstm";
}

inline bool has_peer(const std::string& name) {
    for (const char* graph : {"st_gcn", "st_gcn_pp", "agcn", "aagcn", "ctr_gcn"})
        if (name == graph) return true;
    return recurrent_name(name);
}

/// Fixed adjacency is in double, whatever the default: `to` a type follows. Errors: a name without
/// a peer.
inline std::shared_ptr<encoder> make_encoder(const zoo_settings& s) {
    if (recurrent_name(s.encoder)) {
        const recurrent_settings r{s.persons * s.graph.joints * s.channels, s.hidden, s.layers,
                                   s.encoder.starts_with("b")};
        if (s.encoder.ends_with("lstm")) return std::make_shared<lstm_encoder>(r);
        return std::make_shared<gru_encoder>(r);
    }
    graph_settings g{s.channels, s.frames, s.persons,  s.width, s.blocks,
                     s.wider,    s.slower, s.features, {},      s.channels_last};
    g.adjacency = s.encoder == "st_gcn" ? one_hop_partitions(s.graph) : inward_outward(s.graph);
    if (s.encoder == "st_gcn") return std::make_shared<st_gcn>(g);
    if (s.encoder == "st_gcn_pp") return std::make_shared<st_gcn_pp>(g);
    if (s.encoder == "agcn" || s.encoder == "aagcn")
        return std::make_shared<agcn>(g, s.encoder == "aagcn");
    if (s.encoder == "ctr_gcn") return std::make_shared<ctr_gcn>(g);
    throw std::runtime_error("peer: no peer of this name: " + s.encoder);
}

/// Puts filters into the order of channels-last tensors where the settings say so.
inline void order_filters(nn::Module& model, const zoo_settings& s) {
    if (!s.channels_last) return;
    const at::NoGradGuard not_recorded;
    for (Tensor& p : model.parameters())
        if (p.dim() == 4) p.set_data(p.contiguous(at::MemoryFormat::ChannelsLast));
}

/// Encoder and classifier of one scalar type.
inline classifier make_classifier(const zoo_settings& s, std::int64_t classes,
                                  at::ScalarType type) {
    classifier out(make_encoder(s), classes);
    out->to(type);
    order_filters(*out, s);
    return out;
}

/// Copies values into parameters and buffers of the same names, of any order; extents may differ by
/// axes of one. Errors: a name or a size that is on one side only; buffers of the peer that
/// `values` lack are left alone.
inline void set_values(nn::Module& to, const std::map<std::string, std::vector<double>>& values) {
    const at::NoGradGuard not_recorded;
    auto parameters = to.named_parameters(), buffers = to.named_buffers();
    for (const auto& p : parameters)
        if (!values.contains(p.key()))
            throw std::runtime_error("peer: no value for parameter " + p.key());
    for (const auto& [name, from] : values) {
        Tensor* at = parameters.find(name);
        if (at == nullptr) at = buffers.find(name);
        if (at == nullptr || at->numel() != static_cast<std::int64_t>(from.size()))
            throw std::runtime_error("peer: nothing of this size is named " + name);
        at->copy_(at::tensor(from, at::kDouble).view(at->sizes()));
    }
}

inline std::int64_t parameter_count(const nn::Module& model) {
    std::int64_t count = 0;
    for (const Tensor& p : model.parameters()) count += p.numel();
    return count;
}

}  // namespace peer
