// Conversions between `upper_body` and what pose estimators put out.
// infrastructure: not itself a topology
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/conversions.hpp"

namespace MGKIT_NAMESPACE::skeleton {

namespace detail {

/// The name that joint j of `upper_body` has in the whole body; empty for the neck.
constexpr std::string_view wholebody_name(std::size_t j) {
    const int k = upper_body::wholebody[j];
    return k < 0 ? std::string_view() : coco_wholebody133::joints[static_cast<std::size_t>(k)];
}

/// Sources of `upper_body` by its own names, then by whole-body names; without a neck of its own,
/// `From` gives the middle of the shoulders.
template <class From>
constexpr source_list<upper_body> to_upper_body() {
    auto out = same_names<From, upper_body>();
    for (std::size_t j = 0; j < out.size(); ++j)
        if (out[j].first < 0 && !wholebody_name(j).empty()) {
            const int found = find_joint(From{}, wholebody_name(j));
            out[j] = {found, found};
        }
    if (out[0].first < 0)
        out[0] = {find_joint(From{}, "left_shoulder"), find_joint(From{}, "right_shoulder")};
    return out;
}

/// The reverse; a hand root is the wrist, the middle of the hips is that, the rest is unknown.
template <class To>
constexpr source_list<To> from_upper_body() {
    auto out = same_names<upper_body, To>();
    const auto wrist = [](const char* name) {
        const int found = find_joint(upper_body{}, name);
        return joint_pair{found, found};
    };
    for (std::size_t j = 0; j < out.size(); ++j) {
        if (out[j].first >= 0) continue;
        const std::string_view joint = To::joints[j];
        for (std::size_t k = 0; k < upper_body::joints.size(); ++k)
            if (wholebody_name(k) == joint) out[j] = {static_cast<int>(k), static_cast<int>(k)};
        if (joint == "left_hand_root") out[j] = wrist("left_wrist");
        if (joint == "right_hand_root") out[j] = wrist("right_wrist");
        if (joint == "mid_hip" || joint == "hip")
            out[j] = {find_joint(upper_body{}, "left_hip"), find_joint(upper_body{}, "right_hip")};
    }
    return out;
}

/// BlazePose's hand points are knuckles: (name there, name in `upper_body`).
inline constexpr std::array<std::array<std::string_view, 2>, 6> blazepose_knuckles{
    {{"left_thumb", "left_thumb_mcp"},
     {"left_index", "left_index_mcp"},
     {"left_pinky", "left_pinky_mcp"},
     {"right_thumb", "right_thumb_mcp"},
     {"right_index", "right_index_mcp"},
     {"right_pinky", "right_pinky_mcp"}}};

}  // namespace detail

template <>
struct conversion<halpe26, upper_body> {
    static constexpr auto sources = detail::to_upper_body<halpe26>();
};
template <>
struct conversion<openpose18, upper_body> {
    static constexpr auto sources = detail::to_upper_body<openpose18>();
};
template <>
struct conversion<body25_hands, upper_body> {
    static constexpr auto sources = detail::to_upper_body<body25_hands>();
    static_assert(detail::known(sources) == 34);
};
template <>
struct conversion<body25_hands_face, upper_body> {
    static constexpr auto sources = detail::to_upper_body<body25_hands_face>();
    static_assert(detail::known(sources) == 41);
};
/// Neck from the shoulders; three knuckles of each hand; no brows, lips or chin.
template <>
struct conversion<blazepose33, upper_body> {
    static constexpr auto sources = [] {
        auto out = detail::to_upper_body<blazepose33>();
        for (const auto& [there, here] : detail::blazepose_knuckles) {
            const int found = find_joint(blazepose33{}, there);
            out[static_cast<std::size_t>(find_joint(upper_body{}, here))] = {found, found};
        }
        return out;
    }();
    static_assert(detail::known(sources) == 22);
};
/// As above, with all finger joints from the hands.
template <>
struct conversion<blazepose75, upper_body> {
    static constexpr auto sources = detail::to_upper_body<blazepose75>();
    static_assert(detail::known(sources) == 36);
};

template <>
struct conversion<upper_body, coco17> {
    static constexpr auto sources = detail::from_upper_body<coco17>();
};
template <>
struct conversion<upper_body, halpe26> {
    static constexpr auto sources = detail::from_upper_body<halpe26>();
};
/// The neck is dropped, being derived; the hand roots are the wrists.
template <>
struct conversion<upper_body, coco_wholebody133> {
    static constexpr auto sources = detail::from_upper_body<coco_wholebody133>();
    static_assert(detail::known(sources) == 42);
};
template <>
struct conversion<upper_body, openpose18> {
    static constexpr auto sources = detail::from_upper_body<openpose18>();
};
template <>
struct conversion<upper_body, body25> {
    static constexpr auto sources = detail::from_upper_body<body25>();
};
template <>
struct conversion<upper_body, body25_hands> {
    static constexpr auto sources = detail::from_upper_body<body25_hands>();
};
template <>
struct conversion<upper_body, body25_hands_face> {
    static constexpr auto sources = detail::from_upper_body<body25_hands_face>();
};
template <>
struct conversion<upper_body, blazepose33> {
    static constexpr auto sources = [] {
        auto out = detail::from_upper_body<blazepose33>();
        for (const auto& [there, here] : detail::blazepose_knuckles) {
            const int found = find_joint(upper_body{}, here);
            out[static_cast<std::size_t>(find_joint(blazepose33{}, there))] = {found, found};
        }
        return out;
    }();
};
template <>
struct conversion<upper_body, blazepose75> {
    static constexpr auto sources = [] {
        auto out = detail::from_upper_body<blazepose75>();
        for (std::size_t j = 0; j < joint_count_v<blazepose33>; ++j)
            out[j] = conversion<upper_body, blazepose33>::sources[j];
        return out;
    }();
};

}  // namespace MGKIT_NAMESPACE::skeleton
