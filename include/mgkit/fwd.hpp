// SPDX-License-Identifier: MIT
// Names without definitions, for headers that only mention mgkit's types.
#pragma once

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE {

class error;
class random_stream;
class state_store;
struct context;
struct random_key;
struct row_identity;

template <class... Ts>
struct type_list;
template <class T>
struct type_tag;

namespace skeleton {
enum class channel_layout;
struct pose_shape;
template <class S>
struct pose_view;
template <class S>
class pose;
}  // namespace skeleton

}  // namespace MGKIT_NAMESPACE
