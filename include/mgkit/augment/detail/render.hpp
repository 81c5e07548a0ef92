// The one pass of augmentation: blend two source rows, map each joint, write one row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mgkit/augment/detail/lanes.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace mgkit::augment {

/// Frame = (1 - weight) * frame a + weight * frame b.
struct frame_tap {
    std::int32_t a = 0, b = 0;
    double weight = 0;
};

namespace detail {

/// Weights closer than this to 0 or 1 are 0 or 1.
inline constexpr double negligible = 0x1p-40;

/// Points [p, p + width) of the frames that `taps` describe, of which the first is `out_frame`;
/// V holds `width` values of type S. The maps of these points stay in registers.
template <int D, bool Confidence, class V, class S>
void render_block(skeleton::pose_view<const S> from, std::span<const frame_tap> taps, const S* map,
                  const S* alive, skeleton::pose_view<S> to, std::size_t out_frame, std::size_t p) {
    const auto points = static_cast<std::size_t>(from.shape.points());
    const std::size_t from_plane = from.shape.plane(), to_plane = to.shape.plane();
    const V zero{};
    V linear[D][D], shift[D];
    for (std::size_t r = 0; r < D; ++r) {
        const S* const row = map + r * (D + 1) * points + p;
        for (std::size_t c = 0; c < D; ++c) linear[r][c] = load<V>(row + c * points);
        shift[r] = load<V>(row + D * points);
    }
    const V keep = load<V>(alive + p);

    S* out = to.values + out_frame * points + p;
    for (const frame_tap& tap : taps) {
        const S weight = static_cast<S>(tap.weight);
        // A frame that does not count must not count by its confidence either; decided in double,
        // so that rounding and the scalar type do not decide validity.
        const auto first = static_cast<std::size_t>(tap.weight > 1 - negligible ? tap.b : tap.a);
        const auto second = static_cast<std::size_t>(tap.weight < negligible ? tap.a : tap.b);
        const S* const a = from.values + first * points + p;
        const S* const b = from.values + second * points + p;
        V x[D];
        for (std::size_t c = 0; c < D; ++c) {
            const V start = load<V>(a + c * from_plane);
            x[c] = start + weight * (load<V>(b + c * from_plane) - start);
        }
        V valid = keep;
        if constexpr (Confidence) {
            const V start = load<V>(a + D * from_plane), end = load<V>(b + D * from_plane);
            const auto seen = (start > zero) & (end > zero) & (keep > zero);
            valid = seen ? (start < end ? start : end) : zero;
            store(out + D * to_plane, valid);
        }
        for (std::size_t r = 0; r < D; ++r) {
            V y = shift[r];
            for (std::size_t c = 0; c < D; ++c) y += linear[r][c] * x[c];
            store(out + r * to_plane, V(valid > zero ? y : zero));
        }
        out += points;
    }
}

template <int D, bool Confidence, class S>
void render_points(skeleton::pose_view<const S> from, std::span<const frame_tap> taps, const S* map,
                   const S* alive, skeleton::pose_view<S> to) {
    constexpr std::size_t width = sizeof(lanes<S>) / sizeof(S);
    // So many rows of all channels stay in the first-level cache while the blocks pass over them.
    constexpr std::size_t chunk = 16;
    const auto points = static_cast<std::size_t>(from.shape.points());
    for (std::size_t t = 0; t < taps.size(); t += chunk) {
        const auto rows = taps.subspan(t, std::min(chunk, taps.size() - t));
        if (points < width) {
            for (std::size_t p = 0; p < points; ++p)
                render_block<D, Confidence, S>(from, rows, map, alive, to, t, p);
            continue;
        }
        // The last block overlaps the one before: the same values are written twice.
        for (std::size_t p = 0; p < points; p += width)
            render_block<D, Confidence, lanes<S>>(from, rows, map, alive, to, t,
                                                  std::min(p, points - width));
    }
}

/// to = maps(blend(from)) for the valid frames, 0 for the frames after them.
/// `map` holds D rows of D + 1 coefficients (the last one a shift) for each point, `alive` is 0 for
/// points to be zeroed. Nothing is checked here.
template <class S>
void render(skeleton::pose_view<const S> from, std::span<const frame_tap> taps, const S* map,
            const S* alive, skeleton::pose_view<S> to) {
    switch (from.shape.layout) {
        case skeleton::channel_layout::xy:
            render_points<2, false>(from, taps, map, alive, to);
            break;
        case skeleton::channel_layout::xyz:
            render_points<3, false>(from, taps, map, alive, to);
            break;
        case skeleton::channel_layout::xyc:
            render_points<2, true>(from, taps, map, alive, to);
            break;
        case skeleton::channel_layout::xyzc:
            render_points<3, true>(from, taps, map, alive, to);
            break;
    }
    const int padding = to.shape.frames - static_cast<int>(taps.size());
    if (padding == 0) return;
    const auto cells = static_cast<std::size_t>(padding) * to.shape.points();
    for (int c = 0; c < skeleton::channels(to.shape.layout); ++c)
        std::fill_n(to.row(c, static_cast<int>(taps.size())), cells, S(0));
}

}  // namespace detail

}  // namespace mgkit::augment
