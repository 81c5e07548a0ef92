// SPDX-License-Identifier: MIT
// Every loss of mgkit, one include each; losses are functions, so there is no list of types.
#pragma once

#include "mgkit/loss/decorrelation.hpp"
#include "mgkit/loss/soft_targets.hpp"
