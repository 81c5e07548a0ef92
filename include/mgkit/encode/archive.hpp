// SPDX-License-Identifier: MIT
// Encoders in files that say what they are, and back.
// infrastructure
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/encode/description.hpp"
#include "mgkit/nn/archive.hpp"

namespace MGKIT_NAMESPACE::encode {

/// The metadata under which a file keeps the description of its encoder, as JSON.
inline constexpr const char* description_key = "mgkit.encoder";

/// `metadata` with a description in it.
MGKIT_COLD inline io::text_map described(const description& about, io::text_map metadata = {}) {
    metadata[description_key] = to_json(about).dump();
    return metadata;
}

namespace detail {
template <class Encoder>
MGKIT_COLD void require_own(const description& about, const Encoder& model,
                            const std::string& path) {
    if (about.settings != model.facts())
        throw error(path, "the description of the encoder that is saved", "another's",
                    "make it with encode::describe");
}
}  // namespace detail

/// Writes an encoder, its names below `prefix`, with its description. Atomic.
/// Errors: a description of another encoder; a file that cannot be written.
template <class Encoder>
MGKIT_COLD void save_encoder(context& ctx, const std::string& path, Encoder& model,
                             const description& about, const io::text_map& metadata = {},
                             const std::string& prefix = "backbone.") {
    detail::require_own(about, model, path);
    nn::archive_writer out;
    out.add(ctx, model, prefix);
    out.save(path, described(about, metadata));
}

/// The description in a file; none in files of other programs.
/// Errors: metadata that is no description.
MGKIT_COLD inline std::optional<description> stored_description(const io::safetensors_file& file) {
    const auto stored = file.metadata().find(description_key);
    if (stored == file.metadata().end()) return std::nullopt;
    const std::string where = file.path() + ": metadata '" + description_key + "'";
    return description_of(io::parse_json(stored->second, where), where);
}

/// Compares what a file says about its encoder with what is asked of it. Returns notes: what is
/// unchecked because the file says nothing about it, and values that are read otherwise.
/// Errors: every difference in one mgkit::error.
MGKIT_COLD inline std::vector<std::string> check_description(const io::safetensors_file& file,
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

namespace detail {

template <class Settings>
MGKIT_COLD void check_sizes(const io::safetensors_file& file, const Settings& settings) {
    double values = 0, claimed = 0;
    for (const auto& entry : file.entries()) {
        double count = 1;
        for (const auto extent : entry.shape) count *= static_cast<double>(extent);
        values += count;
    }
    std::string sizes;
    Settings::each_named(settings, [&]<class V>(const char* name, const V& value,
                                                setting_role = setting_role::features) {
        if constexpr (std::is_integral_v<V>) {
            claimed = std::max(claimed, static_cast<double>(value));
            sizes += text(sizes.empty() ? "" : ", ", name, " ", value);
        }
    });
    if constexpr (requires { settings.least_values(); })
        claimed = std::max(claimed, settings.least_values());
    if (!(claimed <= values))
        throw error(file.path(), "the values of an encoder of " + sizes,
                    text(file.entries().size(), " tensors of ", values, " values"),
                    "the file is damaged, or the settings are another encoder's");
}

/// What a file and `asked` say together, found to agree.
struct agreed_description {
    description about;
    std::vector<std::string> notes;
};
MGKIT_COLD inline agreed_description agree(const io::safetensors_file& file,
                                           const description& asked) {
    agreed_description out;
    out.notes = check_description(file, asked);
    out.about = stored_description(file).value_or(asked);
    if (out.about.settings.empty()) out.about.settings = asked.settings;
    return out;
}

/// The settings of what was said, which the file can hold; notes what they assume.
template <class Settings>
MGKIT_COLD Settings settled(const io::safetensors_file& file, agreed_description& said) {
    static_assert(named_settings<Settings>,
                  "mgkit: an encoder is made from a file where its settings name themselves: "
                  "each_named(s, f)");
    Settings out = settings_of<Settings>(said.about.settings, file.path());
    check_sizes(file, out);
    for (const auto& [name, value] : facts_of("", out))
        if (name != "encoder" && !said.about.settings.contains(name))
            said.notes.push_back(
                text("the file does not state ", name, ": ", value, " is assumed"));
    return out;
}

/// `model` with values of the file.
template <class Encoder>
MGKIT_COLD loaded_encoder<Encoder> filled(context& ctx, const io::safetensors_file& file,
                                          Encoder model, agreed_description said,
                                          const std::string& prefix) {
    // Names without a prefix may be anything's.
    nn::load(ctx, model, file, {.prefix = prefix, .ignore_extra = prefix.empty()});
    said.about.settings = model.facts();
    return {std::move(model), std::move(said.about), std::move(said.notes)};
}

}  // namespace detail

/// Sizes that only a file's header claims go no further: an encoder of `List` is not made with more
/// values than the file has, as far as its settings say how many it has at least
/// (`least_values()`), nor with a number among its settings that is larger than that. Loading
/// checks this; for who makes the encoder of a file without its values.
/// Errors: such settings, and those of make_encoder.
template <class List>
MGKIT_COLD void check_claims(const io::safetensors_file& file, const nn::fact_map& settings) {
    with_encoder<List>(settings, file.path(), [&](auto tag) {
        using own = typename decltype(tag)::type::settings;
        detail::check_sizes(file, settings_of<own>(settings, file.path()));
    });
}

/// Builds the encoder that a file describes, of a type that the caller knows, and loads its values;
/// sizes, heads and all other settings come from the file. `asked` states what the program is going
/// to feed (skeleton, stream, preparation) or wants of the encoder; what it leaves open is taken as
/// the file says.
/// A file without a description is loaded with the settings in `asked`, the defaults for what they
/// leave open, and notes; see also reference_weights.hpp.
/// Errors: every difference between file and `asked` in one mgkit::error; sizes that the file
/// cannot hold; differences as nn::load.
template <class Encoder>
requires(!tensor<Encoder>) loaded_encoder<Encoder> load_encoder(
    context& ctx, const io::safetensors_file& file, const description& asked = {},
    const std::string& prefix = "backbone.") {
    auto said = detail::agree(file, asked);
    const auto kind = said.about.settings.find("encoder");
    if constexpr (requires { std::string_view(Encoder::name); })
        if (kind != said.about.settings.end() && kind->second != Encoder::name)
            throw error(file.path(), text("an encoder of type ", Encoder::name), kind->second);
    const auto settings = detail::settled<typename Encoder::settings>(file, said);
    return detail::filled(ctx, file, Encoder(nn::scope(ctx, "backbone"), settings), std::move(said),
                          prefix);
}
template <class Encoder>
requires(!tensor<Encoder>) loaded_encoder<Encoder> load_encoder(
    context& ctx, const std::string& path, const description& asked = {},
    const std::string& prefix = "backbone.") {
    return load_encoder<Encoder>(ctx, io::safetensors_file(path), asked, prefix);
}

/// The same of whichever encoder of `List` the file names.
/// Errors: also a name that is not in the list, and a file without a description where
/// `asked.settings` name no encoder either.
template <tensor T, class List>
MGKIT_COLD loaded_encoder<any_encoder<T>> load_encoder(context& ctx,
                                                       const io::safetensors_file& file,
                                                       const description& asked = {},
                                                       const std::string& prefix = "backbone.") {
    auto said = detail::agree(file, asked);
    if (!said.about.settings.contains("encoder"))
        throw error(file.path(), "an encoder that the file or the caller describes",
                    "a file that does not say what its tensors belong to",
                    "state the encoder and its settings, or read them by "
                    "encode::describe_reference where they are the reference's");
    with_encoder<List>(said.about.settings, file.path(), [&](auto tag) {
        detail::settled<typename decltype(tag)::type::settings>(file, said);
    });
    auto model = make_encoder<T, List>(nn::scope(ctx, "backbone"), said.about.settings);
    return detail::filled(ctx, file, std::move(model), std::move(said), prefix);
}
/// The same of the library's encoders: `load_encoder<eigen::tensor<float>>(ctx, path)`.
template <tensor T>
MGKIT_COLD loaded_encoder<any_encoder<T>> load_encoder(context& ctx,
                                                       const io::safetensors_file& file,
                                                       const description& asked = {},
                                                       const std::string& prefix = "backbone.") {
    return load_encoder<T, all<T>>(ctx, file, asked, prefix);
}
template <tensor T>
MGKIT_COLD loaded_encoder<any_encoder<T>> load_encoder(context& ctx, const std::string& path,
                                                       const description& asked = {},
                                                       const std::string& prefix = "backbone.") {
    return load_encoder<T, all<T>>(ctx, io::safetensors_file(path), asked, prefix);
}

}  // namespace MGKIT_NAMESPACE::encode
