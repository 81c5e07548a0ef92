// SPDX-License-Identifier: MIT
// Where one clip is augmented: stages note what they want, one pass carries it out.
// infrastructure: what stages write to
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "mgkit/augment/clip_info.hpp"
#include "mgkit/augment/detail/render.hpp"
#include "mgkit/augment/index_set.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::augment {

using matrix3 = std::array<std::array<double, 3>, 3>;

inline constexpr matrix3 identity3 = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

/// p -> linear * p + shift on the coordinates of a joint; in 2-D the upper left block counts.
struct affine_map {
    matrix3 linear = identity3;
    std::array<double, 3> shift{};
};

/// A clip on its way through a sequence of stages.
///
/// A stage calls `retime`, `transform` and `erase`, which are only noted, or `current` and
/// `exchange`, which carry out what is noted and give the values themselves. Notes of several
/// stages merge: a resampling followed by any number of maps that are constant in time costs one
/// pass over the destination. The result is that of the calls in their order.
///
/// Rules kept here for every stage. Joints with confidence c <= 0 are invalid: their coordinates
/// are written as 0 and never read into a result. Confidence interpolates by minimum. An erased
/// joint stays 0, and invalid where there is a confidence channel. Frames at or beyond the valid
/// length are written as 0.
///
/// Cost: a pass is about 30 C T S flops for C coordinates; two buffers of the clip's size at most,
/// kept from clip to clip, so that nothing is allocated after the largest clip has been seen. One
/// workspace serves one thread.
template <class S>
class workspace {
public:
    /// Write results past the caches, to memory that is larger than them and not read soon: faster
    /// there on a processor with such stores, and slower where the result would have stayed in a
    /// cache; fastest where results begin at cache lines. The values are the same.
    bool past_caches = false;

    /// Starts with a clip that must outlive the work on it; nothing is copied.
    /// Errors: no joints, persons or frames; a length that is 0 or beyond the frames.
    void begin(skeleton::pose_view<const S> source) {
        check(source);
        if (past_caches && source.values != source_.values)
            detail::fetch(source.values, source.shape.size());
        source_ = source;
        shape_ = source.shape;
        length_ = source.length;
        retimed_ = false;
        mapped_ = false;
        erased_ = false;
        spare_ = 0;
    }

    /// What `draw` of a first stage needs; the confidences stay in this workspace until the next
    /// call. `with_confidence` false leaves them out and costs nothing.
    clip_info describe(skeleton::pose_view<const S> source, bool with_confidence = true) {
        check(source);
        clip_info info{source.shape, source.length, {}};
        if (with_confidence && skeleton::has_confidence(source.shape.layout)) {
            mean_confidence(source, confidence_, present_);
            info.joint_confidence = confidence_;
        }
        return info;
    }

    /// Extents as the stages so far leave them.
    const skeleton::pose_shape& shape() const { return shape_; }
    int length() const { return length_; }

    /// Resamples in time. The caller fills one tap per valid frame of the result; indices count in
    /// the valid frames before the call. Taps are checked when they are used.
    checked_span<frame_tap> retime(int frames, int length) {
        if (length < 1 || length > frames)
            throw error("augment::workspace::retime", text("1 to ", frames, " valid frames"),
                        text(length), "check the plan");
        if (retimed_) settle();
        retimed_ = true;
        shape_.frames = frames;
        length_ = length;
        taps_.resize(static_cast<std::size_t>(length));
        return std::span<frame_tap>(taps_);
    }

    /// Maps every joint of every frame and person. Errors: a map that is not finite.
    void transform(const affine_map& map) { compose(map, nullptr); }
    /// Maps the given joints in every frame and person; those the clip lacks are left out.
    void transform(const affine_map& map, const index_set& joints) { compose(map, &joints); }

    /// Zeroes the given joints in every frame and person and makes them invalid.
    void erase(const index_set& joints) {
        if (!erased_) alive_.assign(points(), S(1));
        erased_ = true;
        for (int v = 0; v < shape_.joints; ++v)
            if (joints.contains(v))
                std::fill_n(alive_.begin() + v * shape_.persons, shape_.persons, S(0));
    }

