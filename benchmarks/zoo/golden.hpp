// SPDX-License-Identifier: MIT
// Whether a peer is the published code: its outputs, losses and gradients beside recorded ones.
#pragma once

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mgkit/io/safetensors.hpp"
// LibTorch's own headers follow ours.
#include "peers/zoo_torch.hpp"

namespace bench {

/// A recorded pass of a published model (see the notes in the file): name of the file, the peer,
/// whether x is N M T V C and parameters stand below `backbone`.
struct golden_model {
    const char *file, *encoder;
    bool pyskl = false;
};
inline constexpr golden_model golden_models[] = {
    {"stgcn_model", "st_gcn"},         {"agcn_model", "agcn"},
    {"aagcn_model", "aagcn"},          {"pyskl_aagcn_model", "aagcn", true},
    {"ctrgcn_model", "ctr_gcn", true}, {"pyskl_stgcnpp_model", "st_gcn_pp", true},
};

class golden_check {
public:
    golden_check(const std::string& folder, const golden_model& which)
        : file_(folder + "/" + which.file + ".safetensors"),
          which_(which),
          config_(nlohmann::json::parse(file_.metadata().at("config"))) {}

    /// Largest difference as a share of what is compared: of gradients, of the larger of the
    /// parameter's own largest and a thousandth of all parameters' largest.
    double worst() {
        at::Tensor x = array("input/x");
        if (which_.pyskl) x = x.permute({0, 4, 2, 3, 1});
        peer::classifier model = peer::make_classifier(settings(x), classes(), at::kDouble);
        std::map<std::string, std::vector<double>> values;
        for (const auto& entry : file_.entries())
            for (const char* kind : {"param/", "buffer/"})
                if (entry.name.starts_with(kind) && entry.name != "buffer/A")
                    values[name_of(entry.name, kind)] = file_.read<double>(entry.name);
        if (file_.contains("buffer/A"))
            for (const auto& b : model->named_buffers())
                if (b.key().ends_with(".A")) values[b.key()] = file_.read<double>("buffer/A");
        peer::set_values(*model, values);

        model->eval();
        see("output/eval/logits", model(x));
        model->train();
        const at::Tensor logits = model(x);
        see("output/train/logits", logits);
        const at::Tensor loss = at::cross_entropy_loss(logits, array("input/label").to(at::kLong));
        see("output/train/loss", loss);
        loss.backward();
        std::map<std::string, at::Tensor> slopes, buffers;
        for (const auto& p : model->named_parameters()) slopes[p.key()] = p->grad();
        for (const auto& b : model->named_buffers()) buffers[b.key()] = *b;
        double largest = 0;
        for (const auto& [name, slope] : slopes)
            largest = std::max(largest, slope.abs().max().item<double>());
        std::size_t compared = 0;
        for (const auto& entry : file_.entries()) {
            if (entry.name.starts_with("grad/") && !entry.name.starts_with("grad/input/")) {
                ++compared;
                see(entry.name, slopes.at(name_of(entry.name, "grad/")), largest * 1e-3);
            }
            if (entry.name.starts_with("output/train/buffer/"))
                see(entry.name, buffers.at(name_of(entry.name, "output/train/buffer/")));
        }
        if (compared != slopes.size())
            throw std::runtime_error(std::string(which_.file) + ": " + std::to_string(compared) +
                                     " gradients recorded for " + std::to_string(slopes.size()));
        return worst_;
    }
    const std::string& where() const { return where_; }

private:
    at::Tensor array(const std::string& name) const {
        return at::tensor(file_.read<double>(name), at::kDouble).view(file_.shape(name));
    }
    std::int64_t extent(const std::string& name, std::size_t axis) const {
        return file_.shape(name).at(axis);
    }
    std::int64_t classes() const {
        return extent(which_.pyskl ? "param/cls_head.fc_cls.weight" : "param/fc.weight", 0);
    }

    peer::zoo_settings settings(const at::Tensor& x) const {
        peer::zoo_settings s;
        s.encoder = which_.encoder;
        s.channels = x.size(1), s.frames = x.size(2), s.persons = x.size(4);
        s.graph.joints = x.size(3);
        if (which_.pyskl) {
            s.width = config_.at("base_channels");
            s.blocks = config_.at("num_stages");
            s.wider = config_.at("inflate_stages").get<std::vector<std::int64_t>>();
            s.slower = config_.at("down_stages").get<std::vector<std::int64_t>>();
        } else if (config_.contains("hidden_channels")) {
            s.width = config_.at("hidden_channels"), s.features = config_.at("hidden_dim");
        } else {
            s.width = config_.at("channels").at(0);
        }
        return s;
    }

