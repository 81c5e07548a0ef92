// SPDX-License-Identifier: MIT
// A model on a type whose traits are not whole.
// error: mgkit: this type is no tensor: its backend_traits lack 'reshape(t, shape)' or 'assign(
#include "training.hpp"

struct fixed {
    shape extents;
};
template <>
struct mgkit::backend_traits<fixed> {
    using scalar = float;
    static shape shape_of(const fixed& t) { return t.extents; }
    static fixed empty(context&, const shape& s) { return {s}; }
    static fixed full(context&, const shape& s, double) { return {s}; }
    static fixed from_host(context&, std::span<const float>, const shape& s) { return {s}; }
    static void to_host(context&, const fixed&, std::span<float>) {}
    static fixed reshape(const fixed&, const shape& s) { return {s}; }
};

int main() {
    context ctx;
    run_model<fixed>(ctx);
}
