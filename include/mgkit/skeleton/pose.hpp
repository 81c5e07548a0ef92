// SPDX-License-Identifier: MIT
// The host array every stage before the encoder works on: one clip, channels x frames x joints x
// persons.
// infrastructure: not itself a topology
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// Meaning of the channels of a pose array, in order. c is a confidence; where it exists, a joint
/// with c <= 0 is invalid. Layouts without c have valid joints only.
enum class channel_layout { xy, xyz, xyc, xyzc };

constexpr int coordinates(channel_layout layout) {
    return layout == channel_layout::xy || layout == channel_layout::xyc ? 2 : 3;
}
constexpr bool has_confidence(channel_layout layout) {
    return layout == channel_layout::xyc || layout == channel_layout::xyzc;
}
constexpr int channels(channel_layout layout) {
    return coordinates(layout) + (has_confidence(layout) ? 1 : 0);
}
constexpr const char* name(channel_layout layout) {
    constexpr const char* names[] = {"xy", "xyz", "xyc", "xyzc"};
    return names[static_cast<int>(layout)];
}

/// Extents of one clip.
struct pose_shape {
    channel_layout layout = channel_layout::xyz;
    int frames = 0;   ///< T: allocated frames
    int joints = 0;   ///< V
    int persons = 1;  ///< M

    constexpr int points() const { return joints * persons; }
    constexpr std::size_t plane() const {
        return static_cast<std::size_t>(frames) * static_cast<std::size_t>(points());
    }
    constexpr std::size_t size() const {
        return plane() * static_cast<std::size_t>(channels(layout));
    }
    friend constexpr bool operator==(const pose_shape&, const pose_shape&) = default;
};

/// Whether a clip of this shape can hold a value and its values can be counted: a known layout,
/// every extent at least 1, points within int, bytes within size_t.
constexpr bool countable(const pose_shape& s) {
    if (static_cast<int>(s.layout) < 0 || static_cast<int>(s.layout) > 3) return false;
    if (s.frames < 1 || s.joints < 1 || s.persons < 1) return false;
    const long long points = static_cast<long long>(s.joints) * s.persons;
    constexpr unsigned long long most =
        std::numeric_limits<std::size_t>::max() / sizeof(double) / 4;
    return points <= std::numeric_limits<int>::max() &&
           static_cast<unsigned long long>(points * s.frames) <= most;
}

namespace detail {

[[noreturn]] MGKIT_COLD void outside_clip(pose_shape s, bool memory, int c, int t, int v, int m);

}  // namespace detail

/// A clip somewhere in memory, row-major C T V M. Frames at or beyond `length` are padding.
///
/// Every access by index is checked against `shape`, in every build: what is compiled does not
/// depend on a macro, so translation units built differently agree. Inner loops take a row or plane
/// once and go on by pointer. Errors: mgkit::error for an index outside the shape, no memory.
template <class S>
struct pose_view {
    S* values = nullptr;
    pose_shape shape;
    int length = 0;  ///< valid frames, at most shape.frames

    /// The T V M values of a channel.
    S* plane(int c) const { return row(c, 0); }
    /// The V M values of a frame of a channel; t = T gives the end of the channel.
    S* row(int c, int t) const {
        if (!inside(c, channels(shape.layout)) || t < 0 || t > shape.frames ||
            (values == nullptr && shape.frames > 0))
            detail::outside_clip(shape, values != nullptr, c, t, 0, 0);
        return values + start(c, t);
    }
    S& at(int c, int t, int v, int m = 0) const {
        require(c, t, v, m);
        return values[start(c, t) + point(v, m)];
    }
    /// Confidence plane, or null where the layout has none.
    S* confidence() const {
        return has_confidence(shape.layout) ? plane(coordinates(shape.layout)) : nullptr;
    }
    bool valid(int t, int v, int m = 0) const {
        require(0, t, v, m);
        return !has_confidence(shape.layout) ||
               values[start(coordinates(shape.layout), t) + point(v, m)] > S(0);
    }
    operator pose_view<const S>() const { return {values, shape, length}; }

private:
    static bool inside(int i, int end) { return i >= 0 && i < end; }
    void require(int c, int t, int v, int m) const {
        if (!inside(c, channels(shape.layout)) || !inside(t, shape.frames) ||
            !inside(v, shape.joints) || !inside(m, shape.persons) || values == nullptr)
            detail::outside_clip(shape, values != nullptr, c, t, v, m);
    }
    std::size_t start(int c, int t) const {
        return static_cast<std::size_t>(c) * shape.plane() +
               static_cast<std::size_t>(t) * static_cast<std::size_t>(shape.points());
    }
    std::size_t point(int v, int m) const {
        return static_cast<std::size_t>(v) * static_cast<std::size_t>(shape.persons) +
               static_cast<std::size_t>(m);
    }
};

/// An owned clip. `resize` keeps capacity, so a workspace stops allocating after its first use.
/// Errors: mgkit::error for a negative extent, a length that is negative or beyond the frames.
template <class S>
class pose {
public:
    pose() = default;
    pose(pose_shape shape, int length) { resize(shape, length); }

    void resize(pose_shape shape, int length) {
        const bool empty = shape.frames == 0 || shape.joints == 0 || shape.persons == 0;
        const bool negative = shape.frames < 0 || shape.joints < 0 || shape.persons < 0;
        if (negative || (!empty && !countable(shape)))
            throw error("pose", "extents of at least 0 whose product can be counted",
                        text(shape.frames, " frames x ", shape.joints, " joints x ", shape.persons,
                             " persons"));
        check_length(shape, length);
        shape_ = shape;
        length_ = length;
        values_.resize(shape.size());
    }
    pose_view<S> view() { return {values_.data(), shape_, length_}; }
    pose_view<const S> view() const { return {values_.data(), shape_, length_}; }
    const pose_shape& shape() const { return shape_; }
    int length() const { return length_; }
    void set_length(int length) {
        check_length(shape_, length);
        length_ = length;
    }

private:
    static void check_length(const pose_shape& shape, int length) {
        if (length < 0 || length > shape.frames)
            throw error("pose", text("0 to ", shape.frames, " valid frames"), text(length));
    }

    pose_shape shape_;
    int length_ = 0;
    std::vector<S> values_;
};

}  // namespace MGKIT_NAMESPACE::skeleton

#if !defined(MGKIT_COMPILED)
#include "mgkit/skeleton/pose-inl.hpp"
#endif
