// The one pass of augmentation: blend two source rows, map each joint, write one row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mgkit/skeleton/pose.hpp"

namespace mgkit::augment {

/// Frame = (1 - weight) * frame a + weight * frame b.
struct frame_tap {
    std::int32_t a = 0, b = 0;
    double weight = 0;
};

namespace detail {

/// Points handled together: one cache line, so that the maps of a block stay in registers over all
/// frames. Loops over it have a constant trip count and vectorise.
template <class S>
inline constexpr int block_width = static_cast<int>(64 / sizeof(S));

/// Points [p, p + count) of all valid frames; count = block_width where Whole.
template <int D, bool Confidence, bool Whole, class S>
void render_block(skeleton::pose_view<const S> from, std::span<const frame_tap> taps, const S* map,
                  const S* alive, skeleton::pose_view<S> to, int p, int count) {
    constexpr int width = block_width<S>;
    const int n = Whole ? width : count;
    const auto points = static_cast<std::size_t>(from.shape.points());
    S m[D][D + 1][width] = {};
    S keep[width] = {};
    for (int r = 0; r < D; ++r)
        for (int c = 0; c <= D; ++c) {
            const S* const row = map + static_cast<std::size_t>(r * (D + 1) + c) * points + p;
            for (int i = 0; i < n; ++i) m[r][c][i] = row[i];
        }
    for (int i = 0; i < n; ++i) keep[i] = alive[p + i];

    for (std::size_t t = 0; t < taps.size(); ++t) {
        const int out = static_cast<int>(t);
        const S weight = static_cast<S>(taps[t].weight);
        // A frame that does not count must not count by its confidence either.
        const int first = weight == S(1) ? taps[t].b : taps[t].a;
        const int second = weight == S(0) ? taps[t].a : taps[t].b;
        S x[D][width] = {};
        for (int c = 0; c < D; ++c) {
            const S* const a = from.row(c, first) + p;
            const S* const b = from.row(c, second) + p;
            for (int i = 0; i < n; ++i) x[c][i] = a[i] + weight * (b[i] - a[i]);
        }
        S valid[width] = {};
        for (int i = 0; i < width; ++i) valid[i] = keep[i];
        if constexpr (Confidence) {
            const S* const a = from.row(D, first) + p;
            const S* const b = from.row(D, second) + p;
            S* const confidence = to.row(D, out) + p;
            for (int i = 0; i < n; ++i) {
                const S least = a[i] < b[i] ? a[i] : b[i];
                const bool both = (a[i] > S(0)) & (b[i] > S(0)) & (keep[i] > S(0));
                valid[i] = both ? least : S(0);
                confidence[i] = valid[i];
            }
        }
        for (int r = 0; r < D; ++r) {
            S y[width];
            for (int i = 0; i < width; ++i) y[i] = m[r][D][i];
            for (int c = 0; c < D; ++c)
                for (int i = 0; i < width; ++i) y[i] += m[r][c][i] * x[c][i];
            for (int i = 0; i < width; ++i) y[i] = valid[i] > S(0) ? y[i] : S(0);
            S* const row = to.row(r, out) + p;
            for (int i = 0; i < n; ++i) row[i] = y[i];
        }
    }
}

template <int D, bool Confidence, class S>
void render_points(skeleton::pose_view<const S> from, std::span<const frame_tap> taps, const S* map,
                   const S* alive, skeleton::pose_view<S> to) {
    constexpr int width = block_width<S>;
    const int points = from.shape.points();
    if (points < width)
        return render_block<D, Confidence, false>(from, taps, map, alive, to, 0, points);
    // The last block overlaps the one before: the same values are written twice.
    for (int p = 0; p < points; p += width)
        render_block<D, Confidence, true>(from, taps, map, alive, to, std::min(p, points - width),
                                          width);
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
