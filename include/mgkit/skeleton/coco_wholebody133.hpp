// SPDX-License-Identifier: MIT
// The 133 points of COCO-WholeBody.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// COCO-WholeBody: 17 body, 6 feet, 68 face and 21 points per hand.
///
/// Names and order follow the data set (Jin et al., ECCV 2020); `face_k` is point k of the 68-point
/// face. The data set draws the face as curves; here it is a tree: brows on the nose bridge,
/// eyelids on the eyes, lips and jaw below the nose, each chain running outwards, so that mirroring
/// and bones agree. Hand roots hang on the wrists. Parents may stand after their children.
struct coco_wholebody133 {
    static constexpr std::string_view name = "coco_wholebody133";
    static constexpr std::array<std::string_view, 133> joints{
        "nose",          "left_eye",        "right_eye",       "left_ear",       "right_ear",
        "left_shoulder", "right_shoulder",  "left_elbow",      "right_elbow",    "left_wrist",
        "right_wrist",   "left_hip",        "right_hip",       "left_knee",      "right_knee",
        "left_ankle",    "right_ankle",     "left_big_toe",    "left_small_toe", "left_heel",
        "right_big_toe", "right_small_toe", "right_heel",      "face_0",         "face_1",
        "face_2",        "face_3",          "face_4",          "face_5",         "face_6",
        "face_7",        "face_8",          "face_9",          "face_10",        "face_11",
        "face_12",       "face_13",         "face_14",         "face_15",        "face_16",
        "face_17",       "face_18",         "face_19",         "face_20",        "face_21",
        "face_22",       "face_23",         "face_24",         "face_25",        "face_26",
        "face_27",       "face_28",         "face_29",         "face_30",        "face_31",
        "face_32",       "face_33",         "face_34",         "face_35",        "face_36",
        "face_37",       "face_38",         "face_39",         "face_40",        "face_41",
        "face_42",       "face_43",         "face_44",         "face_45",        "face_46",
        "face_47",       "face_48",         "face_49",         "face_50",        "face_51",
        "face_52",       "face_53",         "face_54",         "face_55",        "face_56",
        "face_57",       "face_58",         "face_59",         "face_60",        "face_61",
        "face_62",       "face_63",         "face_64",         "face_65",        "face_66",
        "face_67",       "left_hand_root",  "left_thumb1",     "left_thumb2",    "left_thumb3",
        "left_thumb4",   "left_index1",     "left_index2",     "left_index3",    "left_index4",
        "left_middle1",  "left_middle2",    "left_middle3",    "left_middle4",   "left_ring1",
        "left_ring2",    "left_ring3",      "left_ring4",      "left_pinky1",    "left_pinky2",
        "left_pinky3",   "left_pinky4",     "right_hand_root", "right_thumb1",   "right_thumb2",
        "right_thumb3",  "right_thumb4",    "right_index1",    "right_index2",   "right_index3",
        "right_index4",  "right_middle1",   "right_middle2",   "right_middle3",  "right_middle4",
        "right_ring1",   "right_ring2",     "right_ring3",     "right_ring4",    "right_pinky1",
        "right_pinky2",  "right_pinky3",    "right_pinky4"};
    static constexpr std::array<int, 133> parents{
        0,   0,   0,   1,   2,   0,   0,   5,   6,   7,   8,   5,   6,   11,  12,  13,  14,
        15,  17,  15,  16,  20,  16,  24,  25,  26,  27,  28,  29,  30,  31,  80,  31,  32,
        33,  34,  35,  36,  37,  38,  41,  42,  43,  44,  50,  50,  45,  46,  47,  48,  51,
        52,  53,  0,   55,  56,  53,  56,  57,  2,   2,   2,   2,   2,   2,   1,   1,   1,
        1,   1,   1,   72,  73,  74,  56,  74,  75,  76,  79,  80,  89,  80,  81,  84,  85,
        74,  85,  86,  89,  85,  89,  9,   91,  92,  93,  94,  91,  96,  97,  98,  91,  100,
        101, 102, 91,  104, 105, 106, 91,  108, 109, 110, 10,  112, 113, 114, 115, 112, 117,
        118, 119, 112, 121, 122, 123, 112, 125, 126, 127, 112, 129, 130, 131};
    static constexpr int centre = 0;
    static constexpr joint_pair scale_pair{5, 6};
    static constexpr std::array<int, 133> mirror{
        0,   2,   1,   4,   3,   6,   5,   8,   7,   10,  9,   12,  11,  14,  13,  16,  15,
        20,  21,  22,  17,  18,  19,  39,  38,  37,  36,  35,  34,  33,  32,  31,  30,  29,
        28,  27,  26,  25,  24,  23,  49,  48,  47,  46,  45,  44,  43,  42,  41,  40,  50,
        51,  52,  53,  58,  57,  56,  55,  54,  68,  67,  66,  65,  70,  69,  62,  61,  60,
        59,  64,  63,  77,  76,  75,  74,  73,  72,  71,  82,  81,  80,  79,  78,  87,  86,
        85,  84,  83,  90,  89,  88,  112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122,
        123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 91,  92,  93,  94,  95,  96,  97,
        98,  99,  100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111};
    static constexpr std::array<std::string_view, 9> part_names{
        "torso",     "head", "left_arm",  "right_arm", "left_leg",
        "right_leg", "face", "left_hand", "right_hand"};
    static constexpr std::array<int, 133> part_of{
        1, 1, 1, 1, 1, 0, 0, 2, 3, 2, 3, 0, 0, 4, 5, 4, 5, 4, 4, 4, 5, 5, 5, 6, 6, 6, 6,
        6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
        6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
        6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8};
    static constexpr std::array<int, 5> anchors{0, 1, 2, 3, 4};
};

}  // namespace MGKIT_NAMESPACE::skeleton
