// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/skeleton/joint_name.hpp"

#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

namespace MGKIT_NAMESPACE::skeleton {

namespace detail {

MGKIT_COLD_INLINE bool lower(char c) {
    return c >= 'a' && c <= 'z';
}

MGKIT_COLD_INLINE bool upper(char c) {
    return c >= 'A' && c <= 'Z';
}

MGKIT_COLD_INLINE bool digit(char c) {
    return c >= '0' && c <= '9';
}

MGKIT_COLD_INLINE char to_lower(char c) {
    return upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Words of "RShoulder2", "hand_left", "left-hip": cut at separators and at a change of case.
MGKIT_COLD_INLINE std::vector<std::string> words(std::string_view name) {
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

MGKIT_COLD_INLINE joint_name parse_joint_name(std::string_view name) {
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

MGKIT_COLD_INLINE std::string part_by_name(const joint_name& joint) {
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
