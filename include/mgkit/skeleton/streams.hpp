// SPDX-License-Identifier: MIT
// Joint, bone, motion and bone motion: the four readings of one clip.
// infrastructure: not itself a topology
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::skeleton {

enum class stream { joint, bone, motion, bone_motion };

inline constexpr stream all_streams[] = {stream::joint, stream::bone, stream::motion,
                                         stream::bone_motion};

constexpr const char* name(stream kind) {
    constexpr const char* names[] = {"joint", "bone", "motion", "bone_motion"};
    return names[static_cast<int>(kind)];
}

/// The stream called `text`. Errors: mgkit::error for an unknown name.
stream parse_stream(std::string_view text);

namespace detail {

template <class S>
void check_streams(const char* where, pose_view<const S> in, pose_view<S> out) {
    if (in.shape != out.shape)
        throw error(where, "an output of the input's shape", "another shape", "resize the output");
    if (in.length < 0 || in.length > in.shape.frames)
        throw error(where, text("at most ", in.shape.frames, " valid frames"), text(in.length));
}

template <class S>
void clear_from(pose_view<S> out, int frame) {
    for (int c = 0; c < channels(out.shape.layout); ++c)
        std::fill(out.row(c, frame),
                  out.row(c, frame) + static_cast<std::size_t>(out.shape.frames - frame) *
                                          static_cast<std::size_t>(out.shape.points()),
                  S(0));
}

/// Rows of a clip by pointer, the clip checked once.
template <class S>
struct clip_rows {
    S* at;
    std::size_t plane, points;
    int dims;
    bool confident;

    explicit clip_rows(pose_view<S> of)
        : at(of.plane(0)),
          plane(of.shape.plane()),
          points(static_cast<std::size_t>(of.shape.points())),
          dims(coordinates(of.shape.layout)),
          confident(has_confidence(of.shape.layout)) {}
    S* operator()(int c, int t) const {
        return at + static_cast<std::size_t>(c) * plane + static_cast<std::size_t>(t) * points;
    }
    S* confidence(int t) const { return confident ? (*this)(dims, t) : nullptr; }
};

/// Copies the valid frames; coordinates of invalid joints become zero.
template <class S>
void copy_valid(pose_view<const S> in, pose_view<S> out) {
    const clip_rows<const S> source(in);
    const clip_rows<S> target(out);
    const int points = in.shape.points();
    for (int t = 0; t < in.length; ++t) {
        const S* c = source.confidence(t);
        for (int d = 0; d < channels(in.shape.layout); ++d) {
            const S* from = source(d, t);
            S* to = target(d, t);
            if (c == nullptr)
                std::copy(from, from + points, to);
            else
                for (int p = 0; p < points; ++p) to[p] = c[p] > S(0) ? from[p] : S(0);
        }
    }
}

/// out = in[points] - in[parent[points]] in every valid frame, where both are valid.
template <class S>
void write_bones(pose_view<const S> in, pose_view<S> out, const int* parent) {
    const clip_rows<const S> source(in);
    const clip_rows<S> target(out);
    const int dims = source.dims, points = in.shape.points();
    for (int t = 0; t < in.length; ++t) {
        const S* c = source.confidence(t);
        for (int d = 0; d < dims; ++d) {
            const S* x = source(d, t);
            S* y = target(d, t);
            if (c == nullptr)
                for (int p = 0; p < points; ++p) y[p] = x[p] - x[parent[p]];
            else
                for (int p = 0; p < points; ++p)
                    y[p] = c[p] > S(0) && c[parent[p]] > S(0) ? x[p] - x[parent[p]] : S(0);
        }
        if (c == nullptr) continue;
        S* y = target(dims, t);
        for (int p = 0; p < points; ++p) y[p] = std::max(S(0), std::min(c[p], c[parent[p]]));
    }
}

/// Frame t of `out` = in[t + 1] - in[t], where both are valid, for every valid frame that has a
/// next one; in and out may be one array.
template <class S>
void write_motion(pose_view<const S> in, pose_view<S> out) {
    const clip_rows<const S> source(in);
    const clip_rows<S> target(out);
    const int dims = source.dims, points = in.shape.points();
    for (int t = 0; t + 1 < in.length; ++t) {
        const S* c = source.confidence(t);
        const S* next_c = source.confidence(t + 1);
        for (int d = 0; d < dims; ++d) {
            const S* x = source(d, t);
            const S* next = source(d, t + 1);
            S* y = target(d, t);
            if (c == nullptr)
                for (int p = 0; p < points; ++p) y[p] = next[p] - x[p];
            else
                for (int p = 0; p < points; ++p)
                    y[p] = c[p] > S(0) && next_c[p] > S(0) ? next[p] - x[p] : S(0);
        }
        if (c == nullptr) continue;
        S* y = target(dims, t);
        for (int p = 0; p < points; ++p) y[p] = std::max(S(0), std::min(c[p], next_c[p]));
    }
}

}  // namespace detail

/// Turns a joint clip into one stream of it.
///
/// bone: child minus parent, zero at the root. motion: next frame minus this one; the last valid
/// frame is zero. bone_motion: motion of the bones. Differences touch coordinates only. With a
/// confidence channel a value is valid only if both its ends are, its confidence is the smaller of
/// the two, and invalid values are zero; the last motion frame has one end, so it is invalid.
/// Frames at or beyond `length` become zero.
/// Shapes: in and out C T V M, equal; `joint` and `motion` may work in place, the others not.
/// Errors: mgkit::error for a skeleton whose parents are no joints, another joint count, unequal
/// shapes, a length beyond T. Randomness: none. Cost: C T V M; nothing is allocated per clip.
/// Source: 2s-AGCN (Shi et al., 2019) for bones, USDRL for motion; validity is ours.
class stream_of {
public:
    template <topology T>
    stream_of(stream kind, const T& t, int persons = 1) : kind_(kind), joints_(joint_count(t)) {
        if (persons < 1) throw error("stream", "at least one person", text(persons));
        persons_ = persons;
        if (static_cast<int>(t.parents.size()) != joints_)
            throw error("stream", text(joints_, " parents, one per joint"), text(t.parents.size()));
        for (const int parent : t.parents)
            if (parent < 0 || parent >= joints_)
                throw error("stream", text("parents from 0 to ", joints_ - 1), text(parent),
                            "make skeletons with dynamic::from_bones");
        for (int j = 0; j < joints_; ++j)
            for (int m = 0; m < persons; ++m)
                partner_.push_back(t.parents[static_cast<std::size_t>(j)] * persons + m);
    }

    stream kind() const { return kind_; }

    template <class S>
    void operator()(pose_view<const S> in, pose_view<S> out) const {
        detail::check_streams("stream", in, out);
        if (in.shape.joints != joints_ || in.shape.persons != persons_)
            throw error("stream", text(joints_, " joints of ", persons_, " persons"),
                        text(in.shape.joints, " joints of ", in.shape.persons),
                        "use the topology of the data");
        const bool bones = kind_ == stream::bone || kind_ == stream::bone_motion;
        const bool moves = kind_ == stream::motion || kind_ == stream::bone_motion;
        if (bones && in.values == out.values)
            throw error("stream", "another clip to write bones to", "the input itself");
        if (kind_ == stream::joint) detail::copy_valid(in, out);
        if (bones) detail::write_bones(in, out, partner_.data());
        const pose_view<const S> source{bones ? out.values : in.values, in.shape, in.length};
        if (moves) detail::write_motion(source, out);
        detail::clear_from(out, moves ? std::max(0, in.length - 1) : in.length);
    }

private:
    stream kind_;
    int joints_ = 0, persons_ = 1;
    std::vector<int> partner_;
};

/// The streams of the USDRL and PYSKL codes: every channel counts as a coordinate, padding is data.
/// For comparison with their numbers.
namespace reference {

/// What becomes of a confidence channel: a difference as the others (USDRL; PYSKL's motion of a
/// hand), or the mean of both ends (PYSKL).
enum class score_rule { difference, mean };

namespace detail {

/// The channel that takes the mean; -1 where none does.
constexpr int mean_channel(channel_layout layout, score_rule rule) {
    return rule == score_rule::mean && has_confidence(layout) ? coordinates(layout) : -1;
}

}  // namespace detail

/// Child minus parent for 1-based (child, parent) pairs; a self pair and an unlisted joint give 0;
/// of repeated children the last pair counts. Shapes: in, out C T V M, distinct memory.
template <class S>
void bone(std::span<const joint_pair> bones, pose_view<const S> in, pose_view<S> out,
          score_rule score = score_rule::difference) {
    skeleton::detail::check_streams("reference::bone", in, out);
    const int v = in.shape.joints, m = in.shape.persons, points = in.shape.points();
    std::vector<int> partner(static_cast<std::size_t>(points));
    for (int p = 0; p < points; ++p) partner[static_cast<std::size_t>(p)] = p;
    for (const auto [child, parent] : bones) {
        if (child < 1 || child > v || parent < 1 || parent > v)
            throw error("reference::bone", text("joints 1 to ", v),
                        text("bone (", child, ", ", parent, ")"));
        for (int k = 0; k < m; ++k)
            partner[static_cast<std::size_t>((child - 1) * m + k)] = (parent - 1) * m + k;
    }
    const int mean = detail::mean_channel(in.shape.layout, score);
    for (int c = 0; c < channels(in.shape.layout); ++c)
        for (int t = 0; t < in.shape.frames; ++t) {
            const S* from = in.row(c, t);
            S* to = out.row(c, t);
            for (int p = 0; p < points; ++p) {
                const S other = from[partner[static_cast<std::size_t>(p)]];
                to[p] = c == mean ? (from[p] + other) / S(2) : from[p] - other;
            }
        }
}

/// x[t+1] - x[t] over all T frames, zero in the last. Shapes: in, out C T V M; may be one array.
template <class S>
void motion(pose_view<const S> in, pose_view<S> out, score_rule score = score_rule::difference) {
    skeleton::detail::check_streams("reference::motion", in, out);
    const auto points = static_cast<std::size_t>(in.shape.points());
    const int mean = detail::mean_channel(in.shape.layout, score);
    for (int c = 0; c < channels(in.shape.layout); ++c) {
        for (int t = 0; t + 1 < in.shape.frames; ++t) {
            const S* now = in.row(c, t);
            const S* next = in.row(c, t + 1);
            S* to = out.row(c, t);
            for (std::size_t p = 0; p < points; ++p)
                to[p] = c == mean ? (now[p] + next[p]) / S(2) : next[p] - now[p];
        }
        if (in.shape.frames > 0) {
            S* last = out.row(c, in.shape.frames - 1);
            std::fill(last, last + points, S(0));
        }
    }
}

}  // namespace reference

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/streams-inl.hpp"
#endif
