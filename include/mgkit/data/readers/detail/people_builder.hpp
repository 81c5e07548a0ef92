// SPDX-License-Identifier: MIT
// Detections built person by person, every number checked on the way.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/joint_order.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/concept.hpp"
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
/// marked invalid and counted, by policy. Where the policy states what the joints are, people come
/// in the order of the file and leave in the order stated.
class people_builder {
public:
    people_builder(std::string where, const read_policy& policy, const limits& most = {})
        : where_(std::move(where)), policy_(policy), most_(most) {}

    const std::string& where() const { return where_; }
    /// Another file of the same recording follows.
    void next_file(std::string where) { where_ = std::move(where); }
    detections& out() { return out_; }
    const detections& out() const { return out_; }
    /// Counts something found at the frame being built.
    void found(finding_kind kind, std::string_view code, std::string_view words,
               std::int64_t count = 1) {
        out_.found.add(kind, code, words, count, frame_id_ >= 0 ? out_.frames() : -1);
    }
    bool strict() const { return policy_.strict; }
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

    /// Whether the policy says what the joints are, so that any number of them is known.
    bool joints_stated() const { return policy_.joints != nullptr; }
    /// Whether the joints stated are those of people of `joints` joints in the file.
    bool fits_stated(std::size_t joints) const {
        const joint_order& order = *policy_.joints;
        return order.in_file > 0 ? joints == static_cast<std::size_t>(order.in_file)
                                 : joints >= least_stated();
    }
    /// "25 joints, as --skeleton states", "at least 17 joints, as ...".
    std::string stated_words() const {
        const joint_order& order = *policy_.joints;
        const bool exact = order.in_file > 0;
        return text(exact ? "" : "at least ",
                    exact ? static_cast<std::size_t>(order.in_file) : least_stated(),
                    " joints, as ", order.stated_by, " states");
    }
    /// Joints of a person in the file.
    std::size_t file_joints() const { return file_joints_; }
    /// The skeleton that the format has; the one stated instead, where one is.
    void layout(skeleton::dynamic topology, skeleton::channel_layout channels) {
        if (joints_stated()) return layout(topology.joints.size(), channels);
        file_joints_ = topology.joints.size();
        out_.topology = std::move(topology);
        out_.layout = channels;
    }
    /// The skeleton stated, for people of `joints` joints in the file.
    void layout(std::size_t joints, skeleton::channel_layout channels) {
        if (!fits_stated(joints))
            refuse(stated_words(), text(joints), "state the joints of these files");
        file_joints_ = joints;
        out_.topology = policy_.joints->topology;
        out_.layout = channels;
    }

