// Detections built person by person, every number checked on the way.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/limits.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// File name without folders and, if it is there, without `ending`.
inline std::string stem(std::string path, std::string_view ending = {}) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (const auto slash = path.rfind('/'); slash != std::string::npos) path.erase(0, slash + 1);
    if (!ending.empty() && path.size() > ending.size() && path.ends_with(ending))
        path.resize(path.size() - ending.size());
    return path;
}

/// Collects people and frames into detections, and says where in the file it is.
///
/// A NaN among the numbers of a joint stands for a value that was not there: refused, or the joint
/// marked invalid and counted, by policy.
class people_builder {
public:
    people_builder(std::string where, const read_policy& policy, const limits& most = {})
        : where_(std::move(where)), policy_(policy), most_(most) {}

    const std::string& where() const { return where_; }
    /// Another file of the same recording follows.
    void next_file(std::string where) { where_ = std::move(where); }
    detections& out() { return out_; }
    bool has_layout() const { return !out_.topology.joints.empty(); }

    /// Place in words: file, frame, person.
    std::string place() const {
        std::string at = where_;
        if (frame_id_ >= 0) at += text(", frame ", frame_id_);
        if (in_person_) at += text(", person ", track_count() - out_.first.back());
        return at;
    }
    [[noreturn]] void refuse(const std::string& expected, const std::string& found,
                             const std::string& remedy = {}) const {
        throw error(place(), expected, found, remedy);
    }

    void layout(skeleton::dynamic topology, skeleton::channel_layout channels) {
        out_.topology = std::move(topology);
        out_.layout = channels;
    }

    void begin_frame() { frame_id_ = next_id_ < 0 ? 0 : next_id_; }
    void name_frame(std::int64_t id) {
        if (id < 0 || id > std::numeric_limits<std::int32_t>::max())
            refuse("frame numbers of 0 or more, at most 2147483647", text(id));
        if (id < next_id_)
            refuse("frame numbers that rise", text(id, " after ", next_id_ - 1),
                   "sort the frames; each number once");
        frame_id_ = id;
    }
    /// Closes the frame; numbers left out since the one before become frames without anybody.
    void end_frame() {
        if (next_id_ < 0) {
            next_id_ = frame_id_;
            if (frame_id_ > 1) out_.notes.push_back(text("frames are counted from ", frame_id_));
        }
        const std::int64_t missing = frame_id_ - next_id_;
        if (missing + static_cast<std::int64_t>(out_.first.size()) > most_.frames)
            refuse(text("at most ", most_.frames, " frames"), "more",
                   "cut the recording into parts");
        out_.first.insert(out_.first.end(), static_cast<std::size_t>(missing), out_.first.back());
        missing_ += missing;
        out_.end_frame();
        next_id_ = frame_id_ + 1;
        frame_id_ = -1;
    }

    void begin_person() {
        in_person_ = true;
        if (track_count() - out_.first.back() >= most_.people)
            refuse(text("at most ", most_.people, " people in a frame"), "more");
    }
    /// One person, joint by joint in the layout; NaN for what was missing. The values are changed.
    void end_person(std::span<float> values, std::int64_t track) {
        const auto channels = static_cast<std::size_t>(skeleton::channels(out_.layout));
        const bool confidence = skeleton::has_confidence(out_.layout);
        const std::size_t dims = channels - (confidence ? 1 : 0);
        for (std::size_t at = 0; at < values.size(); at += channels) {
            const auto joint = values.subspan(at, channels);
            bool finite = true, zero = true;
            for (const float x : joint) finite = finite && std::isfinite(x);
            for (const float x : joint.first(dims)) zero = zero && x == 0;
            if (!finite) {
                if (policy_.not_finite == not_finite_rule::reject)
                    refuse("finite numbers",
                           text("none for joint ", at / channels, " (",
                                out_.topology.joints[at / channels], ")"),
                           "repair the file, or let such joints be marked invalid");
                ++not_finite_;
            }
            const bool seen = finite && (!confidence || joint.back() > 0) &&
                              !(zero && policy_.zeros == zero_rule::missing);
            if (!seen) std::fill(joint.begin(), joint.end(), 0.0f);
        }
        out_.add_person(values, static_cast<int>(track));
        in_person_ = false;
    }

    /// Number as float. Errors: beyond float.
    float number(double value) const {
        if (!(std::abs(value) <= double(std::numeric_limits<float>::max())))
            refuse("numbers that fit float", text(value));
        return static_cast<float>(value);
    }
    /// Track or frame number of whole value.
    std::int64_t whole(double value, bool integral, const char* what) const {
        if (!integral || std::abs(value) > 2147483647.0)
            refuse(text("a whole number below 2147483648 as ", what), text(value));
        return static_cast<std::int64_t>(value);
    }

    detections finish() {
        frame_id_ = -1;
        if (out_.frames() == 0) refuse("at least one frame", "none");
        if (!has_layout()) refuse("somebody in at least one frame", "nobody");
        if (missing_ > 0)
            out_.notes.push_back(text(missing_,
                                      " frame numbers are missing: read as frames "
                                      "without anybody"));
        if (not_finite_ > 0)
            out_.notes.push_back(text(not_finite_,
                                      " joints without a finite value: marked "
                                      "invalid"));
        return std::move(out_);
    }

private:
    std::size_t track_count() const { return out_.track.size(); }

    detections out_;
    std::string where_;
    read_policy policy_;
    limits most_;
    std::int64_t frame_id_ = -1, next_id_ = -1;
    std::int64_t missing_ = 0;
    std::size_t not_finite_ = 0;
    bool in_person_ = false;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
