// SPDX-License-Identifier: MIT
// A proposal that says how long windows last and not where they begin.
// error: mgkit: a proposal has 'const clip::duration_prior& durations() const' and 'double start(
#include "mgkit/clip/list.hpp"

using namespace mgkit;

struct lengths {
    clip::duration_prior prior;
    const clip::duration_prior& durations() const { return prior; }
};

int main() {
    clip::rejection<lengths, clip::all<clip::no_overlap>> sampler;
    return sampler.quota;
}