    /// The peer's name of something recorded.
    std::string name_of(const std::string& recorded, const std::string& kind) const {
        std::string name = recorded.substr(kind.size());
        const auto replace = [&name](const std::string& from, const std::string& to) {
            if (const auto at = name.find(from); at != name.npos) name.replace(at, from.size(), to);
        };
        replace("cls_head.fc_cls.", "fc.");
        if (!name.starts_with("fc.") && !which_.pyskl) name = "backbone." + name;
        if (which_.pyskl && which_.encoder == std::string("aagcn") &&
            name.starts_with("backbone.gcn.")) {
            const std::string number = name.substr(13, name.find('.', 13) - 13);
            name = "backbone.l" + std::to_string(std::stoi(number) + 1) +
                   name.substr(13 + number.size());
            replace(".gcn.A", ".gcn.PA");
            replace(".gcn.", ".gcn1.");
            replace(".tcn.", ".tcn1.");
        }
        return name;
    }

    void see(const std::string& name, const at::Tensor& mine, double at_least = 0) {
        const at::Tensor theirs = array(name);
        const double gap =
            (mine.detach().reshape(theirs.sizes()) - theirs).abs().max().item<double>();
        const double share = gap / std::max(theirs.abs().max().item<double>(), at_least);
        if (!(share <= worst_)) worst_ = share, where_ = name;
    }

    mgkit::io::safetensors_file file_;
    golden_model which_;
    nlohmann::json config_;
    double worst_ = 0;
    std::string where_;
};

/// The bidirectional GRU with the head of the recorded contrastive step.
inline double worst_of_recurrent_golden(const std::string& folder) {
    const mgkit::io::safetensors_file file(folder + "/moco_temporal_bigru_full.safetensors");
    const auto array = [&file](const std::string& name) {
        return at::tensor(file.read<double>(name), at::kDouble).view(file.shape(name));
    };
    const at::Tensor x = array("step/0/input/im_q");
    peer::zoo_settings s;
    s.encoder = "bigru";
    s.channels = x.size(2), s.graph.joints = 1;
    s.hidden = file.shape("param/encoder_q.encoder.gru.weight_hh_l0").at(1);
    const auto encoder = peer::make_encoder(s);
    encoder->to(at::kDouble);
    std::map<std::string, std::vector<double>> values;
    const std::string prefix = "param/encoder_q.";
    for (const auto& entry : file.entries())
        if (entry.name.starts_with(prefix + "encoder."))
            values[entry.name.substr(prefix.size())] = file.read<double>(entry.name);
    peer::set_values(*encoder, values);
    const auto layer = [&](const at::Tensor& in, const char* name) {
        return at::linear(in, array(prefix + name + ".weight"), array(prefix + name + ".bias"));
    };
    const at::Tensor clips = x.transpose(1, 2).unsqueeze(-1).unsqueeze(-1);
    const at::Tensor out = layer(at::relu(layer(encoder->forward(clips), "fc.0")), "fc.2");
    const at::Tensor theirs = array("step/0/feature_q");
    return ((out - theirs).abs().max() / theirs.abs().max()).item<double>();
}

/// Our two kinds of adjacency matrices beside recorded ones.
inline double worst_of_adjacency(const std::string& folder) {
    const mgkit::io::safetensors_file file(folder + "/adjacency.safetensors");
    double worst = 0;
    const auto see = [&](const std::string& edges, const std::string& centre,
                         const std::string& matrices, bool hops) {
        const auto shape = file.shape(matrices);
        const auto pairs = file.read<double>(edges);
        peer::skeleton_graph g{shape.at(1), {}, 0};
        for (std::size_t i = 0; i < pairs.size(); i += 2)
            g.edges.emplace_back(static_cast<std::int64_t>(pairs[i]),
                                 static_cast<std::int64_t>(pairs[i + 1]));
        if (!centre.empty()) g.centre = static_cast<std::int64_t>(file.read<double>(centre).at(0));
        const at::Tensor a = hops ? peer::one_hop_partitions(g) : peer::inward_outward(g);
        const at::Tensor b = at::tensor(file.read<double>(matrices), at::kDouble).view(shape);
        worst = std::max(worst, (a - b).abs().max().item<double>());
    };
    for (const std::string layout : {"ntu-rgb+d", "openpose"})
        see("input/aimclr/" + layout + "/edge", "input/aimclr/" + layout + "/center",
            "output/aimclr/" + layout + "/spatial_hop1/A", true);
    for (const std::string layout : {"nturgb+d", "openpose", "coco"})
        see("input/pyskl/" + layout + "/inward", "", "output/pyskl/" + layout + "/spatial_hop1/A",
            false);
    for (const std::string layout : {"ntu", "kinetics"})
        see("input/agcn/" + layout + "/inward", "", "output/agcn/" + layout + "/spatial/A", false);
    return worst;
}

/// Prints how far each peer is from its published code; true where all are within 1e-9.
inline bool peers_are_the_references(const std::string& folder) {
    bool same = true;
    const auto say = [&same](const std::string& what, double worst, const std::string& where) {
        same = same && worst <= 1e-9;
        std::printf("%-22s %.1e %s\n", what.c_str(), worst, where.c_str());
    };
    say("adjacency", worst_of_adjacency(folder), "");
    for (const golden_model& which : golden_models) {
        golden_check check(folder, which);
        const double worst = check.worst();
        say(which.file, worst, check.where());
    }
    say("bigru", worst_of_recurrent_golden(folder), "step/0/feature_q");
    return same;
}

}  // namespace bench
