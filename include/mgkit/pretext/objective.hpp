// SPDX-License-Identifier: MIT
// What a training method is: something that turns a batch into a loss.
// infrastructure
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/core/recipe.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/core/short_list.hpp"
#include "mgkit/nn/leaves.hpp"
#include "mgkit/pretext/batch.hpp"
#include "mgkit/pretext/method_traits.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// A loss and named parts of it for the training curve; names are literals, or outlive the step.
template <operand X>
struct objective_value {
    X loss;
    short_list<std::pair<std::string_view, X>, 6> parts{};
};

/// A training method: a module that maps a batch to a loss. `made_of()` says what it was built with
/// beyond the data, such as encoder settings and loss weights (see settings_text): a run is resumed
/// only where that is equal. What it needs it states in its `traits`, see method_traits.
///
/// Four members are optional, and found by their names. The first three are part of a step, and of
/// its recording where steps are recorded (see repeated_step), so they make no decision by values:
///
///     void before_step(context&);                              // gradients cleared, nothing run
///     void gradients(context&, const nn::leaf_list<T>&);       // of all parameters, not yet used
///     void after_step(context&);                               // parameters updated
///     void after_epoch(context&, int epoch);                   // never recorded
///
/// Two static ones are for methods that are made by name, from method_settings: `options_of(s)`,
/// the settings that its constructor takes behind the views; and `recipe default_words(s)`, what
/// `made_of()` of a method made so says beside the encoder.
template <class M>
concept method = tensor<typename M::tensor_type> && nn::has_leaves<M> &&
    requires(M& m, const M& same, context& ctx,
             const batch<variable<typename M::tensor_type>>& input) {
    { m(ctx, input) } -> std::same_as<objective_value<variable<typename M::tensor_type>>>;
    { same.made_of() } -> std::same_as<recipe>;
};

/// A method that brings an augmentation policy along: it can be trained on clips directly.
template <class M>
concept skeleton_method = method<M> && requires(M& m) {
    { M::views } -> std::convertible_to<int>;
    m.augmentation;
};

/// For methods whose source makes the views.
struct no_views {
    static constexpr int views = 0;
};

/// The views that lie one after another in a field: as the batch says, or else `views` of the
/// method. Errors: neither says, the two differ, rows that are no whole number of views.
template <operand X>
int views_of(const batch<X>& input, std::string_view field, int views, const std::string& method) {
    const int stacked = input.views(field);
    if (views > 0 && stacked > 0 && views != stacked)
        throw error(method, text(views, " views"), text(stacked, " in the batch"),
                    "make as many views as the method was built for");
    const int used = views > 0 ? views : stacked;
    const extent rows = shape_of(input[field])[0];
    if (used < 1 || rows < used || rows % used != 0)
        throw error(method, text("rows in ", used, " views"), text(rows, " rows"));
    return used;
}

}  // namespace MGKIT_NAMESPACE::pretext
