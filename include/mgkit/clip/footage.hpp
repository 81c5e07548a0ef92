// SPDX-License-Identifier: MIT
// infrastructure: what samplers know of a recording
// One untrimmed recording as samplers see it.
#pragma once

#include <span>
#include <string_view>

#include "mgkit/clip/visibility.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// A recording, or only which of its frames are usable, and where another person begins in it.
///
/// It refers and does not own: recording, frames and cuts outlive it. Cuts rise (see
/// primary_report::cuts). Errors: mgkit::error for a frame rate that is not above 0, a recording
/// without frames, usable frames of another number than the recording has.
class footage {
public:
    footage(const data::recording& of, std::span<const int> cuts = {})
        : recording_(&of), frames_(of.frames()), fps_(of.fps), cuts_(cuts) {
        check();
    }
    /// `seen` takes the place of what `visible<anchors>` would find.
    footage(const visibility& seen, double fps, std::span<const int> cuts = {})
        : seen_(&seen), frames_(seen.frames()), fps_(fps), cuts_(cuts) {
        check();
    }
    footage(const data::recording& of, const visibility& seen, std::span<const int> cuts = {});

    int frames() const { return frames_; }
    double fps() const { return fps_; }
    double seconds() const { return frames_ / fps_; }
    std::span<const int> cuts() const { return cuts_; }
    /// Usable frames, where somebody found them already; else null.
    const visibility* seen() const { return seen_; }
    /// Errors: mgkit::error, in the name of `where`, if there are only usable frames.
    const data::recording& recording(std::string_view where) const;

private:
    void check() const;

    const data::recording* recording_ = nullptr;
    const visibility* seen_ = nullptr;
    int frames_ = 0;
    double fps_ = 0;
    std::span<const int> cuts_;
};

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/footage-inl.hpp"
#endif
