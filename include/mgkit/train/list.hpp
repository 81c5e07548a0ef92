// Every optimiser of mgkit, one line each.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/adamw.hpp"
#include "mgkit/train/schedule.hpp"
#include "mgkit/train/sgd.hpp"

namespace mgkit::train {

using optimisers = type_list<adam, adamw, sgd>;

}  // namespace mgkit::train
