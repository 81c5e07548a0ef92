// SPDX-License-Identifier: MIT
// A constraint whose decision takes a window alone.
// error: mgkit: a constraint has 'bool accepts(const clip::candidate&) const'
#include "mgkit/clip/list.hpp"

using namespace mgkit;

struct short_ones {
    static constexpr std::string_view name = "long";
    bool accepts(const data::segment& window) const { return window.length() < 50; }
};

int main() {
    clip::rejection<clip::duration_prior, clip::all<clip::no_overlap, short_ones>> sampler;
    return sampler.quota;
}
