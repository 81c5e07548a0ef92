// SPDX-License-Identifier: MIT
// What an encoder was made for: its settings, and the clips it reads.
// infrastructure
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/clip/body_frame.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/skeleton/dynamic.hpp"

namespace MGKIT_NAMESPACE::encode {

/// How clips were read and prepared before they entered an encoder.
struct preparation {
    clip::preprocess_settings clips;
    data::read_policy reading;
};

/// An encoder and the clips it was made for. What is empty is not stated, and not compared.
struct description {
    nn::fact_map settings;       ///< what the encoder states: name, sizes, heads, ...
    skeleton::dynamic topology;  ///< no joints: not stated
    std::string channels;        ///< of the input, as in a layout: xy, xyz, xyc, xyzc
    std::optional<skeleton::stream> stream;
    std::optional<preparation> prepared;
    std::vector<std::string> classes;  ///< of a classifier stored with the encoder, in its order
};

/// The description of `model`, which reads clips of `topology` through `input`.
template <class Encoder, skeleton::topology Topology>
MGKIT_COLD description describe(const Encoder& model, const clip_input& input,
                                const Topology& topology, const preparation& prepared) {
    description out;
    out.settings = model.facts();
    out.topology = skeleton::dynamic::copy_of(topology);
    out.channels =
        std::string(skeleton::coordinates(input.view_shape().layout) == 2 ? "xy" : "xyz") +
        (input.settings().confidence ? "c" : "");
    out.stream = input.settings().stream;
    out.prepared = prepared;
    return out;
}

namespace detail {

template <class Rule, std::size_t N>
MGKIT_COLD Rule rule_named(const io::json& section, const char* key, const char* const (&names)[N],
                           const std::string& where) {
    const auto found = io::get<std::string>(section, key, where);
    std::string known;
    for (std::size_t k = 0; k < N; ++k) {
        if (found == names[k]) return static_cast<Rule>(k);
        known += (k ? ", " : "") + std::string(names[k]);
    }
    throw error(where + ": '" + key + "'", "one of " + known, found);
}

template <class Rule, std::size_t N>
MGKIT_COLD std::string word(Rule rule, const char* const (&names)[N]) {
    return names[static_cast<std::size_t>(rule)];
}

io::json to_json(const skeleton::dynamic& t, const preparation* prepared);

io::json to_json(const clip::preprocess_settings& s);

void compare(const io::json& stored, const io::json& asked, const std::string& at,
             std::vector<std::string>& out);

}  // namespace detail

/// Sections encoder, skeleton, input, preparation, reading and classes, each only where stated.
io::json to_json(const description& d);

/// The inverse of `to_json`. Errors: wrong types, unknown rules, a skeleton that is no tree.
description description_of(const io::json& value, const std::string& where);

/// What `stored` states otherwise than `asked`, in words; what `asked` leaves open is not compared.
/// Names of joints are compared by meaning, not by spelling. How values were read (image side,
/// zeros, NaN) belongs to the data at hand and is left out; see `reading_differences`.
std::vector<std::string> differences(const description& stored, const description& asked);

/// How values are read otherwise than the encoder's were: no error, but to be told.
std::vector<std::string> reading_differences(const description& stored, const description& asked);

}  // namespace MGKIT_NAMESPACE::encode

#if !defined(MGKIT_COMPILED)
#include "mgkit/encode/description-inl.hpp"
#endif
