// SPDX-License-Identifier: MIT
// Conversions between `upper_body`, `body25_upper15` and what pose estimators put out.
// infrastructure: not itself a topology
#pragma once

#include <span>

#include "mgkit/skeleton/conversions.hpp"

namespace MGKIT_NAMESPACE::skeleton {

template <>
struct conversion<halpe26, upper_body> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<openpose18, upper_body> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<body25_hands, upper_body> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<body25_hands_face, upper_body> {
    static std::span<const joint_pair> sources();
};
/// Neck from the shoulders; three knuckles of each hand; no brows, lips or chin.
template <>
struct conversion<blazepose33, upper_body> {
    static std::span<const joint_pair> sources();
};
/// As above, with all finger joints from the hands.
template <>
struct conversion<blazepose75, upper_body> {
    static std::span<const joint_pair> sources();
};

template <>
struct conversion<upper_body, coco17> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<upper_body, halpe26> {
    static std::span<const joint_pair> sources();
};
/// The neck is dropped, being derived; the hand roots are the wrists.
template <>
struct conversion<upper_body, coco_wholebody133> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<upper_body, openpose18> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<upper_body, body25> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<upper_body, body25_hands> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<upper_body, body25_hands_face> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<upper_body, blazepose33> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<upper_body, blazepose75> {
    static std::span<const joint_pair> sources();
};

/// The 15 joints by name. A neck or a middle of the hips that a skeleton lacks is the middle of the
/// shoulders, of the hips.
template <>
struct conversion<upper_body, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<coco17, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<coco_wholebody133, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<halpe26, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<openpose18, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<body25_hands, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<body25_hands_face, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<blazepose33, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<blazepose75, body25_upper15> {
    static std::span<const joint_pair> sources();
};
template <>
struct conversion<imigue22, body25_upper15> {
    static std::span<const joint_pair> sources();
};

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/estimator_conversions-inl.hpp"
#endif
