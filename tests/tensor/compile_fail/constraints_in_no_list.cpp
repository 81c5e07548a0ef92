// SPDX-License-Identifier: MIT
// A sampler with a constraint by itself.
// error: mgkit: the constraints of a sampler stand in clip::all<...>
#include "mgkit/clip/list.hpp"

using namespace mgkit;

int main() {
    clip::rejection<clip::duration_prior, clip::no_overlap> sampler;
    return sampler.quota;
}
