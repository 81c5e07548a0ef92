// SPDX-License-Identifier: MIT
// What an augmentation is, and the two things one does with it: draw a plan, apply it.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "mgkit/augment/clip_info.hpp"
#include "mgkit/augment/workspace.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/core/settings_text.hpp"

namespace MGKIT_NAMESPACE::augment {

/// `static constexpr std::string_view name`: part of the key of every draw.
template <class A>
concept named = requires {
    { A::name } -> std::convertible_to<std::string_view>;
};

/// A::plan is plain data: copyable, comparable, equal on every machine for an equal key.
template <class A>
concept planned = std::copyable<typename A::plan> && std::equality_comparable<typename A::plan>;

/// `plan draw(random_stream&, const clip_info&) const`
template <class A>
concept drawable = requires(const A& stage, random_stream& stream, const clip_info& info) {
    { stage.draw(stream, info) } -> std::same_as<typename A::plan>;
};

/// `void apply(const plan&, workspace<S>&) const`
template <class A, class S>
concept appliable = requires(const A& stage, const typename A::plan& plan, workspace<S>& work) {
    { stage.apply(plan, work) } -> std::same_as<void>;
};

/// A stage from clip to clip: a plain class whose settings are public members with defaults. They
/// identify what was trained with it (see settings_text): a class with constructors or private
/// members hands them over itself, `each_setting(f) const`.
///
/// Optional members, found where they exist:
/// - `clip_info after(clip_info) const`: extents behind the stage, if it changes them; depends on
///   settings and extents only, never on a draw.
/// - `static constexpr bool uses_confidence = true`: `draw` reads `clip_info::joint_confidence`.
/// - `static constexpr bool moves_joints = true`: joints may change places, as in a mirror; the
///   conformance kit then compares the joints of a clip as a whole.
/// - `using skeleton = ...`: the topology that the stage is for; the kit tries it on clips of that.
///   Clips of others come back as they were, or are refused.
/// - `static A none()`: settings under which the stage changes nothing.
template <class A>
concept augmentation =
    std::copyable<A> && std::default_initializable<A> && named<A> && planned<A> && drawable<A> &&
    appliable<A, float> && appliable<A, double> && writable_settings<A>;

namespace detail {

/// The parts of the concept `augmentation`, each with its words; instantiating it is the error. A
/// part is judged where those that it is made of hold, so that one lack is told once.
template <class A>
struct explained_augmentation {
    static constexpr bool has_values = std::copyable<A> && std::default_initializable<A>;
    static_assert(has_values,
                  "mgkit: this type is no augmentation: it cannot be made without "
                  "arguments or cannot be copied");
    static_assert(named<A>,
                  "mgkit: this type is no augmentation: it has no 'static constexpr "
                  "std::string_view name', part of the key of its draws");

    static constexpr bool has_plan = requires { typename A::plan; };
    static_assert(
        has_plan,
        "mgkit: this type is no augmentation: it has no type 'plan', what a draw decides");
    static_assert(!has_plan || planned<A>,
                  "mgkit: this type is no augmentation: its 'plan' cannot be copied and compared; "
                  "give it 'bool operator==(const plan&) const = default'");

    static constexpr bool draws =
        requires(A & stage, random_stream& stream, const clip_info& info) {
        stage.draw(stream, info);
    };
    static constexpr bool draws_const =
        requires(const A& stage, random_stream& stream, const clip_info& info) {
        stage.draw(stream, info);
    };
    static_assert(draws,
                  "mgkit: this type is no augmentation: it has no 'plan draw(random_stream&, const "
                  "clip_info&) const', or one that takes other arguments");
    static_assert(!draws || draws_const,
                  "mgkit: this type is no augmentation: its 'draw' is not const");
    static_assert(!planned<A> || !draws_const || drawable<A>,
                  "mgkit: this type is no augmentation: its 'draw' returns another type than its "
                  "'plan'");

    template <class S>
    static constexpr bool applies = requires(A& stage, const typename A::plan& plan,
                                             workspace<S>& work) {
        stage.apply(plan, work);
    };
    template <class S>
    static constexpr bool applies_const = requires(const A& stage, const typename A::plan& plan,
                                                   workspace<S>& work) {
        stage.apply(plan, work);
    };
    static constexpr bool applies_some = applies<float> || applies<double>;
    static constexpr bool applies_both = applies<float> && applies<double>;
    static_assert(!planned<A> || applies_some,
                  "mgkit: this type is no augmentation: it has no 'template <class S> void "
                  "apply(const plan&, workspace<S>&) const', or one that takes other arguments");
    static_assert(!applies_some || applies_both,
                  "mgkit: this type is no augmentation: its 'apply' takes workspace<S> of one "
                  "scalar only; make it a template for float and double");
    static_assert(!applies_both || (applies_const<float> && applies_const<double>),
                  "mgkit: this type is no augmentation: its 'apply' is not const");
    static_assert(!applies_const<float> || !applies_const<double> ||
                      (appliable<A, float> && appliable<A, double>),
                  "mgkit: this type is no augmentation: its 'apply' returns something; it is void");

    static_assert(writable_settings<A>,
                  "mgkit: this type is no augmentation: its settings are not public members of an "
                  "aggregate; hand them over in 'void each_setting(f) const'");
    static constexpr bool value = augmentation<A>;
};

}  // namespace detail

/// The same types as `augmentation`, for what is made of stages: where it does not hold, the first
/// error says in words what the type lacks. Not for overload sets: it is an error, not a no.
template <class A>
concept composable = detail::explained_augmentation<A>::value;

template <class A>
constexpr bool uses_confidence() {
    if constexpr (requires { A::uses_confidence; })
        return A::uses_confidence;
    else
        return false;
}

template <class A>
constexpr bool moves_joints() {
    if constexpr (requires { A::moves_joints; })
        return A::moves_joints;
    else
        return false;
}

/// Extents behind `stage`.
template <augmentation A>
clip_info after(const A& stage, const clip_info& info) {
    if constexpr (requires { stage.after(info); })
        return stage.after(info);
    else
        return info;
}

/// The plan of one clip's view: draws belong to (seed, epoch, clip, view, name of the stage).
template <augmentation A>
typename A::plan draw(const A& stage, const random_key& key, const clip_info& info) {
    random_stream stream(key, A::name);
    return stage.draw(stream, info);
}

/// Applies a plan to `source` and writes the result, whose shape is that of `after`, to
/// `destination`. Errors: empty clips, a plan or destination that does not fit.
template <augmentation A, class S>
void apply(const A& stage, const typename A::plan& plan,
           std::type_identity_t<skeleton::pose_view<const S>> source,
           std::type_identity_t<skeleton::pose_view<S>> destination, workspace<S>& work) {
    work.begin(source);
    stage.apply(plan, work);
    work.finish(destination);
}

}  // namespace MGKIT_NAMESPACE::augment
