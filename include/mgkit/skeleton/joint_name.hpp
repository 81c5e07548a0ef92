// Reading joint names as people write them: "ShoulderLeft", "LShoulder", "left_shoulder".
// infrastructure: not itself a topology
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::skeleton {

enum class body_side { none, left, right };

/// A joint name without its spelling: lower-case words joined, the side taken out.
struct joint_name {
    std::string base;
    body_side side = body_side::none;
    friend bool operator==(const joint_name&, const joint_name&) = default;
};

namespace detail {

inline bool lower(char c) {
    return c >= 'a' && c <= 'z';
}
inline bool upper(char c) {
    return c >= 'A' && c <= 'Z';
}
inline bool digit(char c) {
    return c >= '0' && c <= '9';
}
inline char to_lower(char c) {
    return upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Words of "RShoulder2", "hand_left", "left-hip": cut at separators and at a change of case.
inline std::vector<std::string> words(std::string_view name) {
    std::vector<std::string> out;
    bool fresh = true;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        // Bytes beyond ASCII are kept: a name in another script is still a name.
        const bool letter = lower(c) || upper(c) || digit(c) || static_cast<unsigned char>(c) > 127;
        if (!letter) {
            fresh = true;
            continue;
        }
        const bool hump = upper(c) && i > 0 &&
                          (lower(name[i - 1]) || (i + 1 < name.size() && lower(name[i + 1])));
        if (fresh || hump) out.emplace_back();
        out.back() += to_lower(c);
        fresh = false;
    }
    return out;
}

}  // namespace detail

/// Splits a name into base and side.
///
/// The side is a word "left", "right", "l" or "r" anywhere in the name ("hand_left", "LHip",
/// "shoulder.R"), else a name that starts or ends with "left" or "right" ("leftshoulder").
/// "centre" is read as "center". A name with both sides, or with nothing but a side, has none.
inline joint_name parse_joint_name(std::string_view name) {
    joint_name out;
    std::string whole;
    int sides = 0;
    for (const auto& word : detail::words(name)) {
        whole += word;
        const bool left = word == "left" || word == "l", right = word == "right" || word == "r";
        if (left || right) {
            ++sides;
            out.side = left ? body_side::left : body_side::right;
        } else {
            out.base += word == "centre" ? "center" : word;
        }
    }
    if (sides == 0) {
        for (const auto& [word, side] :
             {std::pair<std::string_view, body_side>{"left", body_side::left},
              {"right", body_side::right}}) {
            const std::string_view base = out.base;
            if (base.size() <= word.size()) continue;
            if (base.starts_with(word)) return {std::string(base.substr(word.size())), side};
            if (base.ends_with(word))
                return {std::string(base.substr(0, base.size() - word.size())), side};
        }
    }
    if (sides > 1 || out.base.empty()) return {whole, body_side::none};
    return out;
}

/// Which part of the body a joint belongs to, by its name; "body" where the name does not say.
///
/// Parts: head, torso, and arm, hand, leg, each with its side where the joint has one.
inline std::string part_by_name(const joint_name& joint) {
    const auto has = [&](std::initializer_list<std::string_view> keys) {
        for (const auto key : keys)
            if (joint.base.find(key) != std::string::npos) return true;
        return false;
    };
    // The torso first: "spine_middle" is no finger.
    if (has({"shoulder", "hip", "neck", "spine", "torso", "pelvis", "chest", "thorax", "clavicle",
             "belly", "waist"}))
        return "torso";
    std::string part;
    if (has({"thumb", "finger", "index", "middle", "ring", "pinky", "little", "hand"}))
        part = "hand";
    else if (has({"elbow", "wrist", "arm"}))
        part = "arm";
    else if (has({"knee", "ankle", "foot", "toe", "heel", "leg"}))
        part = "leg";
    else if (has({"nose", "eye", "ear", "head", "face", "brow", "lip", "mouth", "chin", "jaw"}))
        return "head";
    else
        return "body";
    if (joint.side == body_side::left) return "left_" + part;
    if (joint.side == body_side::right) return "right_" + part;
    return part;
}

}  // namespace MGKIT_NAMESPACE::skeleton
