// SPDX-License-Identifier: MIT
// Weights that other codes wrote, into an encoder that is made for them.
// infrastructure
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/reference_names.hpp"
#include "mgkit/io/safetensors.hpp"
#include "mgkit/nn/archive.hpp"

namespace MGKIT_NAMESPACE::encode {

/// What was found in a file of another code.
struct reference_load {
    std::string prefix;                 ///< of all its names, such as "module.backbone."
    std::vector<std::string> left_out;  ///< names of the file that the encoder has no use for
};

namespace detail {

/// Where an encoder's values stand in a file, by the names of its parameters.
struct reference_place {
    std::string prefix;
    bool pyskl = false;
};

/// The prefix and the names under which the file has most of the encoder's parameters. `names` are
/// the encoder's own. Errors: a file that has none of them; two places that have equally many.
reference_place find_reference(const io::safetensors_file& file, std::string_view encoder,
                               const std::vector<std::string>& names);

/// How the file calls a value: as it is, or in the layer that temporal shift wraps ("conv1.net.").
std::string reference_stored(const io::safetensors_file& file, const reference_place& at,
                             std::string_view encoder, const std::string& ours);

/// Errors: matrices of edges in the file (names that end with A) that are not those of the
/// encoder's graph, with the first two joints that differ. Tolerance 1e-5: the codes round them to
/// float.
void require_same_edges(const io::safetensors_file& file, const reference_place& at,
                        const nn::fact_map& settings);

/// Names below the prefix, and beside it, that are not in `taken`.
std::vector<std::string> names_left_out(const io::safetensors_file& file,
                                        const std::vector<std::string>& taken);

}  // namespace detail

/// Loads the encoder's values from a file of the codes that it comes from: under their names below
/// any prefix ("module.", "backbone."; of momentum contrast encoder_q), PYSKL's names, or
/// those of layers wrapped for temporal shift; counters may lack. The encoder is made before, with
/// the sizes and the graph of the file. `name` is the encoder's. Errors: nothing of the encoder in
/// the file; other extents, by parameter; another graph, by joint. Nothing is written then. Cost:
/// one pass over the file.
template <nn::has_leaves M>
reference_load load_reference(context& ctx, M& encoder, std::string_view name,
                              const io::safetensors_file& file) {
    const auto leaves = nn::leaves(encoder);
    std::vector<std::string> names, taken;
    for (const auto& l : nn::parameters(leaves)) names.push_back(l.name);
    const detail::reference_place at = detail::find_reference(file, name, names);
    const nn::load_options options{.prefix = at.prefix,
                                   .ignore_extra = true,
                                   .counters_may_lack = true,
                                   .stored_as = [&](const std::string& ours) {
                                       return detail::reference_stored(file, at, name, ours);
                                   }};
    detail::require_same_edges(file, at, nn::facts_of(encoder));
    nn::write(nn::stage(ctx, file, options, leaves));
    for (const auto& l : leaves) taken.push_back(options.stored(l.name));
    return {at.prefix, detail::names_left_out(file, taken)};
}
/// The same of an encoder with a name.
template <nn::has_leaves M>
reference_load load_reference(context& ctx, M& encoder, const io::safetensors_file& file) {
    if constexpr (requires { std::string_view(M::name); })
        return load_reference(ctx, encoder, std::string_view(M::name), file);
    else
        return load_reference(ctx, encoder, encoder.name(), file);
}

}  // namespace MGKIT_NAMESPACE::encode

#if !defined(MGKIT_COMPILED)
#include "mgkit/encode/load_reference-inl.hpp"
#endif