    /// Frames are numbered from 0 on, so that numbers missing at the start are empty frames too.
    void count_from_zero() { next_id_ = 0; }
    /// The same where frames are numbered `first` and on, before any; not where `first` leaves out
    /// more than may be missing, which then is where they count from. Returns whether.
    bool count_from_zero(std::int64_t first) {
        if (first > most_.missing(expected_)) return false;
        count_from_zero();
        return true;
    }
    /// Numbers that are missing at the start, as frames without anybody.
    void pass_over(std::int64_t numbers) {
        out_.first.insert(out_.first.end(), static_cast<std::size_t>(numbers), out_.first.back());
        next_id_ += numbers;
    }
    /// How many frames come at least, where that is known: the more may be missing.
    void expect_frames(std::size_t count) { expected_ = static_cast<std::int64_t>(count); }
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
            if (frame_id_ > 1)
                out_.found.add(finding_kind::assumed, "frames_count_from",
                               text("recording whose frames are counted from ", frame_id_));
        }
        const std::int64_t missing = frame_id_ - next_id_;
        missing_ += missing;
        const std::int64_t present = std::max(expected_, ++present_);
        if (missing_ > most_.missing(present))
            refuse(text("frame numbers that leave out at most ", most_.missing(present),
                        " frames between ", present),
                   text(missing_), "are the numbers those of frames? Or cut the recording there");
        if (missing + static_cast<std::int64_t>(out_.first.size()) > most_.frames)
            refuse(text("at most ", most_.frames, " frames"), "more",
                   "cut the recording into parts");
        out_.first.insert(out_.first.end(), static_cast<std::size_t>(missing), out_.first.back());
        out_.found.add(finding_kind::assumed, "missing_frames",
                       "frame numbers missing, read as frames without anybody", missing,
                       static_cast<int>(next_id_ - frame_id_) + out_.frames());
        out_.found.add(finding_kind::left_out, "not_finite",
                       "joints without a finite value, marked as not seen", not_finite_,
                       out_.frames());
        not_finite_ = 0;
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
                    refuse(
                        "finite numbers",
                        text("none for joint ", at / channels, " (", joint_at(at / channels), ")"),
                        "repair the file, or let such joints be marked invalid");
                ++not_finite_;
            }
            const bool seen = finite && (!confidence || joint.back() > 0) &&
                              !(zero && policy_.zeros == zero_rule::missing);
            if (!seen) std::fill(joint.begin(), joint.end(), 0.0f);
        }
        if (joints_stated()) {
            reordered_.clear();
            for (const int from : policy_.joints->from) {
                const auto joint =
                    values.subspan(static_cast<std::size_t>(from) * channels, channels);
                reordered_.insert(reordered_.end(), joint.begin(), joint.end());
            }
            values = reordered_;
        }
        out_.add_person(values, static_cast<int>(track));
        in_person_ = false;
    }
    /// A person begun that is not kept.
    void drop_person() { in_person_ = false; }

    /// Number as float, NaN where it is none. Errors: beyond float.
    float number(double value) const {
        if (std::abs(value) <= double(std::numeric_limits<float>::max()))
            return static_cast<float>(value);
        if (std::isfinite(value)) refuse("numbers that fit float", text(value));
        return std::numeric_limits<float>::quiet_NaN();
    }
    /// Track or frame number of whole value.
    std::int64_t whole(double value, bool integral, const char* what) const {
        if (!integral || std::abs(value) > 2147483647.0)
            refuse(text("a whole number below 2147483648 as ", what), text(value));
        return static_cast<std::int64_t>(value);
    }

    /// A tracker's id, -1 for none: negative numbers and what is no whole number are none.
    std::int64_t track_id(double value) {
        if (value < 0) return -1;
        if (value != std::floor(value) || !(value < named_tracks)) {
            found(finding_kind::left_out, "track_ids_unreadable",
                  "track ids that are no whole numbers below 1000000000");
            return -1;
        }
        return static_cast<std::int64_t>(value);
    }
    /// A tracker's id in letters: equal texts are equal ids.
    std::int64_t track_id(std::string_view name) {
        if (name.empty()) return -1;
        const auto count = static_cast<std::int64_t>(names_.size());
        return named_tracks + names_.emplace(std::string(name), count).first->second;
    }

    /// Errors: no frame; `nobody_seen`.
    detections finish() {
        frame_id_ = -1;
        if (out_.frames() == 0) refuse("at least one frame", "none");
        if (!has_layout()) throw nobody_seen(place(), "somebody in at least one frame", "nobody");
        return std::move(out_);
    }

private:
    static constexpr std::int64_t named_tracks = 1'000'000'000;

    std::size_t track_count() const { return out_.track.size(); }
    /// Joints that the places stated ask for.
    std::size_t least_stated() const {
        const auto& from = policy_.joints->from;
        return from.empty()
                   ? 1
                   : static_cast<std::size_t>(*std::max_element(from.begin(), from.end())) + 1;
    }
    /// What the joint at a place of the file is called.
    std::string joint_at(std::size_t place) const {
        if (!joints_stated()) return out_.topology.joints[place];
        const auto& from = policy_.joints->from;
        const auto found = std::find(from.begin(), from.end(), static_cast<int>(place));
        return found == from.end()
                   ? std::string("not used")
                   : out_.topology.joints[static_cast<std::size_t>(found - from.begin())];
    }

    detections out_;
    std::string where_;
    read_policy policy_;
    limits most_;
    std::int64_t frame_id_ = -1, next_id_ = -1;
    std::int64_t not_finite_ = 0;
    std::int64_t missing_ = 0, present_ = 0, expected_ = 0;
    std::size_t file_joints_ = 0;
    std::vector<float> reordered_;
    std::map<std::string, std::int64_t, std::less<>> names_;
    bool in_person_ = false;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
