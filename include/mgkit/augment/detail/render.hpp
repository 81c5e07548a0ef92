// SPDX-License-Identifier: MIT
// The one pass of augmentation: blend two source rows, map each joint, write one row.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/augment/detail/lanes.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Frame = (1 - weight) * frame a + weight * frame b.
struct frame_tap {
    std::int32_t a = 0, b = 0;
    double weight = 0;
};

namespace detail {

/// Weights closer than this to 0 or 1 are 0 or 1.
inline constexpr double negligible = 0x1p-40;

/// One frame to write: where its two source rows begin within a channel, and their shares.
template <class S>
struct row_blend {
    std::size_t a, b;
    S share_a, share_b;
};

template <class S>
row_blend<S> blend_of(const frame_tap& tap, std::size_t points) {
    // A frame that does not count must not count by its confidence either; decided in double, so
    // that rounding and the scalar type do not decide validity.
    const auto a = static_cast<std::size_t>(tap.weight > 1 - negligible ? tap.b : tap.a);
    const auto b = static_cast<std::size_t>(tap.weight < negligible ? tap.a : tap.b);
    if (a == b) return {a * points, b * points, 1, 0};
    const S share = static_cast<S>(tap.weight);
    return {a * points, b * points, 1 - share, share};
}

/// Points [p, p + width) of `rows`, written from frame `out_frame` on; V holds `width` values of
/// type S. The maps of these points stay in registers. Without `Blend` every row has one source;
/// without `Mapped` points stay where they are, and `map` is not read.
template <std::size_t D, bool Confidence, bool Blend, bool Mapped, class V, class S>
void render_block(skeleton::pose_view<const S> from, std::span<const row_blend<S>> rows,
                  const S* map, const S* alive, skeleton::pose_view<S> to, std::size_t out_frame,
                  std::size_t p) {
    const auto points = static_cast<std::size_t>(from.shape.points());
    const V zero{};
    [[maybe_unused]] V linear[D][D], shift[D];
    if constexpr (Mapped)
        for (std::size_t r = 0; r < D; ++r) {
            const S* const row = map + r * (D + 1) * points + p;
            for (std::size_t c = 0; c < D; ++c) linear[r][c] = load<V>(row + c * points);
            shift[r] = load<V>(row + D * points);
        }
    const V keep = load<V>(alive + p);

    constexpr std::size_t channels = D + Confidence;
    const S* in[channels];
    S* out[channels];
    for (std::size_t c = 0; c < channels; ++c) {
        in[c] = from.values + c * from.shape.plane() + p;
        out[c] = to.values + c * to.shape.plane() + out_frame * points + p;
    }
    std::size_t at = 0;
    for (const row_blend<S>& row : rows) {
        V x[D];
        for (std::size_t c = 0; c < D; ++c)
            if constexpr (Blend)
                x[c] = row.share_a * load<V>(in[c] + row.a) + row.share_b * load<V>(in[c] + row.b);
            else
                x[c] = load<V>(in[c] + row.a);
        V valid = keep;
        if constexpr (Confidence) {
            const V start = load<V>(in[D] + row.a), end = Blend ? load<V>(in[D] + row.b) : start;
            const auto seen = (start > zero) & (end > zero) & (keep > zero);
            valid = seen ? (start < end ? start : end) : zero;
            store(out[D] + at, valid);
        }
        for (std::size_t r = 0; r < D; ++r) {
            V y;
            if constexpr (Mapped) {
                y = shift[r];
                for (std::size_t c = 0; c < D; ++c) y += linear[r][c] * x[c];
            } else {
                y = x[r] + zero;  // no -0, as behind a map
            }
            store(out[r] + at, V(valid > zero ? y : zero));
        }
        at += points;
    }
}

/// All points of `rows`.
template <std::size_t D, bool Confidence, bool Blend, bool Mapped, class S>
void render_rows(skeleton::pose_view<const S> from, std::span<const row_blend<S>> rows,
                 const S* map, const S* alive, skeleton::pose_view<S> to, std::size_t out_frame) {
    constexpr std::size_t width = sizeof(lanes<S>) / sizeof(S);
    const auto points = static_cast<std::size_t>(from.shape.points());
    if (points < width) {
        for (std::size_t p = 0; p < points; ++p)
            render_block<D, Confidence, Blend, Mapped, S>(from, rows, map, alive, to, out_frame, p);
        return;
    }
    // The last block overlaps the one before: the same values are written twice.
    for (std::size_t p = 0; p < points; p += width)
        render_block<D, Confidence, Blend, Mapped, lanes<S>>(from, rows, map, alive, to, out_frame,
                                                             std::min(p, points - width));
}

template <std::size_t D, bool Confidence, bool Mapped, class S>
void render_points(skeleton::pose_view<const S> from, std::span<const frame_tap> taps, const S* map,
                   const S* alive, skeleton::pose_view<S> to, std::vector<S>* staging) {
    // So many rows of all channels stay in the first-level cache while the blocks pass over them.
    constexpr std::size_t chunk = 16, staged_chunk = 32;
    std::array<row_blend<S>, staged_chunk> blends;
    const auto points = static_cast<std::size_t>(from.shape.points());
    const auto write = [&](std::size_t count, skeleton::pose_view<S> target, std::size_t frame) {
        const std::span<const row_blend<S>> rows(blends.data(), count);
        if (std::all_of(rows.begin(), rows.end(), [](const auto& r) { return r.a == r.b; }))
            render_rows<D, Confidence, false, Mapped>(from, rows, map, alive, target, frame);
        else
            render_rows<D, Confidence, true, Mapped>(from, rows, map, alive, target, frame);
    };
    for (std::size_t t = 0, n = 0; t < taps.size(); t += n) {
        n = std::min(staging == nullptr ? chunk : staged_chunk, taps.size() - t);
        for (std::size_t i = 0; i < n; ++i) blends[i] = blend_of<S>(taps[t + i], points);
        if (staging == nullptr) {
            write(n, to, t);
            continue;
        }
        skeleton::pose_view<S> staged = to;
        staged.shape.frames = static_cast<int>(n);
        staging->resize(staged.shape.size());
        staged.values = staging->data();
        write(n, staged, 0);
        for (int c = 0; c < skeleton::channels(to.shape.layout); ++c)
            copy_past_caches(to.row(c, static_cast<int>(t)), staged.row(c, 0), n * points);
    }
    if (staging != nullptr) end_stores_past_caches();
}

/// to = maps(blend(from)) for the valid frames, 0 for the frames after them.
/// `map` holds D rows of D + 1 coefficients (the last one a shift) for each point, null where
/// points stay where they are; `alive` is 0 for points to be zeroed. With `staging` the result is
/// written past the caches. Nothing is checked here.
template <class S>
void render(skeleton::pose_view<const S> from, std::span<const frame_tap> taps, const S* map,
            const S* alive, skeleton::pose_view<S> to, std::vector<S>* staging) {
    const auto write = [&]<std::size_t D, bool Confidence>() {
        if (map == nullptr)
            render_points<D, Confidence, false>(from, taps, map, alive, to, staging);
        else
            render_points<D, Confidence, true>(from, taps, map, alive, to, staging);
    };
    switch (from.shape.layout) {
        case skeleton::channel_layout::xy:
            write.template operator()<2, false>();
            break;
        case skeleton::channel_layout::xyz:
            write.template operator()<3, false>();
            break;
        case skeleton::channel_layout::xyc:
            write.template operator()<2, true>();
            break;
        case skeleton::channel_layout::xyzc:
            write.template operator()<3, true>();
            break;
    }
    const int padding = to.shape.frames - static_cast<int>(taps.size());
    if (padding == 0) return;
    const auto cells =
        static_cast<std::size_t>(padding) * static_cast<std::size_t>(to.shape.points());
    for (int c = 0; c < skeleton::channels(to.shape.layout); ++c)
        std::fill_n(to.row(c, static_cast<int>(taps.size())), cells, S(0));
}

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::augment
