// SPDX-License-Identifier: MIT
// The 32 classes that interviews are annotated with: names, groups, frequencies.
// infrastructure: facts that the generator stands on
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data::interview {

inline constexpr int class_count = 32;

/// Which parts of the body a class concerns.
enum class gesture_group { head, head_hand, body_hand, body, hand, illustrative };

struct micro_gesture {
    std::string_view name;
    gesture_group group;
    int count;  ///< training instances of iMiGUE as released for the MiGA challenge 2023
};

/// Label = index. Source: the class list and label frequencies of iMiGUE (Liu et al., CVPR 2021).
inline constexpr std::array<micro_gesture, class_count> micro_gestures{{
    {"Turtle neck", gesture_group::head, 10},
    {"Bulging face, deep breath", gesture_group::head, 418},
    {"Touching hat", gesture_group::head_hand, 39},
    {"Touching or scratching head", gesture_group::head_hand, 207},
    {"Touching or scratching forehead", gesture_group::head_hand, 80},
    {"Covering face", gesture_group::head_hand, 23},
    {"Rubbing eyes", gesture_group::head_hand, 64},
    {"Touching or scratching facial parts", gesture_group::head_hand, 858},
    {"Touching ears", gesture_group::head_hand, 87},
    {"Biting nails", gesture_group::head_hand, 3},
    {"Touching jaw", gesture_group::head_hand, 302},
    {"Touching or scratching neck", gesture_group::body_hand, 154},
    {"Playing or adjusting hair", gesture_group::body_hand, 97},
    {"Buckle button, pulling shirt collar, adjusting tie", gesture_group::body_hand, 41},
    {"Touching or covering suprasternal notch", gesture_group::body_hand, 28},
    {"Scratching back", gesture_group::body_hand, 27},
    {"Folding arms", gesture_group::body_hand, 322},
    {"Dusting off clothes", gesture_group::body_hand, 83},
    {"Putting arms behind body", gesture_group::body_hand, 2},
    {"Moving torso", gesture_group::body, 942},
    {"Sitting straightly", gesture_group::body, 170},
    {"Scratching or touching arms", gesture_group::hand, 373},
    {"Rubbing or holding hands", gesture_group::hand, 657},
    {"Crossing fingers", gesture_group::hand, 700},
    {"Minaret gesture", gesture_group::hand, 11},
    {"Playing or manipulating objects", gesture_group::hand, 287},
    {"Hold back arms", gesture_group::hand, 87},
    {"Head up", gesture_group::head, 60},
    {"Pressing lips", gesture_group::head, 1237},
    {"Arms akimbo", gesture_group::hand, 6},
    {"Shaking shoulders", gesture_group::body, 2272},
    {"Illustrative body language (non-micro-gesture)", gesture_group::illustrative, 4023},
}};

/// The class that is no micro-gesture: hands that accompany speech.
inline constexpr int illustrative_label = 31;

constexpr std::string_view name(gesture_group group) {
    constexpr std::array<std::string_view, 6> names{"Head", "Head-Hand", "Body-Hand",
                                                    "Body", "Hand",      "Non-MG"};
    return names[static_cast<std::size_t>(group)];
}

inline constexpr int counted_instances = [] {
    int sum = 0;
    for (const micro_gesture& g : micro_gestures) sum += g.count;
    return sum;
}();
static_assert(counted_instances == 13670);

/// Share of a class among the instances counted.
constexpr double base_share(int label) {
    return static_cast<double>(micro_gestures[static_cast<std::size_t>(label)].count) /
           counted_instances;
}

/// Classes that are more frequent after a loss (+1), after a win (-1), or neither (0).
constexpr int outcome_sign(int label) {
    switch (label) {
        case 1:
        case 5:
        case 11:
        case 22:
        case 23:
            return 1;
        case 3:
        case 19:
        case 21:
        case 27:
            return -1;
        default:
            return 0;
    }
}

/// How much longer than others an instance lasts, before renormalising to the common mean: held
/// postures twice, quick movements half.
constexpr double duration_factor(int label) {
    switch (label) {
        case 16:
        case 18:
        case 20:
        case 22:
        case 24:
        case 26:
        case 29:
            return 2;
        case 1:
        case 27:
        case 30:
            return 0.5;
        default:
            return 1;
    }
}

/// Mean of duration_factor under the base shares.
inline constexpr double mean_duration_factor = [] {
    double sum = 0;
    for (int label = 0; label < class_count; ++label)
        sum += base_share(label) * duration_factor(label);
    return sum;
}();

}  // namespace MGKIT_NAMESPACE::data::interview
