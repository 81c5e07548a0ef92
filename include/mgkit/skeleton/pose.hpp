// The host array every stage before the encoder works on: one clip, channels x frames x joints x
// persons.
// infrastructure: not itself a topology
#pragma once

#include <cstddef>
#include <vector>

namespace mgkit::skeleton {

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

/// A clip somewhere in memory, row-major C T V M. Frames at or beyond `length` are padding.
template <class S>
struct pose_view {
    S* values = nullptr;
    pose_shape shape;
    int length = 0;  ///< valid frames, at most shape.frames

    S* plane(int c) const { return values + static_cast<std::size_t>(c) * shape.plane(); }
    S* row(int c, int t) const { return plane(c) + offset(t, 0, 0); }
    S& at(int c, int t, int v, int m = 0) const { return plane(c)[offset(t, v, m)]; }
    /// Confidence plane, or null where the layout has none.
    S* confidence() const {
        return has_confidence(shape.layout) ? plane(coordinates(shape.layout)) : nullptr;
    }
    bool valid(int t, int v, int m = 0) const {
        const S* c = confidence();
        return c == nullptr || c[offset(t, v, m)] > S(0);
    }
    operator pose_view<const S>() const { return {values, shape, length}; }

private:
    std::size_t offset(int t, int v, int m) const {
        return static_cast<std::size_t>(t) * static_cast<std::size_t>(shape.points()) +
               static_cast<std::size_t>(v * shape.persons + m);
    }
};

/// An owned clip. `resize` keeps capacity, so a workspace stops allocating after its first use.
template <class S>
class pose {
public:
    pose() = default;
    pose(pose_shape shape, int length) { resize(shape, length); }

    void resize(pose_shape shape, int length) {
        shape_ = shape;
        length_ = length;
        values_.resize(shape.size());
    }
    pose_view<S> view() { return {values_.data(), shape_, length_}; }
    pose_view<const S> view() const { return {values_.data(), shape_, length_}; }
    const pose_shape& shape() const { return shape_; }
    int length() const { return length_; }
    void set_length(int length) { length_ = length; }

private:
    pose_shape shape_;
    int length_ = 0;
    std::vector<S> values_;
};

}  // namespace mgkit::skeleton
