// Joints, bones and channels as meta.json states them.
#pragma once

#include "mgkit/io/json_value.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// The keys that `parse_folder_meta` reads a skeleton and its channels from.
void put_skeleton(io::json& meta, const skeleton::dynamic& topology,
                  skeleton::channel_layout layout);

}  // namespace MGKIT_NAMESPACE::data::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/detail/skeleton_meta-inl.hpp"
#endif
