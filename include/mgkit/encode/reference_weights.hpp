// SPDX-License-Identifier: MIT
// What USDRL's files, which say nothing about their encoder, show of it by names and shapes.
// infrastructure
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/sttr.hpp"
#include "mgkit/io/safetensors.hpp"

namespace MGKIT_NAMESPACE::encode {

/// A setting that nothing states, and what is taken for it, in words.
struct assumed_setting {
    std::string setting, words;
};

/// An encoder in a file of the reference's.
struct reference_description {
    std::string prefix;     ///< of all its names, such as "backbone."
    nn::fact_map settings;  ///< complete: what shapes show, what is stated, what is assumed
    std::vector<assumed_setting> assumed;
};

namespace detail {

/// The file of one encoder and the prefix of its names.
struct reference_file {
    static constexpr std::string_view landmark = "ske_emb.t_embedding.0.weight";

    const io::safetensors_file& file;
    std::string prefix{};

    explicit reference_file(const io::safetensors_file& f) : file(f) { find_prefix(); }

    bool has(const std::string& name) const { return file.contains(prefix + name); }

    /// Extents of a tensor of `rank` dimensions, each between 1 and a million.
    std::vector<int> extents(const std::string& name, std::size_t rank) const {
        const auto& shape = file.shape(prefix + name);
        std::vector<int> out;
        for (const auto extent : shape)
            if (extent >= 1 && extent <= 1000000) out.push_back(static_cast<int>(extent));
        if (shape.size() != rank || out.size() != rank)
            throw error(file.path() + ": tensor " + prefix + name,
                        text(rank, " dimensions of 1 to 1000000"), io::shape_text(shape));
        return out;
    }

    void expect(const std::string& name, int rows, int columns) const {
        if (extents(name, 2) != std::vector<int>{rows, columns})
            throw error(file.path() + ": tensor " + prefix + name,
                        text("shape (", rows, ", ", columns, "), as the other tensors imply"),
                        io::shape_text(file.shape(prefix + name)), "the file is damaged");
    }

private:
    /// The only prefix, or the first that is known.
    void find_prefix() {
        std::vector<std::string> found;
        for (const auto& entry : file.entries())
            if (entry.name.ends_with(landmark)) {
                std::string before = entry.name.substr(0, entry.name.size() - landmark.size());
                if (file.contains(before + "spe")) found.push_back(std::move(before));
            }
        if (found.empty())
            throw error(file.path(),
                        "an encoder with USDRL's names (backbone.spe, backbone.ske_emb.*)",
                        text(file.entries().size(), " other tensors"),
                        "write it with mgfm pretrain, or rename the tensors");
        if (found.size() == 1) {
            prefix = found[0];
            return;
        }
        for (const char* known : {"backbone.", "", "model.backbone.", "module.backbone.", "model."})
            if (std::find(found.begin(), found.end(), known) != found.end()) {
                prefix = known;
                return;
            }
        throw error(file.path(), "one encoder",
                    text(found.size(), ", below ", found[0], " and ", found[1]),
                    "keep one of them");
    }
};

}  // namespace detail

/// Describes the DSTE or STTR encoder in a file with USDRL's tensor names but no description: which
/// of the two it is, below which prefix, its width, frames, channels and layers, from names and
/// shapes. `stated` gives what no shape shows (heads, gap, alpha; joints and persons, of which
/// shapes show the product); what is left out is assumed, and told: one head, the reference's gap
/// and alpha, one person. Errors: a file without these names, with several encoders, with shapes
/// that contradict each other or what is stated.
inline reference_description describe_reference(const io::safetensors_file& file,
                                                const nn::fact_map& stated = {}) {
    const detail::reference_file at(file);
    reference_description out;
    out.prefix = at.prefix;
    const auto spe = at.extents("spe", 3);
    const int tokens = spe[1], width = spe[2];
    const std::string landmark(detail::reference_file::landmark);
    const int columns = at.extents(landmark, 2)[1];
    const int rows = at.extents("ske_emb.s_embedding.0.weight", 2)[1];
    if (columns % tokens != 0 || rows % (columns / tokens) != 0)
        throw error(file.path(), text("embeddings of a multiple of ", tokens, " joints"),
                    text(columns, " and ", rows, " columns"), "the file is damaged");
    const int channels = columns / tokens, frames = rows / channels;
    at.expect(landmark, width, columns);
    at.expect("ske_emb.t_embedding.3.weight", width, width);

    const auto number = [&](const char* name, int otherwise) {
        return nn::number_of(stated, name, otherwise, file.path());
    };
    const int persons = number("persons", stated.contains("joints") && number("joints", 1) > 0
                                              ? tokens / number("joints", 1)
                                              : 1);
    clip_extents clip{channels, frames, number("joints", persons > 0 ? tokens / persons : 0),
                      persons};
    if (1.0 * clip.joints * clip.persons != tokens)
        throw error(file.path(),
                    text("an encoder of ", clip.joints, " joints x ", clip.persons,
                         clip.persons == 1 ? " person" : " persons"),
                    text("one of ", tokens, " tokens"), "use weights of this kind of skeleton");
    const auto assume = [&](const char* name, const std::string& words) {
        if (!stated.contains(name)) out.assumed.push_back({name, "the file does not say " + words});
    };
    const int heads = number("heads", 1);
    assume("heads", "how many heads the encoder has: 1 is assumed");
    int layers = 0;
    while (at.has(text("t_tr.layers.", layers, ".self_attn.in_proj_weight"))) ++layers;
    if (layers > 0) {
        out.settings = facts_of("sttr", sttr_settings{clip, width, heads, layers});
    } else {
        at.expect("t_tr.DSA.wt1.weight", frames, frames);
        at.expect("s_tr.DSA.wt1.weight", tokens, tokens);
        dste_settings s{.clip = clip, .width = width, .heads = heads};
        s.gap = number("gap", s.gap);
        s.alpha = nn::number_of(stated, "alpha", s.alpha, file.path());
        assume("gap", text("which of its tokens are restored: gap ", s.gap, " is assumed"));
        assume("alpha",
               text("how its branches are weighed: alpha ", nn::exact(s.alpha), " is assumed"));
        out.settings = facts_of("dste", s);
    }
    if (!stated.contains("joints"))
        assume("persons", text("how many persons share its ", tokens, " tokens: 1 is assumed"));
    for (const auto& [name, value] : stated) {
        const auto found = out.settings.find(name);
        if (found == out.settings.end() || found->second != value)
            throw error(file.path(), name + " " + value,
                        found == out.settings.end() ? "an encoder without it" : found->second,
                        "leave out what the shapes show");
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::encode
