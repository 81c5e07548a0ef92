// SPDX-License-Identifier: MIT
// infrastructure: how constraints stand together
// Several constraints, asked one after the other.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mgkit/clip/concept.hpp"

namespace MGKIT_NAMESPACE::clip {

namespace detail {

/// Durations beyond the recording, which no constraint is asked about, count under this name.
inline constexpr std::string_view too_long = "too_long";

template <std::size_t N>
constexpr bool distinct(const std::array<std::string_view, N>& names) {
    for (std::size_t i = 0; i < N; ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (names[i] == names[j]) return false;
    return true;
}

template <class... Cs>
constexpr bool distinct_names() {
    if constexpr ((names_refusals<Cs> && ...))
        return distinct(std::array<std::string_view, sizeof...(Cs) + 1>{too_long, Cs::name...});
    return true;
}

}  // namespace detail

/// Accepts what every one of its constraints accepts. They are asked in order; a candidate that
/// fails several ways counts under the first, so that the cheap ones stand first.
///
/// Settings: `get<no_overlap>()` gives a constraint. `all<>` accepts everything.
template <class... Cs>
class all {
    static_assert((detail::names_refusals<Cs> && ...),
                  "mgkit: a constraint has 'static constexpr std::string_view name', under which "
                  "its refusals are counted");
    static_assert((detail::decides<Cs> && ...),
                  "mgkit: a constraint has 'bool accepts(const clip::candidate&) const', or "
                  "'prepare(const clip::footage&) const' and 'bool accepts(const "
                  "clip::candidate&, const TABLE&) const' on what that returns");
    static_assert((detail::has_defaults<Cs> && ...),
                  "mgkit: a constraint is a plain struct with defaults; other classes say "
                  "each_setting(f)");
    static_assert(detail::distinct_names<Cs...>(),
                  "mgkit: constraints of one sampler have different names, none of them too_long");

public:
    static constexpr std::array<std::string_view, sizeof...(Cs) + 1> causes{detail::too_long,
                                                                            Cs::name...};
    using tables = std::tuple<decltype(detail::table_of(std::declval<const Cs&>(),
                                                        std::declval<const footage&>()))...>;

    all() = default;
    explicit all(Cs... constraints) requires(sizeof...(Cs) > 0)
        : constraints_(std::move(constraints)...) {}

    template <class C>
    C& get() {
        return std::get<C>(constraints_);
    }
    template <class C>
    const C& get() const {
        return std::get<C>(constraints_);
    }

    /// Calls `f(constraint)` for every constraint, in order.
    template <class F>
    void each_setting(F&& f) const {
        std::apply([&](const Cs&... c) { (f(c), ...); }, constraints_);
    }

    /// What the constraints look up in a recording. Errors: those of the constraints.
    tables prepare(const footage& of) const {
        return std::apply([&](const Cs&... c) { return tables(detail::table_of(c, of)...); },
                          constraints_);
    }

    /// The place in `causes` under which the first refusal counts, or 0 if all accept.
    std::size_t refused(const candidate& window, const tables& known) const {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            std::size_t first = 0;
            static_cast<void>(((accepts<I>(window, known) || (first = I + 1, false)) && ...));
            return first;
        }
        (std::index_sequence_for<Cs...>{});
    }

    /// Frames that the strictest constraint on single frames leaves of `frames`.
    int seen_frames(int frames, const tables& known) const {
        const auto left = [&frames](const auto& constraint, const auto& table) {
            if constexpr (requires { constraint.seen_frames(table); })
                if (const int own = constraint.seen_frames(table); own < frames) frames = own;
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (left(std::get<I>(constraints_), std::get<I>(known)), ...);
        }
        (std::index_sequence_for<Cs...>{});
        return frames;
    }

private:
    template <std::size_t I>
    bool accepts(const candidate& window, const tables& known) const {
        const auto& constraint = std::get<I>(constraints_);
        if constexpr (detail::prepares<std::remove_cvref_t<decltype(constraint)>>)
            return constraint.accepts(window, std::get<I>(known));
        else
            return constraint.accepts(window);
    }

    std::tuple<Cs...> constraints_;
};

namespace detail {
template <class C>
inline constexpr bool is_all = false;
template <class... Cs>
inline constexpr bool is_all<all<Cs...>> = true;
}  // namespace detail

}  // namespace MGKIT_NAMESPACE::clip
