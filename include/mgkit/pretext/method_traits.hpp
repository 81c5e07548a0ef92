// SPDX-License-Identifier: MIT
// What a training method needs and is, as one value that whoever makes or trains it reads.
// infrastructure
#pragma once

#include <concepts>
#include <type_traits>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// A method states what differs: `static constexpr method_traits traits{.wanted_views = 2}`; one
/// without has these. The order of members is fixed: new ones come last.
struct method_traits {
    int wanted_views = 0;      ///< of a clip; 0: any number from two on
    bool uses_labels = false;  ///< clips without labels are refused
    bool two_streams = false;  ///< of tokens, see encode::two_stream_encoder
    bool needs_map = false;    ///< behind the feature, see encode::mapping_encoder
    /// The loss is drawn towards values of its own that get no gradient from that: its differences
    /// are not its gradient.
    bool own_targets = false;

    friend bool operator==(const method_traits&, const method_traits&) = default;
};

namespace detail {

/// What a method may get wrong in stating its traits, in words; instantiating it is the error.
template <class M>
struct explained_traits {
    static constexpr bool states = requires { M::traits; };
    static constexpr bool states_traits = requires {
        requires std::same_as<std::remove_cvref_t<decltype(M::traits)>, method_traits>;
    };
    static_assert(!states || states_traits,
                  "mgkit: 'traits' of this method are of another type: state 'static constexpr "
                  "pretext::method_traits traits{...}'");
    static constexpr bool states_alone = requires { M::wanted_views; }
    || requires { M::uses_labels; }
    || requires { M::two_streams; }
    || requires { M::needs_map; }
    || requires { M::own_targets; };
    static_assert(!states_alone,
                  "mgkit: this method has a member named as one of pretext::method_traits, which "
                  "nobody reads: state 'static constexpr pretext::method_traits traits{...}'");

    static constexpr method_traits value() {
        if constexpr (states_traits)
            return M::traits;
        else
            return {};
    }
};

}  // namespace detail

/// The traits of a method's type.
template <class M>
constexpr method_traits traits_of() {
    return detail::explained_traits<M>::value();
}

/// The same of a method; of one whose type does not tell (any_method), those of the method in it.
template <class M>
constexpr method_traits traits_of(const M& method) {
    if constexpr (requires {
                      { method.all_traits() } -> std::same_as<method_traits>;
                  })
        return method.all_traits();
    else
        return traits_of<M>();
}

}  // namespace MGKIT_NAMESPACE::pretext
