// SPDX-License-Identifier: MIT
// What the families share: tensors from files, gradients against files.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "golden/runner.hpp"
#include "mgkit/nn/archive.hpp"

namespace MGKIT_NAMESPACE::golden {

/// Runs `body(type_tag<T>)` for every tensor type of a backend: one per precision.
template <class... Ts, class Body>
void in_precisions(Body&& body) {
    (body(type_tag<Ts>{}), ...);
}

/// Bounds of one file. Double: 1e-9. Float: ten times what the reference itself loses in float32
/// (recorded in the file), at least 2e-5 for values and 1e-4 for gradients.
template <class S>
struct bounds {
    double values = 1e-9, gradients = 1e-9;

    explicit bounds(const io::json& config) {
        if constexpr (std::is_same_v<S, float>) {
            values = 2e-5;
            gradients = 1e-4;
            const io::json* found = config.find("f32_rel_err");
            const io::json recorded = found ? *found : io::json();
            if (recorded.contains("outputs"))
                values = std::max(values, 10 * recorded["outputs"].get<double>());
            if (recorded.contains("grads"))
                gradients = std::max(gradients, 10 * recorded["grads"].get<double>());
        }
    }
};

inline shape extents_of(const io::safetensors_file& file, const std::string& name) {
    shape out;
    for (const std::int64_t e : file.shape(name)) out.push_back(static_cast<extent>(e));
    return out;
}

template <class T>
T tensor_from(context& ctx, const io::safetensors_file& file, const std::string& name) {
    using S = typename backend_traits<T>::scalar;
    return backend_traits<T>::from_host(ctx, file.read<S>(name), extents_of(file, name));
}

template <class T>
void expect(checks& out, context& ctx, const io::safetensors_file& file, const std::string& name,
            const T& got, double tolerance) {
    const auto values = nn::host_values(ctx, got);
    const auto want = file.read<double>(name);
    out.close(name, std::span(values), std::span(want), tolerance);
}

/// Which parameters have an exactly zero gradient, so that a file holds rounding noise for them.
using cancelled = bool (*)(const std::string& name);

inline bool nothing_cancelled(const std::string&) {
    return false;
}

/// Whole models with projectors: batch norm cancels whatever adds one constant to all its rows.
/// These are the biases right in front of it, and those that shift every token of an encoder's last
/// layer (the second of DSTE's two, the last of STTR's stack).
inline bool cancelled_by_batch_norm(const std::string& name) {
    return name.ends_with("_proj.0.bias") || name.ends_with("_proj.3.bias") ||
           (name.find("_tr1.") != std::string::npos && name.ends_with("mlp.fc2.bias")) ||
           (name.find("_tr.layers.") != std::string::npos && name.ends_with("norm2.bias"));
}

/// With the decorrelation loss on top, which does not see a shift common to all views, the last
/// biases of the projectors as well.
inline bool cancelled_by_loss(const std::string& name) {
    return cancelled_by_batch_norm(name) || name.ends_with("_proj.6.bias");
}

/// Compares the gradient of every parameter with `prefix`+name. Cancelled biases are measured on
/// the scale of their layer's weight gradient.
template <tensor T>
void expect_gradients(checks& out, context& ctx, const io::safetensors_file& file,
                      const nn::leaf_list<T>& leaves, const std::string& prefix, double tolerance,
                      cancelled is_cancelled = nothing_cancelled) {
    for (const nn::leaf<T>& l : nn::parameters(leaves)) {
        const std::string& name = l.name;
        parameter<T>& p = *l.weights;
        if (!file.contains(prefix + name)) continue;
        if (!p.slot.filled) p.slot.gradient = backend_traits<T>::full(ctx, shape_of(p.value), 0);
        auto got = nn::host_values(ctx, p.slot.gradient);
        auto want = file.read<double>(prefix + name);
        if (is_cancelled(name)) {
            const std::string weight = prefix + name.substr(0, name.size() - 4) + "weight";
            const auto scale = file.read<double>(weight);
            want.insert(want.end(), scale.begin(), scale.end());
            for (double v : scale)
                got.push_back(static_cast<typename backend_traits<T>::scalar>(v));
        }
        out.close(prefix + name, std::span(got), std::span(want), tolerance);
    }
}

}  // namespace MGKIT_NAMESPACE::golden
