// SPDX-License-Identifier: MIT
// A constraint whose refusals would be counted under no name.
// error: mgkit: a constraint has 'static constexpr std::string_view name'
#include "mgkit/clip/list.hpp"

using namespace mgkit;

struct early {
    bool accepts(const clip::candidate& c) const { return c.window.end < 250; }
};

int main() {
    clip::rejection<clip::duration_prior, clip::all<early>> sampler;
    return sampler.quota;
}
