// Which joint of one topology becomes which joint of another.
// infrastructure: not itself a topology
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/list.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// What iMiGUE's finger points are taken to be; its documents do not say.
enum class fingers { tips, mcp };

/// Which hand of a body.
enum class side { left, right };

/// The option of conversions that have one reading only.
struct no_option {};

/// Sources of the joints of `To` among those of `From`: `sources[j]` = {a, a} for a copy, {a, b}
/// for the middle of two, {-1, -1} where `From` knows no such joint. Specialise it for more pairs.
template <class From, class To, auto Option = no_option{}>
struct conversion;

template <class From, class To, auto Option = no_option{}>
concept convertible = requires {
    conversion<From, To, Option>::sources;
};

namespace detail {

template <class To>
using source_list = std::array<joint_pair, static_cast<std::size_t>(joint_count_v<To>)>;

template <class To>
constexpr source_list<To> unknown() {
    source_list<To> out{};
    for (auto& source : out) source = {-1, -1};
    return out;
}

/// Each joint of To from the joint of From with its name.
template <class From, class To>
constexpr source_list<To> same_names() {
    auto out = unknown<To>();
    for (std::size_t j = 0; j < out.size(); ++j) {
        const int found = find_joint(From{}, To::joints[j]);
        out[j] = {found, found};
    }
    return out;
}

/// `start` with further joints: (name in To, name in From).
template <class From, class To, std::size_t K>
constexpr source_list<To> renamed(source_list<To> start,
                                  const std::array<std::array<std::string_view, 2>, K>& names) {
    for (const auto& [to, from] : names) {
        const int found = find_joint(From{}, from);
        start[static_cast<std::size_t>(find_joint(To{}, to))] = {found, found};
    }
    return start;
}

/// Whether no source joint serves two targets as a copy.
template <std::size_t V>
constexpr bool injective(const std::array<joint_pair, V>& sources) {
    for (std::size_t j = 0; j < V; ++j)
        for (std::size_t k = 0; k < j; ++k)
            if (sources[j].first >= 0 && sources[j] == sources[k]) return false;
    return true;
}

template <std::size_t V>
constexpr int known(const std::array<joint_pair, V>& sources) {
    int count = 0;
    for (const auto source : sources) count += source.first >= 0 ? 1 : 0;
    return count;
}

/// The finger point of the reading: tip or base of finger k (0 thumb .. 4 little) of `upper_body`.
constexpr int finger_joint(bool left, int k, fingers reading) {
    return (left ? 21 : 31) + 2 * k + (reading == fingers::tips ? 1 : 0);
}

}  // namespace detail

/// Nothing changes.
template <class T>
struct conversion<T, T> {
    static constexpr auto sources = detail::same_names<T, T>();
};

template <>
struct conversion<coco_wholebody133, coco17> {
    static constexpr auto sources = detail::same_names<coco_wholebody133, coco17>();
};

/// One hand of the whole body; its wrist is the hand root.
template <side Side>
struct conversion<coco_wholebody133, hand21, Side> {
    static constexpr auto sources = [] {
        detail::source_list<hand21> out{};
        for (std::size_t j = 0; j < out.size(); ++j) {
            const int from = (Side == side::left ? 91 : 112) + static_cast<int>(j);
            out[j] = {from, from};
        }
        return out;
    }();
};

/// The 41 joints by their whole-body index; the neck is the middle of the shoulders.
template <>
struct conversion<coco_wholebody133, upper_body> {
    static constexpr auto sources = [] {
        detail::source_list<upper_body> out{};
        for (std::size_t j = 0; j < out.size(); ++j)
            out[j] = j == 0 ? upper_body::neck_ends
                            : joint_pair{upper_body::wholebody[j], upper_body::wholebody[j]};
        return out;
    }();
    static_assert(detail::injective(sources));
};

template <>
struct conversion<upper_body, upper_body_bodyhand> {
    static constexpr auto sources = detail::same_names<upper_body, upper_body_bodyhand>();
};

template <>
struct conversion<coco_wholebody133, upper_body_bodyhand> {
    static constexpr auto sources = [] {
        detail::source_list<upper_body_bodyhand> out{};
        for (std::size_t j = 0; j < out.size(); ++j)
            out[j] = conversion<coco_wholebody133, upper_body>::sources[static_cast<std::size_t>(
                upper_body_bodyhand::upper_body_index[j])];
        return out;
    }();
};

/// Body joints of COCO; the neck is the middle of the shoulders, hands and face stay unknown.
template <>
struct conversion<coco17, upper_body> {
    static constexpr auto sources = [] {
        auto out = detail::same_names<coco17, upper_body>();
        out[0] = {5, 6};
        return out;
    }();
};

/// Body and head joints and five points a hand; hips, face and the other finger joints (19 in all)
/// stay unknown. `Reading` says what the finger points are.
template <fingers Reading>
struct conversion<imigue22, upper_body, Reading> {
    static constexpr auto sources = [] {
        auto out = detail::same_names<imigue22, upper_body>();
        for (int k = 0; k < 5; ++k) {
            out[static_cast<std::size_t>(detail::finger_joint(false, k, Reading))] = {12 + k,
                                                                                      12 + k};
            out[static_cast<std::size_t>(detail::finger_joint(true, k, Reading))] = {17 + k,
                                                                                     17 + k};
        }
        return out;
    }();
    static_assert(detail::injective(sources) && detail::known(sources) == 22);
};

/// The reverse of the above; 19 joints are dropped.
template <fingers Reading>
struct conversion<upper_body, imigue22, Reading> {
    static constexpr auto sources = [] {
        auto out = detail::unknown<imigue22>();
        const auto& forward = conversion<imigue22, upper_body, Reading>::sources;
        for (std::size_t j = 0; j < forward.size(); ++j)
            if (forward[j].first >= 0)
                out[static_cast<std::size_t>(forward[j].first)] = {static_cast<int>(j),
                                                                   static_cast<int>(j)};
        return out;
    }();
    static_assert(detail::known(sources) == 22);
};

template <>
struct conversion<body25, body25_upper15> {
    static constexpr auto sources = detail::same_names<body25, body25_upper15>();
};

template <>
struct conversion<body25, coco17> {
    static constexpr auto sources = detail::same_names<body25, coco17>();
};

/// Body and head only; BODY_25 has its own neck.
template <>
struct conversion<body25, upper_body> {
    static constexpr auto sources = detail::same_names<body25, upper_body>();
};
template <>
struct conversion<body25_upper15, upper_body> {
    static constexpr auto sources = detail::same_names<body25_upper15, upper_body>();
};

/// Kinect v2 to v1: the joint between the shoulders becomes the shoulder centre, the spine base the
/// hip centre; hand tips, thumbs and the neck joint are dropped.
template <>
struct conversion<ntu25, kinect20> {
    static constexpr auto sources = detail::renamed<ntu25, kinect20, 3>(
        detail::same_names<ntu25, kinect20>(), {{{"hip_center", "spine_base"},
                                                 {"spine", "spine_mid"},
                                                 {"shoulder_center", "spine_shoulder"}}});
    static_assert(detail::injective(sources) && detail::known(sources) == 20);
};

}  // namespace MGKIT_NAMESPACE::skeleton
