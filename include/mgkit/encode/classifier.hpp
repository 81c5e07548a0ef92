// SPDX-License-Identifier: MIT
// A linear classifier in the file of its encoder.
// infrastructure
#pragma once

#include <optional>
#include <string>

#include "mgkit/encode/archive.hpp"
#include "mgkit/nn/linear.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Writes an encoder as save_encoder does, and the classifier on its features, whose classes the
/// description names in the order of its rows: what pretext::supervised trains. Atomic.
/// Errors: those of save_encoder; another number of names than rows.
template <class Encoder, tensor T>
void save_classifier(context& ctx, const std::string& path, Encoder& model,
                     nn::linear<T>& classifier, const description& about,
                     const io::text_map& metadata = {}) {
    detail::require_own(about, model, path);
    const auto rows = shape_of(classifier.weight.value)[0];
    if (rows != static_cast<extent>(about.classes.size()))
        throw error(path, text(rows, " names of classes, one for each row of the classifier"),
                    text(about.classes.size()), "fill in `classes` of the description");
    nn::archive_writer out;
    out.add(ctx, model, "backbone.");
    out.add(ctx, classifier, "fc.");
    out.save(path, described(about, metadata));
}

/// The classifier of a file whose encoder was loaded from it; none where it names no classes.
/// Errors: differences as nn::load.
template <tensor T, class Encoder>
std::optional<nn::linear<T>> load_classifier(context& ctx, const io::safetensors_file& file,
                                             const loaded_encoder<Encoder>& from) {
    if (from.about.classes.empty()) return std::nullopt;
    const auto rows = static_cast<extent>(from.about.classes.size());
    nn::linear<T> out(nn::scope(ctx, "fc"), from.model.features(), rows);
    nn::load(ctx, out, file, {.prefix = "fc."});
    return out;
}

}  // namespace MGKIT_NAMESPACE::encode
