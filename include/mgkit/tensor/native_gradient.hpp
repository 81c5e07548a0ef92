// SPDX-License-Identifier: MIT
// Tensor types that differentiate themselves: what the tape leaves to them.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "mgkit/tensor/variable.hpp"

namespace MGKIT_NAMESPACE {

/// A backend whose library records operations by itself. Its traits add
/// - `leaf(t)`: the same storage as a value whose gradient is wanted;
/// - `detached(t)`: the same storage as a value that was made from nothing;
/// - `needs_gradient(t)`: whether t was made from a leaf;
/// - `rerouted(t, f)`: the same values, whose gradient g is handed on as f(g) (signed_gradient);
/// - `native_gradients(result, weights, leaves, found)`: the gradient of sum(weights * result) for
///   each leaf; found[i] becomes 1 where the result depends on leaf i.
/// Operations on variables of such a type run its forward kernels; nothing goes on the tape.
template <class T>
concept native_gradient = tensor<T> &&
    requires(const T& t, const std::vector<T>& leaves, std::vector<char>& found) {
    { backend_traits<T>::leaf(t) } -> std::same_as<T>;
    { backend_traits<T>::detached(t) } -> std::same_as<T>;
    { backend_traits<T>::needs_gradient(t) } -> std::same_as<bool>;
    { backend_traits<T>::native_gradients(t, t, leaves, found) } -> std::same_as<std::vector<T>>;
};

/// The leaves of a recording in progress, one per slot in order of first use; empty for types that
/// the tape serves.
template <tensor T>
struct native_leaves {
    std::vector<gradient_slot<T>*> slots;
    std::vector<std::shared_ptr<const bool>> present;
    std::vector<T> values;
    std::unordered_map<gradient_slot<T>*, std::size_t> place;

    const T& of(const variable<T>& x) {
        const auto [entry, made] = place.try_emplace(x.slot, values.size());
        if (made) {
            slots.push_back(x.slot);
            present.push_back(x.slot->here.observe());
            values.push_back(backend_traits<T>::leaf(x.value));
        }
        return values[entry->second];
    }
};

}  // namespace MGKIT_NAMESPACE
