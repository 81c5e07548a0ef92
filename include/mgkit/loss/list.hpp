// SPDX-License-Identifier: MIT
// Every loss of mgkit, one include each; losses are functions, so there is no list of types.
#pragma once

#include "mgkit/loss/barlow_twins.hpp"
#include "mgkit/loss/contrastive.hpp"
#include "mgkit/loss/cross_view.hpp"
#include "mgkit/loss/decorrelation.hpp"
#include "mgkit/loss/extreme_views.hpp"
#include "mgkit/loss/hyperbolic.hpp"
#include "mgkit/loss/similarity_distribution.hpp"
#include "mgkit/loss/soft_targets.hpp"
#include "mgkit/loss/vicreg.hpp"
