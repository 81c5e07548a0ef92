// SPDX-License-Identifier: MIT
// Certain joints are seen in every frame of a window.
#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "mgkit/clip/concept.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// The anchor joints of the recording's skeleton: nose, eyes and ears where it has them.
struct anchors {
    static constexpr std::string_view hidden = "not_visible";
    static std::span<const int> of(const data::recording& r) { return r.topology.anchors; }
};

/// Joints that `visible` asks for: which they are in a recording, and the name under which windows
/// count that hide one.
template <class J>
concept joint_choice = requires(const data::recording& r) {
    { J::hidden } -> std::convertible_to<std::string_view>;
    { J::of(r) } -> std::convertible_to<std::span<const int>>;
};

/// Every frame of a window shows each of the joints at or above `threshold`.
///
/// Where the recording has no confidence, or no such joints, every frame counts as seen: callers
/// say so to people. Where frames of the anchors were found before (`footage::seen`), they hold,
/// whatever the threshold. Cost: T times joints once, then constant. Source: MG-FM, section 4.2
/// (nose, eyes and ears in every frame).
template <class Joints = anchors>
struct visible {
    static_assert(
        joint_choice<Joints>,
        "mgkit: joints of visible<...> have 'static constexpr std::string_view hidden' and "
        "'static std::span<const int> of(const data::recording&)'");

    static constexpr std::string_view name = Joints::hidden;

    double threshold = 0.3;  ///< from 0 to 1

    /// Frames that show the joints: found here, or before.
    class table {
    public:
        explicit table(visibility found) : found_(std::move(found)) {}
        explicit table(const visibility* before) : before_(before) {}
        const visibility& seen() const { return found_ ? *found_ : *before_; }

    private:
        std::optional<visibility> found_;
        const visibility* before_ = nullptr;
    };

    table prepare(const footage& of) const {
        if (std::same_as<Joints, anchors> && of.seen() != nullptr) return table(of.seen());
        const data::recording& r = of.recording(name);
        const auto joints = Joints::of(r);
        return table(visible_frames<float>(r.poses.view(), joints, threshold));
    }
    bool accepts(const candidate& c, const table& frames) const {
        return frames.seen().whole(c.window.start, c.window.end);
    }
    int seen_frames(const table& frames) const { return frames.seen().seen_frames(); }
};

}  // namespace MGKIT_NAMESPACE::clip
