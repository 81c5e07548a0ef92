// SPDX-License-Identifier: MIT
// Which joint of one topology becomes which joint of another.
// infrastructure: not itself a topology
#pragma once

#include <concepts>
#include <span>
#include <string_view>
#include <vector>

#include "mgkit/skeleton/list.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// What iMiGUE's finger points are taken to be; its documents do not say.
enum class fingers { tips, mcp };

/// Which hand of a body.
enum class side { left, right };

/// The option of conversions that have one reading only.
struct no_option {};

/// Where the joints of `To` come from among those of `From`: `sources()[j]` is {a, a} for a copy,
/// {a, b} for the middle of two, {-1, -1} where `From` knows no such joint; one entry for each
/// joint of `To`. Specialise it for more pairs.
///
/// The tables of this header are put together by name when they are first asked for.
template <class From, class To, auto Option = no_option{}>
struct conversion;

template <class From, class To, auto Option = no_option{}>
concept convertible = requires {
    { conversion<From, To, Option>::sources() } -> std::convertible_to<std::span<const joint_pair>>;
};

namespace detail {

using joint_names = std::span<const std::string_view>;

/// A name among the joints of a skeleton.
struct named_joint {
    joint_names joints;
    std::string_view name;
};

/// The joint of that name as a source; unknown where there is none.
joint_pair source_called(named_joint joint);
/// Each joint of `to` from the joint of `from` with its name.
std::vector<joint_pair> same_names(joint_names from, joint_names to);
/// `sources` with one more joint, by its name in either skeleton.
void rename_joint(std::vector<joint_pair>& sources, named_joint from, named_joint to);

std::vector<joint_pair> same_joints(int count);
std::vector<joint_pair> one_hand(side which);
std::vector<joint_pair> from_finger_points(fingers reading);
std::vector<joint_pair> to_finger_points(fingers reading);

}  // namespace detail

/// Nothing changes.
template <class T>
struct conversion<T, T> {
    static std::span<const joint_pair> sources() {
        static const auto list = detail::same_joints(joint_count_v<T>);
        return list;
    }
};

template <>
struct conversion<coco_wholebody133, coco17> {
    static std::span<const joint_pair> sources();
};

/// One hand of the whole body; its wrist is the hand root.
template <side Side>
struct conversion<coco_wholebody133, hand21, Side> {
    static std::span<const joint_pair> sources() {
        static const auto list = detail::one_hand(Side);
        return list;
    }
};

/// The 41 joints by their whole-body index; the neck is the middle of the shoulders.
template <>
struct conversion<coco_wholebody133, upper_body> {
    static std::span<const joint_pair> sources();
};

template <>
struct conversion<upper_body, upper_body_bodyhand> {
    static std::span<const joint_pair> sources();
};

template <>
struct conversion<coco_wholebody133, upper_body_bodyhand> {
    static std::span<const joint_pair> sources();
};

/// Body joints of COCO; the neck is the middle of the shoulders, hands and face stay unknown.
template <>
struct conversion<coco17, upper_body> {
    static std::span<const joint_pair> sources();
};

/// Body and head joints and five points a hand; hips, face and the other finger joints (19 in all)
/// stay unknown. `Reading` says what the finger points are.
template <fingers Reading>
struct conversion<imigue22, upper_body, Reading> {
    static std::span<const joint_pair> sources() {
        static const auto list = detail::from_finger_points(Reading);
        return list;
    }
};

/// The reverse of the above; 19 joints are dropped.
template <fingers Reading>
struct conversion<upper_body, imigue22, Reading> {
    static std::span<const joint_pair> sources() {
        static const auto list = detail::to_finger_points(Reading);
        return list;
    }
};

template <>
struct conversion<body25, body25_upper15> {
    static std::span<const joint_pair> sources();
};

template <>
struct conversion<body25, coco17> {
    static std::span<const joint_pair> sources();
};

/// Body and head only; BODY_25 has its own neck.
template <>
struct conversion<body25, upper_body> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<body25_upper15, upper_body> {
    static std::span<const joint_pair> sources();
};

/// Kinect v2 to v1: the joint between the shoulders becomes the shoulder centre, the spine base the
/// hip centre; hand tips, thumbs and the neck joint are dropped.
template <>
struct conversion<ntu25, kinect20> {
    static std::span<const joint_pair> sources();
};

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/conversions-inl.hpp"
#endif
