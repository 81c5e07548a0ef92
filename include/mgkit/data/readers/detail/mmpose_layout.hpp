// SPDX-License-Identifier: MIT
// Which of MMPose's ways to nest people a JSON text has.
#pragma once

#include <string>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/readers/json_outline.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Where people stand. Whatever is a list of frames or of people may be an object instead, whose
/// keys number or name them.
struct mmpose_layout {
    bool known = false;           ///< people, or the frame that has room for them, were found
    bool one_frame = false;       ///< nothing but the people of one picture
    bool keyed_root = false;      ///< the whole is an object by frame, or by person
    bool keyed_people = false;    ///< each frame is an object by person
    bool lone_person = false;     ///< the whole is one person
    bool root_of_people = false;  ///< the whole is an object by person
    bool by_person = false;       ///< the whole is an object by person of their frames: not read
    bool root_guessed = false;    ///< plain numbers: taken for frames where there are many of them
};

/// Cost: some passes over the paths.
mmpose_layout mmpose_layout_of(const json_outline& outline);

/// What is wrong with a text that has something of MMPose; empty where nothing has.
std::string mmpose_difference(const json_outline& outline);

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/mmpose_layout-inl.hpp"
#endif
