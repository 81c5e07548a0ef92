// SPDX-License-Identifier: MIT
// Values of one module in another of the same names: copied, or followed slowly.
// infrastructure
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/nn/leaves.hpp"
#include "mgkit/tensor/ops/rows.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::nn {

namespace detail {

[[noreturn]] inline void refuse_values(const char* where,
                                       const std::vector<std::string>& differences) {
    constexpr std::size_t shown = 40;
    std::string found = text(differences.size(), " differences: ");
    for (std::size_t i = 0; i < differences.size() && i < shown; ++i)
        found += (i ? ", " : "") + differences[i];
    if (differences.size() > shown) found += ", ...";
    throw error(where, "the same names and extents on both sides", found,
                "build both modules with the same settings");
}

template <tensor T>
std::string described(const leaf<T>& l) {
    return l.counter != nullptr ? "a counter" : shape_of(*l.value).str();
}

/// For each of `to` the one of `from` that has its name, null for second names.
template <tensor T>
std::vector<const leaf<T>*> partners(const char* where, const leaf_list<T>& to,
                                     const leaf_list<T>& from) {
    std::vector<const leaf<T>*> out(to.size());
    std::map<std::string_view, const leaf<T>*> by_name;
    std::vector<std::string> differences;
    const auto partner = [&](std::size_t i) -> const leaf<T>* {
        if (i < from.size() && from[i].name == to[i].name) return &from[i];
        if (by_name.empty())
            for (const leaf<T>& l : from) by_name.emplace(l.name, &l);
        const auto found = by_name.find(to[i].name);
        return found == by_name.end() ? nullptr : found->second;
    };
    std::size_t common = 0;
    for (std::size_t i = 0; i < to.size(); ++i) {
        const leaf<T>* other = partner(i);
        if (other == nullptr)
            differences.push_back(to[i].name + " is missing");
        else if (++common; described(*other) != described(to[i]))
            differences.push_back(to[i].name + " is " + described(*other) + " instead of " +
                                  described(to[i]));
        if (!to[i].alias) out[i] = other;
    }
    if (common < from.size()) {
        std::map<std::string_view, int> known;
        for (const leaf<T>& l : to) known.emplace(l.name, 0);
        for (const leaf<T>& l : from)
            if (!known.contains(l.name)) differences.push_back(l.name + " is unknown");
    }
    if (!differences.empty()) refuse_values(where, differences);
    return out;
}

/// In every replay of a recorded step as well.
template <tensor T>
void copy_counter(context& ctx, const leaf<T>& to, const leaf<T>& from) {
    every_step<T>(
        ctx, [](std::int64_t* target, const std::int64_t* source) { *target = *source; },
        to.counter, static_cast<const std::int64_t*>(from.counter));
}

template <tensor T, class Move>
void move_leaves(context& ctx, const leaf_list<T>& to, const leaf_list<T>& from, bool buffers,
                 Move&& moved) {
    const auto partner = partners("nn::move_towards", to, from);
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (partner[i] == nullptr || (to[i].weights == nullptr && !buffers)) continue;
        if (to[i].counter != nullptr)
            copy_counter(ctx, to[i], *partner[i]);
        else if (shape_of(*to[i].value).elements() > 0)
            backend_traits<T>::assign(ctx, *to[i].value, moved(*to[i].value, *partner[i]->value));
    }
}

}  // namespace detail

/// Writes values and counters of `from` into `to`, in place and on the device; gradients and
/// `trainable` stay. Both in one context; `nn::transfer` goes between tensor types. May be part of
/// a recorded step. Errors: other names, extents or kinds, all in one; nothing is written then.
template <tensor T>
void copy_values(context& ctx, const leaf_list<T>& to, const leaf_list<T>& from) {
    const auto partner = detail::partners("nn::copy_values", to, from);
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (partner[i] == nullptr) continue;
        if (to[i].counter != nullptr)
            detail::copy_counter(ctx, to[i], *partner[i]);
        else if (shape_of(*to[i].value).elements() > 0)
            backend_traits<T>::assign(ctx, *to[i].value, *partner[i]->value);
    }
}
template <has_leaves M>
void copy_values(context& ctx, M& to, M& from) {
    copy_values(ctx, leaves(to), leaves(from));
}

/// What of a module follows another.
enum class follows {
    parameters,  ///< buffers and counters stay: those of a key encoder that sees batches of its own
    everything   ///< buffers too, and counters are copied: an average that is used for evaluation
};

/// Parameters (and buffers) of `to` become (1 - rate) to + rate from, in place and on the device,
/// trainable or not. The momentum update of a key encoder, with rate 1 - momentum, and of averaged
/// weights. Both modules in one context, with memory of their own (`nn::clone`).
///
/// May be part of a recorded step: values are those of each replay; the rate is that of the
/// recording, so one that changes comes as a tensor (below). Cost: two passes over the values and
/// one tensor's size of memory. Errors: a rate outside [0, 1]; other names, extents or kinds.
/// Source: He et al., "Momentum contrast for unsupervised visual representation learning" (CVPR
/// 2020), which moves parameters alone.
template <tensor T>
void move_towards(context& ctx, const leaf_list<T>& to, const leaf_list<T>& from, double rate,
                  follows what) {
    if (!(rate >= 0 && rate <= 1)) throw error("nn::move_towards", "a rate in [0, 1]", text(rate));
    detail::move_leaves(
        ctx, to, from, what == follows::everything,
        [&](const T& own, const T& other) { return blend(ctx, 1 - rate, own, rate, other); });
}
/// The same at a rate that the host computes for every step: a tensor of one value, from
/// `step_values`. Cost: four passes over the values.
template <tensor T>
void move_towards(context& ctx, const leaf_list<T>& to, const leaf_list<T>& from, const T& rate,
                  follows what) {
    if (shape_of(rate).elements() != 1)
        throw error("nn::move_towards", "a rate of one value", shape_of(rate).str());
    const T part = reshape(ctx, rate, {1}), rest = affine(ctx, part, -1, 1);
    detail::move_leaves(ctx, to, from, what == follows::everything,
                        [&](const T& own, const T& other) {
                            const shape extents = shape_of(own), flat{extents.elements()};
                            return reshape(ctx,
                                           add(ctx, mul(ctx, reshape(ctx, own, flat), rest),
                                               mul(ctx, reshape(ctx, other, flat), part)),
                                           extents);
                        });
}
template <has_leaves M, class Rate>
void move_towards(context& ctx, M& to, M& from, const Rate& rate, follows what) {
    move_towards(ctx, leaves(to), leaves(from), rate, what);
}

}  // namespace MGKIT_NAMESPACE::nn
