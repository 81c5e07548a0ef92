// SPDX-License-Identifier: MIT
// Every encoder of mgkit, one line each.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/encode/aagcn.hpp"
#include "mgkit/encode/agcn.hpp"
#include "mgkit/encode/bigru.hpp"
#include "mgkit/encode/blstm.hpp"
#include "mgkit/encode/ctr_gcn.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/gru.hpp"
#include "mgkit/encode/lstm.hpp"
#include "mgkit/encode/patch_transformer.hpp"
#include "mgkit/encode/st_gcn.hpp"
#include "mgkit/encode/st_gcn_pp.hpp"
#include "mgkit/encode/sttr.hpp"

namespace MGKIT_NAMESPACE::encode {

template <tensor T>
using all = type_list<
    // clang-format off
    dste<T>,
    sttr<T>,
    st_gcn<T>,
    st_gcn_pp<T>,
    agcn<T>,
    aagcn<T>,
    ctr_gcn<T>,
    patch_transformer<T>,
    lstm<T>,
    blstm<T>,
    gru<T>,
    bigru<T>
    // clang-format on
    >;

}  // namespace MGKIT_NAMESPACE::encode