    /// Joint v and joint partners[v] change places in every frame and person, erased or not.
    /// Errors: another number of partners than joints, or joints that are not each other's.
    void exchange(std::span<const int> partners) {
        const auto joints = static_cast<std::size_t>(shape_.joints);
        const auto paired = [&](std::size_t v) {
            return partners[v] >= 0 && partners[v] < shape_.joints &&
                   partners[static_cast<std::size_t>(partners[v])] == static_cast<int>(v);
        };
        std::size_t sound = 0;
        while (partners.size() == joints && sound < joints && paired(sound)) ++sound;
        if (sound < joints)
            throw error("augment::workspace::exchange",
                        text("each of ", joints, " joints its partner's partner"),
                        partners.size() == joints ? text("joint ", sound, " is not")
                                                  : text(partners.size(), " partners"),
                        "take the mirror of the clip's skeleton");
        const auto swap = [&](S* row) {
            const auto persons = static_cast<std::size_t>(shape_.persons);
            for (std::size_t v = 0; v < joints; ++v)
                if (const auto other = static_cast<std::size_t>(partners[v]); other > v)
                    std::swap_ranges(row + v * persons, row + (v + 1) * persons,
                                     row + other * persons);
        };
        const auto clip = current();
        for (int c = 0; c < skeleton::channels(shape_.layout); ++c)
            for (int t = 0; t < length_; ++t) swap(clip.row(c, t));
        if (erased_) swap(alive_.data());
    }

    /// The values so far, to read and to change in place; valid until the next call.
    skeleton::pose_view<S> current() {
        if (spare_ == 0 || retimed_ || mapped_ || erased_) settle();
        return buffers_[spare_ - 1].view();
    }

    /// Memory for a stage's own use until its `apply` ends, of any values; kept from clip to clip.
    std::span<S> room(std::size_t count) {
        if (room_.size() < count) room_.resize(count);
        return {room_.data(), count};
    }

    /// Writes the result. `destination` has the shape of the result and does not overlap the clip
    /// the work began with. Errors: another shape, an overlap, no memory, taps beyond the clip.
    void finish(skeleton::pose_view<S> destination) {
        if (destination.shape != shape_)
            throw error(
                "augment::workspace::finish",
                text("a destination of ", skeleton::name(shape_.layout), " x ", shape_.frames,
                     " x ", shape_.joints, " x ", shape_.persons),
                text(skeleton::name(destination.shape.layout), " x ", destination.shape.frames,
                     " x ", destination.shape.joints, " x ", destination.shape.persons),
                "ask n_views::shape or after() for the shape");
        const std::less<const S*> before;
        if (before(destination.values, source_.values + source_.shape.size()) &&
            before(source_.values, destination.values + shape_.size()))
            throw error("augment::workspace::finish", "a destination apart from the clip",
                        "memory of the clip itself", "write views to memory of their own");
        destination.length = length_;
        write(destination, past_caches ? &staging_ : nullptr);
    }

private:
    std::size_t points() const { return static_cast<std::size_t>(shape_.points()); }
    std::size_t dimension() const {
        return static_cast<std::size_t>(skeleton::coordinates(shape_.layout));
    }

    static void check(const skeleton::pose_view<const S>& source) {
        const auto& shape = source.shape;
        if (!skeleton::countable(shape) || source.values == nullptr)
            throw error("augment::workspace", "a clip with frames, joints and persons",
                        text(shape.frames, " frames, ", shape.joints, " joints, ", shape.persons,
                             " persons"),
                        "leave empty clips out");
        if (source.length < 1 || source.length > shape.frames)
            throw error("augment::workspace", text("1 to ", shape.frames, " valid frames"),
                        text(source.length), "leave clips without a valid frame out");
    }

    /// Row r of the joint's map is coefficients[(r * (D + 1) + c) * points], c = D the shift.
    S* coefficients() {
        const std::size_t d = dimension();
        if (!mapped_) {
            map_.assign(d * (d + 1) * points(), S(0));
            for (std::size_t r = 0; r < d; ++r)
                std::fill_n(map_.data() + (r * (d + 1) + r) * points(), points(), S(1));
        }
        return map_.data();
    }

