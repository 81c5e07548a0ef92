// Every training method of mgkit, one include each; methods are templates over encoder and views.
#pragma once

#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/pretext/feature_decorrelation.hpp"
#include "mgkit/pretext/supervised.hpp"
