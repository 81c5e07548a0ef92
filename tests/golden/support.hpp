// What the encoder, loss and training families share: tensors from files, gradients against files.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/archive.hpp"
#include "runner.hpp"

namespace mgkit::golden {

/// Runs `body(type_tag<S>)` in both precisions.
template <class Body>
void in_both_precisions(Body&& body) {
    body(type_tag<double>{});
    body(type_tag<float>{});
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
            if (config.contains("f32_rel_err") && config["f32_rel_err"].is_object()) {
                values = std::max(values, 10 * config["f32_rel_err"]["outputs"].get<double>());
                gradients = std::max(gradients, 10 * config["f32_rel_err"]["grads"].get<double>());
            }
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

/// Whether a parameter is a bias that batch norm cancels: its true gradient is zero, and what the
/// file holds is rounding noise.
inline bool cancelled_bias(const std::string& name) {
    return name.ends_with("_proj.0.bias") || name.ends_with("_proj.3.bias");
}

/// Compares the gradient of every parameter with `prefix`+name. Cancelled biases are measured on
/// the scale of their layer's weight gradient.
template <class M>
void expect_gradients(checks& out, context& ctx, const io::safetensors_file& file, M& model,
                      const std::string& prefix, double tolerance) {
    nn::for_each_parameter(model, [&](const std::string& name, auto& p) {
        using T = std::remove_reference_t<decltype(p.value)>;
        if (!file.contains(prefix + name)) return;
        if (!p.slot.filled) p.slot.gradient = backend_traits<T>::full(ctx, shape_of(p.value), 0);
        auto got = nn::host_values(ctx, p.slot.gradient);
        auto want = file.read<double>(prefix + name);
        if (cancelled_bias(name)) {
            const std::string weight = prefix + name.substr(0, name.size() - 4) + "weight";
            const auto scale = file.read<double>(weight);
            want.insert(want.end(), scale.begin(), scale.end());
            for (double v : scale)
                got.push_back(static_cast<typename backend_traits<T>::scalar>(v));
        }
        out.close(prefix + name, std::span(got), std::span(want), tolerance);
    });
}

}  // namespace mgkit::golden
