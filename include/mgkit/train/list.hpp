// SPDX-License-Identifier: MIT
// Every optimiser of mgkit, one line each.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/adamw.hpp"
#include "mgkit/train/lars.hpp"
#include "mgkit/train/schedule.hpp"
#include "mgkit/train/sgd.hpp"

namespace MGKIT_NAMESPACE::train {

using optimisers = type_list<adam, adamw, lars, sgd>;

}  // namespace MGKIT_NAMESPACE::train
