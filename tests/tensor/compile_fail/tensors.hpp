// What snippets share, so that a failure is their own.
#pragma once

#include "mgkit/backend/eigen.hpp"
#include "mgkit/testing/primitives_only.hpp"

using namespace mgkit;

using good = testing::primitives_only<eigen::tensor<double>>;

/// A tensor type of which every primitive is missing.
struct bare {
    shape extents;
};
template <>
struct mgkit::backend_traits<bare> {
    using scalar = float;
    static shape shape_of(const bare& t) { return t.extents; }
    static bare empty(context&, const shape& s) { return {s}; }
    static bare full(context&, const shape& s, double) { return {s}; }
    static bare from_host(context&, std::span<const float>, const shape& s) { return {s}; }
    static void to_host(context&, const bare&, std::span<float>) {}
    static bare reshape(const bare&, const shape& s) { return {s}; }
    static void assign(context&, bare&, const bare&) {}
};
