// SPDX-License-Identifier: MIT
// Two constraints that count under one name.
// error: mgkit: constraints of one sampler have different names
#include "mgkit/clip/list.hpp"

using namespace mgkit;

int main() {
    clip::rejection<clip::duration_prior, clip::all<clip::no_cut, clip::no_cut>> sampler;
    return sampler.quota;
}
