// Encoders in files that say what they are, and back.
// infrastructure
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/encode/description.hpp"
#include "mgkit/nn/archive.hpp"

namespace mgkit::encode {

/// The metadata under which a file keeps the description of its encoder, as JSON.
inline constexpr const char* description_key = "mgkit.encoder";

/// `metadata` with a description in it.
inline io::text_map described(const description& about, io::text_map metadata = {}) {
    metadata[description_key] = to_json(about).dump();
    return metadata;
}

/// Writes an encoder, its names below `prefix`, with its description. Atomic.
/// Errors: a description of another encoder; a file that cannot be written.
template <class Encoder>
void save_encoder(context& ctx, const std::string& path, Encoder& model, const description& about,
                  const io::text_map& metadata = {}, const std::string& prefix = "backbone.") {
    if (about.settings != model.facts())
        throw error(path, "the description of the encoder that is saved", "another's",
                    "make it with encode::describe");
    nn::archive_writer out;
    out.add(ctx, model, prefix);
    out.save(path, described(about, metadata));
}

/// The description in a file; none in files of other programs.
/// Errors: metadata that is no description.
inline std::optional<description> stored_description(const io::safetensors_file& file) {
    const auto stored = file.metadata().find(description_key);
    if (stored == file.metadata().end()) return std::nullopt;
    const std::string where = file.path() + ": metadata '" + description_key + "'";
    return description_of(io::parse_json(stored->second, where), where);
}

/// Compares what a file says about its encoder with what is asked of it. Returns notes: what is
/// unchecked because the file says nothing about it, and values that are read otherwise.
/// Errors: every difference in one mgkit::error.
inline std::vector<std::string> check_description(const io::safetensors_file& file,
                                                  const description& asked) {
    const description stored = stored_description(file).value_or(description{});
    const auto found = differences(stored, asked);
    if (!found.empty()) {
        std::string list =
            text(found.size(), found.size() == 1 ? " difference: " : " differences: ");
        for (std::size_t i = 0; i < found.size(); ++i) list += (i ? ", " : "") + found[i];
        throw error(file.path(), "an encoder for what is asked", list,
                    "leave out what the file states, or take another file");
    }
    std::vector<std::string> notes;
    std::string open;
    const io::json says = to_json(stored);
    for (const char* section : {"encoder", "skeleton", "input", "preparation"})
        if (!says.contains(section)) open += (open.empty() ? "" : ", ") + std::string(section);
    if (!open.empty()) notes.push_back("the file does not state (and nothing checks) its " + open);
    for (const auto& difference : reading_differences(stored, asked))
        notes.push_back(difference + ": taken for a property of the data");
    return notes;
}

/// An encoder from a file.
template <class Encoder>
struct loaded_encoder {
    Encoder model;
    description about;               ///< as stored; as asked where the file says nothing
    std::vector<std::string> notes;  ///< what was assumed, to be told
};

/// Builds the encoder that a file describes and loads its values; sizes, heads and all other
/// settings come from the file. `asked` states what the program is going to feed (skeleton, stream,
/// preparation) or wants of the encoder; what it leaves open is taken as the file says.
/// A file without a description is loaded with the settings in `asked`, the defaults for what they
/// leave open, and notes.
/// Errors: every difference between file and `asked` in one mgkit::error; sizes that the file
/// cannot hold; differences as nn::load.
template <class Encoder>
loaded_encoder<Encoder> load_encoder(context& ctx, const std::string& path,
                                     const description& asked = {},
                                     const std::string& prefix = "backbone.") {
    const io::safetensors_file file(path);
    auto notes = check_description(file, asked);
    description about = stored_description(file).value_or(asked);
    const auto kind = about.settings.find("encoder");
    if (kind != about.settings.end() && kind->second != Encoder::name)
        throw error(path, text("an encoder of type ", Encoder::name), kind->second);
    const auto settings = settings_of<typename Encoder::settings>(about.settings, path);
    // Sizes that only the header claims go no further.
    double values = 0;
    for (const auto& entry : file.entries()) {
        double count = 1;
        for (const auto extent : entry.shape) count *= static_cast<double>(extent);
        values += count;
    }
    const clip_extents& e = settings.clip;
    double layers = 1;
    if constexpr (requires { settings.layers; }) layers = settings.layers;
    const double width = settings.width, points = static_cast<double>(e.joints) * e.persons;
    const double least = width * (width * layers + e.channels * (e.frames + points));
    if (!(least <= values))
        throw error(path, text("values of an encoder of width ", settings.width),
                    text(file.entries().size(), " tensors of ", values, " values"),
                    "the file is damaged, or the settings are another encoder's");
    loaded_encoder<Encoder> out{Encoder(nn::scope(ctx, "backbone"), settings), std::move(about),
                                std::move(notes)};
    nn::load(ctx, out.model, file, {.prefix = prefix});
    out.about.settings = out.model.facts();
    return out;
}

}  // namespace mgkit::encode
