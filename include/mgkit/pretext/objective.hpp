// What a training method is: something that turns a batch into a loss.
// infrastructure
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/recipe.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace mgkit::pretext {

/// One training batch: views stacked on the leading axis [K * B, C, T, V, M], view first, and the
/// labels of its B clips (empty where the corpus has none).
template <operand X>
struct batch {
    X clips;
    std::span<const int> labels;
};

/// A loss and named parts of it for the training curve.
template <operand X>
struct objective_value {
    X loss;
    std::vector<std::pair<std::string, X>> parts;
};

/// A training method: a module with an augmentation policy (`augmentation`, K = `views`) that maps
/// a batch to a loss. `made_of()` says what it was built with beyond the views, such as encoder
/// settings and loss weights (see settings_text): a run is resumed only where that is equal.
template <class M>
concept method = tensor<typename M::tensor_type> &&
    requires(M& m, const M& same, context& ctx,
             const batch<variable<typename M::tensor_type>>& input) {
    { m(ctx, input) } -> std::same_as<objective_value<variable<typename M::tensor_type>>>;
    { M::views } -> std::convertible_to<int>;
    { same.made_of() } -> std::same_as<recipe>;
    m.augmentation;
    M::fields();
};

/// An encoder in words: its name, if it has one, and what it was built from.
template <class Encoder>
std::string encoder_text(const typename Encoder::settings& settings) {
    std::string name;
    if constexpr (requires { Encoder::name; }) name = Encoder::name;
    return name + settings_text(settings);
}

}  // namespace mgkit::pretext
