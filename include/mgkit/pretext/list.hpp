// SPDX-License-Identifier: MIT
// Every training method of mgkit, one line each.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/pretext/feature_decorrelation.hpp"
#include "mgkit/pretext/supervised.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// The methods on whatever encoder, in views that the source makes: each is compiled once, not once
/// for each encoder. Drives programs, tests and documentation; a pipeline of one's own names types.
template <tensor T>
using all = type_list<
    // clang-format off
    decorrelation<T, encode::any_encoder<T>, no_views>,
    feature_decorrelation<T, encode::any_encoder<T>, no_views>,
    supervised<T, encode::any_encoder<T>, no_views>
    // clang-format on
    >;

}  // namespace MGKIT_NAMESPACE::pretext