    void compose(const affine_map& map, const index_set* joints) {
        const std::size_t d = dimension();
        for (std::size_t r = 0; r < d; ++r)
            for (std::size_t c = 0; c <= d; ++c)
                if (const double value = c < d ? map.linear[r][c] : map.shift[r];
                    !std::isfinite(static_cast<S>(value)))
                    throw error("augment::workspace::transform", "a finite map", text(value),
                                "check the plan");
        S* const table = coefficients();
        const std::size_t n = points();
        const bool first = !mapped_;
        mapped_ = true;
        const auto assign = [&](std::size_t begin, std::size_t count) {
            for (std::size_t r = 0; r < d; ++r)
                for (std::size_t c = 0; c <= d; ++c) {
                    const double value = c < d ? map.linear[r][c] : map.shift[r];
                    std::fill_n(table + (r * (d + 1) + c) * n + begin, count,
                                static_cast<S>(value));
                }
        };
        if (first && joints == nullptr) return assign(0, n);
        const auto persons = static_cast<std::size_t>(shape_.persons);
        for (int v = 0; v < shape_.joints; ++v) {
            if (joints != nullptr && !joints->contains(v)) continue;
            const std::size_t begin = static_cast<std::size_t>(v) * persons;
            if (first)
                assign(begin, persons);
            else
                for (std::size_t p = begin; p < begin + persons; ++p) chain(map, d, table + p, n);
        }
    }

    /// Replaces the map at `entry` by `map` after it.
    static void chain(const affine_map& map, std::size_t d, S* entry, std::size_t n) {
        S before[3][4];
        for (std::size_t r = 0; r < d; ++r)
            for (std::size_t c = 0; c <= d; ++c) before[r][c] = entry[(r * (d + 1) + c) * n];
        for (std::size_t r = 0; r < d; ++r)
            for (std::size_t c = 0; c <= d; ++c) {
                S sum = c < d ? S(0) : static_cast<S>(map.shift[r]);
                for (std::size_t k = 0; k < d; ++k)
                    sum += static_cast<S>(map.linear[r][k]) * before[k][c];
                entry[(r * (d + 1) + c) * n] = sum;
            }
    }

    void settle() {
        const std::size_t target = spare_ == 1 ? 2 : 1;
        auto& buffer = buffers_[target - 1];
        buffer.resize(shape_, length_);
        write(buffer.view(), nullptr);
        source_ = buffer.view();
        spare_ = target;
        retimed_ = false;
        mapped_ = false;
    }

    void write(skeleton::pose_view<S> to, std::vector<S>* staging) {
        if (source_.values == nullptr || to.values == nullptr)
            throw error("augment::workspace", "a clip to work on and room for its result",
                        "no memory", "call begin first");
        if (!retimed_) {
            taps_.clear();
            for (int t = 0; t < length_; ++t) taps_.push_back({t, t, 0});
        }
        for (const frame_tap& tap : taps_)
            if (tap.a < 0 || tap.b < 0 || tap.a >= source_.length || tap.b >= source_.length ||
                !(tap.weight >= 0 && tap.weight <= 1))
                throw error("augment::workspace",
                            text("frames below ", source_.length, " and weights in 0 to 1"),
                            text("frames ", tap.a, " and ", tap.b, ", weight ", tap.weight),
                            "check the plan");
        const S* const map = mapped_ ? coefficients() : nullptr;
        if (!erased_) alive_.assign(points(), S(1));
        detail::render(source_, taps_, map, alive_.data(), to, staging);
    }

    skeleton::pose_view<const S> source_;
    skeleton::pose_shape shape_;
    int length_ = 0;
    bool retimed_ = false, mapped_ = false, erased_ = false;
    std::size_t spare_ = 0;  ///< buffer the source is in; 0: it is the caller's
    std::vector<frame_tap> taps_;
    std::vector<S> map_, alive_, staging_, room_;
    std::array<skeleton::pose<S>, 2> buffers_;
    std::vector<double> confidence_, present_;
};

}  // namespace MGKIT_NAMESPACE::augment
