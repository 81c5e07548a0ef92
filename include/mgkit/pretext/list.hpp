// SPDX-License-Identifier: MIT
// Every training method of mgkit, one line each.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/pretext/aimclr.hpp"
#include "mgkit/pretext/ascal.hpp"
#include "mgkit/pretext/barlow_twins.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/pretext/feature_decorrelation.hpp"
#include "mgkit/pretext/mamp.hpp"
#include "mgkit/pretext/moco.hpp"
#include "mgkit/pretext/predict_cluster.hpp"
#include "mgkit/pretext/s_vae.hpp"
#include "mgkit/pretext/simclr.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/pretext/u_s_vae.hpp"
#include "mgkit/pretext/vicreg.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// The methods on whatever encoder, in views that the source makes: each is compiled once, not once
/// for each encoder. Drives programs, tests and documentation; a pipeline of one's own names types.
template <tensor T>
using all = type_list<
    // clang-format off
    decorrelation<T, encode::any_encoder<T>, no_views>,
    feature_decorrelation<T, encode::any_encoder<T>, no_views>,
    supervised<T, encode::any_encoder<T>, no_views>,
    moco<T, encode::any_encoder<T>, no_views>,
    aimclr<T, encode::any_encoder<T>, no_views>,
    ascal<T, encode::any_encoder<T>, no_views>,
    simclr<T, encode::any_encoder<T>, no_views>,
    barlow_twins<T, encode::any_encoder<T>, no_views>,
    vicreg<T, encode::any_encoder<T>, no_views>,
    predict_cluster<T, encode::any_encoder<T>, no_views>,
    mamp<T, encode::any_encoder<T>, no_views>,
    u_s_vae<T, encode::any_encoder<T>, no_views>,
    s_vae<T, encode::any_encoder<T>, no_views>
    // clang-format on
    >;

}  // namespace MGKIT_NAMESPACE::pretext
