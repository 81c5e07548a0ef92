// SPDX-License-Identifier: MIT
// What a proposal and a constraint are: the two halves of a sampler by rejection.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/clip/footage.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// A window that was proposed, as constraints see it.
struct candidate {
    const footage& of;                    ///< the recording
    data::segment window;                 ///< frames [start, end), at least one, all within it
    std::span<const data::segment> kept;  ///< windows kept before, in order of start
};

/// Where windows come from: how long they last, and where one of that length begins.
///
/// - `const duration_prior& durations() const`: a window's length is drawn from it, and the audit
///   counts by its cells.
/// - `double start(random_stream&, double seconds, const footage&) const`: the start of a window of
///   that length in seconds, from 0 to the recording's length less the window's; windows longer
///   than the recording do not come here. All that is random is drawn from the stream.
template <class P>
concept proposal = requires(const P& p, random_stream& stream, double seconds, const footage& of) {
    { p.durations() } -> std::same_as<const duration_prior&>;
    { p.start(stream, seconds, of) } -> std::same_as<double>;
};

namespace detail {

template <class C>
concept names_refusals = requires {
    { C::name } -> std::convertible_to<std::string_view>;
};

template <class C>
concept prepares = requires(const C& c, const footage& of) {
    c.prepare(of);
};

template <class C>
concept decides = (!prepares<C> &&
                   requires(const C& c, const candidate& window) {
                       { c.accepts(window) } -> std::same_as<bool>;
                   }) ||
                  requires(const C& c, const candidate& window, const footage& of) {
    { c.accepts(window, c.prepare(of)) } -> std::same_as<bool>;
};

template <class C>
concept has_defaults = std::copyable<C> && std::default_initializable<C> && writable_settings<C>;

/// What a constraint without `prepare` knows of a recording.
struct no_table {};

template <class C>
auto table_of(const C& constraint, const footage& of) {
    if constexpr (prepares<C>)
        return constraint.prepare(of);
    else
        return no_table{};
}

}  // namespace detail

/// Whether a window may be kept: a plain class whose settings are public members with defaults
/// (or that hands them over, `each_setting(f) const`).
///
/// - `static constexpr std::string_view name`: its refusals are counted under it.
/// - `bool accepts(const candidate&) const`; depends on the candidate and settings alone.
/// - Where a recording is looked through once, `prepare(const footage&) const` returns a table of
///   any type, and the decision is `bool accepts(const candidate&, const TABLE&) const`. One table
///   serves several threads.
/// - Optional: `int seen_frames(const TABLE&) const`, how many frames it leaves, for the audit.
template <class C>
concept constraint = detail::has_defaults<C> && detail::names_refusals<C> && detail::decides<C>;

}  // namespace MGKIT_NAMESPACE::clip
