// SPDX-License-Identifier: MIT
// Definitions of description.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/clip/body_frame.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/encode/description.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/joint_name.hpp"

namespace MGKIT_NAMESPACE::encode {

namespace detail {

inline constexpr const char* scale_words[] = {"none", "image", "body"};

inline constexpr const char* reference_words[] = {"none", "clip", "frame"};

inline constexpr const char* statistic_words[] = {"median", "mean"};

inline constexpr const char* fit_words[] = {"keep", "resample", "pad"};

inline constexpr const char* cut_words[] = {"first", "last"};

inline constexpr const char* zero_words[] = {"declared", "missing", "present"};

inline constexpr const char* not_finite_words[] = {"reject", "mark"};

MGKIT_COLD_INLINE io::json joint_pair_json(const skeleton::joint_pair& pair) {
    const auto& [a, b] = pair;
    return {a, b};
}

MGKIT_COLD_INLINE io::json to_json(const skeleton::dynamic& t, const preparation* prepared) {
    io::json bones = io::json::array();
    for (const auto& bone : t.bones()) bones.push_back(joint_pair_json(bone));
    const auto* clips = prepared ? &prepared->clips : nullptr;
    return {{"name", t.name},
            {"joints", t.joints},
            {"bones", std::move(bones)},
            {"centre", clips ? clips->centre.value_or(t.centre) : t.centre},
            {"scale_pair",
             joint_pair_json(clips ? clips->scale_pair.value_or(t.scale_pair) : t.scale_pair)}};
}

MGKIT_COLD_INLINE io::json to_json(const clip::preprocess_settings& s) {
    io::json out{{"scale", word(s.scale, scale_words)},
                 {"reference", word(s.reference, reference_words)},
                 {"fit", word(s.fit, fit_words)}};
    if (s.scale == clip::scale_rule::body)
        out["scale_statistic"] = word(s.scale_statistic, statistic_words);
    if (s.reference == clip::reference_rule::per_clip)
        out["reference_statistic"] = word(s.reference_statistic, statistic_words);
    if (s.fit != clip::fit_rule::keep) out["frames"] = s.frames;
    if (s.fit == clip::fit_rule::pad) out["cut"] = word(s.cut, cut_words);
    return out;
}

MGKIT_COLD_INLINE preparation preparation_of(const io::json& prepared, const io::json& reading,
                                             const std::string& where) {
    preparation out;
    auto& s = out.clips;
    const auto statistic = [&](const char* key, clip::statistic otherwise) {
        return prepared.contains(key)
                   ? rule_named<clip::statistic>(prepared, key, statistic_words, where)
                   : otherwise;
    };
    s.scale = rule_named<clip::scale_rule>(prepared, "scale", scale_words, where);
    s.reference = rule_named<clip::reference_rule>(prepared, "reference", reference_words, where);
    s.fit = rule_named<clip::fit_rule>(prepared, "fit", fit_words, where);
    s.scale_statistic = statistic("scale_statistic", s.scale_statistic);
    s.reference_statistic = statistic("reference_statistic", s.reference_statistic);
    s.frames = io::get_or<int>(prepared, "frames", s.frames, where);
    if (prepared.contains("cut"))
        s.cut = rule_named<clip::cut_rule>(prepared, "cut", cut_words, where);
    s.image_side = io::get_or<double>(reading, "image_side", 0.0, where);
    out.reading.zeros = rule_named<data::zero_rule>(reading, "zeros", zero_words, where);
    out.reading.not_finite =
        rule_named<data::not_finite_rule>(reading, "not_finite", not_finite_words, where);
    return out;
}

MGKIT_COLD_INLINE skeleton::dynamic topology_of(const io::json& value, const std::string& where) {
    std::vector<skeleton::joint_pair> bones;
    const auto pair = [&](const std::vector<int>& joints) -> skeleton::joint_pair {
        if (joints.size() != 2) throw error(where, "two joints in a pair", text(joints.size()));
        return {joints[0], joints[1]};
    };
    for (const auto& bone : io::get<std::vector<std::vector<int>>>(value, "bones", where))
        bones.push_back(pair(bone));
    return skeleton::dynamic::from_bones(
        io::get_or<std::string>(value, "name", "", where),
        io::get<std::vector<std::string>>(value, "joints", where), bones,
        {.centre = io::get<int>(value, "centre", where),
         .scale_pair = pair(io::get<std::vector<int>>(value, "scale_pair", where))});
}

MGKIT_COLD_INLINE void compare(const io::json& stored, const io::json& asked, const std::string& at,
                               std::vector<std::string>& out) {
    const auto spelt = [](const io::json& v) {
        return v.is_string() ? v.get<std::string>() : v.shown();
    };
    if (asked.is_object()) {
        for (const auto& [key, value] : asked.items()) {
            const std::string below = at.empty() ? key : at + "." + key;
            if (stored.contains(key))
                compare(stored[key], value, below, out);
            else if (value.is_primitive())
                out.push_back(below + " is not stated instead of " + spelt(value));
        }
        return;
    }
    const auto same_joint = [](const io::json& a, const io::json& b) {
        return a.is_string() && b.is_string() &&
               skeleton::parse_joint_name(a.get<std::string>()) ==
                   skeleton::parse_joint_name(b.get<std::string>());
    };
    const bool joints = at == "skeleton.joints";
    if (asked.is_array() && stored.is_array() && asked.size() == stored.size()) {
        for (std::size_t i = 0; i < asked.size(); ++i)
            if (asked[i] != stored[i] && !(joints && same_joint(stored[i], asked[i])))
                out.push_back(
                    text(at, "[", i, "] is ", spelt(stored[i]), " instead of ", spelt(asked[i])));
    } else if (asked.is_array() && stored.is_array()) {
        out.push_back(text(at, " are ", stored.size(), " instead of ", asked.size()));
    } else if (asked != stored) {
        out.push_back(at + " is " + spelt(stored) + " instead of " + spelt(asked));
    }
}

}  // namespace detail

MGKIT_COLD_INLINE io::json to_json(const description& d) {
    io::json out = io::json::object();
    if (!d.settings.empty()) out["encoder"] = d.settings;
    if (!d.topology.joints.empty())
        out["skeleton"] = detail::to_json(d.topology, d.prepared ? &*d.prepared : nullptr);
    if (!d.channels.empty()) out["input"]["channels"] = d.channels;
    if (d.stream) out["input"]["stream"] = skeleton::name(*d.stream);
    if (d.prepared) {
        out["preparation"] = detail::to_json(d.prepared->clips);
        out["reading"] = {
            {"image_side", d.prepared->clips.image_side},
            {"zeros", detail::word(d.prepared->reading.zeros, detail::zero_words)},
            {"not_finite", detail::word(d.prepared->reading.not_finite, detail::not_finite_words)}};
    }
    if (!d.classes.empty()) out["classes"] = d.classes;
    return out;
}

MGKIT_COLD_INLINE description description_of(const io::json& value, const std::string& where) {
    if (!value.is_object()) throw error(where, "an object", value.type_name());
    description out;
    const auto section = [&](const char* key) -> io::json {
        if (!value.contains(key)) return io::json::object();
        if (!value[key].is_object())
            throw error(where + ": '" + key + "'", "an object", value[key].type_name());
        return value[key];
    };
    const io::json settings = section("encoder"), input = section("input");
    for (const auto& [name, text] : settings.items())
        out.settings[name] = io::as<std::string>(text, where + ": encoder." + name);
    if (value.contains("skeleton"))
        out.topology = detail::topology_of(section("skeleton"), where + ": skeleton");
    out.channels = io::get_or<std::string>(input, "channels", "", where);
    if (input.contains("stream"))
        out.stream = skeleton::parse_stream(io::get<std::string>(input, "stream", where));
    if (value.contains("preparation"))
        out.prepared = detail::preparation_of(section("preparation"), section("reading"), where);
    out.classes = io::get_or<std::vector<std::string>>(value, "classes", {}, where);
    return out;
}

MGKIT_COLD_INLINE std::vector<std::string> differences(const description& stored,
                                                       const description& asked) {
    io::json wanted = to_json(asked);
    wanted.erase("reading");
    if (wanted.contains("skeleton")) wanted["skeleton"].erase("name");
    std::vector<std::string> out;
    detail::compare(to_json(stored), wanted, "", out);
    return out;
}

MGKIT_COLD_INLINE std::vector<std::string> reading_differences(const description& stored,
                                                               const description& asked) {
    std::vector<std::string> out;
    if (!stored.prepared || !asked.prepared) return out;
    detail::compare(to_json(stored).at("reading"), to_json(asked).at("reading"), "reading", out);
    return out;
}

}  // namespace MGKIT_NAMESPACE::encode
