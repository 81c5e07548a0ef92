// SPDX-License-Identifier: MIT
// Definitions of mediapipe_handler.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/readers/detail/frame_times.hpp"
#include "mgkit/data/readers/detail/mediapipe_handler.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/skeleton/blazepose33.hpp"
#include "mgkit/skeleton/blazepose75.hpp"
#include "mgkit/skeleton/dynamic.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

MGKIT_INLINE bool mediapipe_handler::begin_frame() {
    for (auto& part : parts_) part.clear();
    sides_.clear();
    frame_seen_ = 0;
    face_ = world_ = 0;
    people_.begin_frame();
    return push(at::frame);
}

MGKIT_INLINE bool mediapipe_handler::begin_object() {
    switch (top()) {
        case at::start:
            return push(at::root);
        case at::frames:
            return begin_frame();
        case at::frame:
            if (member_ == of::face || member_ == of::world) return push(at::ignored);
            if (member_ == of::sides) return push(at::sides);
            if (member_ < of::pose) break;
            wrapped_ = true;
            flat_ = flat::unknown;
            list_ = member_;
            return push(at::wrapped);
        case at::landmarks:
            wrapped_ = false;
            return push(at::either);
        case at::person:
            return begin_landmark();
        case at::sides:
            return push(at::sides);
        case at::ignored:
            ignore();
            return false;
        default:
            break;
    }
    wrong("an object");
}

MGKIT_INLINE bool mediapipe_handler::begin_array() {
    switch (top()) {
        case at::start:
            root_seen_ |= bit(of::frames);
            return push(at::frames);
        case at::root:
            if (member_ == of::frames) return push(at::frames);
            break;
        case at::frame:
            if (member_ == of::face || member_ == of::world) return push(at::ignored);
            if (member_ == of::sides) return push(at::sides);
            if (member_ < of::pose) break;
            wrapped_ = false;
            flat_ = flat::unknown;
            list_ = member_;
            return push(at::landmarks);
        case at::landmarks:
            if (flat_ == flat::yes) break;
            wrapped_ = false;
            begin_person();
            return push(at::person);
        case at::wrapped:
            begin_person();
            return push(at::person);
        case at::sides:
            return push(at::sides);
        case at::ignored:
            return depth_ + 1 < stack_.size() && push(at::ignored);
        default:
            break;
    }
    wrong("a list");
}

MGKIT_INLINE void mediapipe_handler::end_object() {
    if (top() == at::either) {  // a landmark without anything
        begin_flat();
        people_.refuse("'x' and 'y' in each landmark", "one of them missing");
    }
    const at closed = stack_[depth_--];
    if (closed == at::landmark) end_landmark();
    if (closed == at::frame) end_frame();
}

MGKIT_INLINE bool mediapipe_handler::key(std::string_view name) {
    if (top() == at::either) {
        if (name == "landmark") {
            if (flat_ == flat::yes) people_.refuse("a landmark", "a list of landmarks per person");
            stack_[depth_] = at::wrapped;
            wrapped_ = true;
            return true;
        }
        begin_flat();
        landmark_ = {0, 0, 0, 1};
        landmark_seen_ = 0;
        stack_[depth_] = at::landmark;
    }
    switch (top()) {
        case at::root:
            return member(name, root_keys, root_seen_);
        case at::frame: {
            const bool known = member(name, frame_keys, frame_seen_);
            if (known && member_ == of::time && name == "timestamp") unit_known_ = false;
            return known;
        }
        case at::wrapped:
            return name == "landmark";
        case at::landmark:
            return member(name, landmark_keys, landmark_seen_);
        case at::sides: {
            unsigned again = 0;
            return member(name, side_keys, again);
        }
        default:
            return false;
    }
}

MGKIT_INLINE void mediapipe_handler::number(double value, bool integral) {
    switch (top()) {
        case at::landmark:
            landmark_[static_cast<std::size_t>(member_) - static_cast<std::size_t>(of::x)] = value;
            return;
        case at::frame:
            if (member_ == of::id) {
                if (value == std::floor(value))
                    people_.name_frame(people_.whole(value, true, "frame number"));
                return;
            }
            if (member_ != of::time) break;
            if (std::isnan(value)) return;
            if (!(std::abs(value) <= 1e15))
                people_.refuse("'timestamp_ms' within 1e15", text(value));
            times_.push_back({-1, value});
            return;
        case at::root:
            if (member_ == of::fps) {
                if (std::isnan(value)) return;
                if (!(value >= 0 && value <= 1e6))
                    people_.refuse("'fps' from 0 to 1000000", text(value));
                people_.out().fps = value;
                return;
            }
            if (member_ == of::width || member_ == of::height) {
                const std::int64_t size = people_.whole(value, integral, "size of the picture");
                if (size < 0) people_.refuse("a size of 0 or more", text(size));
                if ((root_seen_ & bit(of::frames)) != 0) late_ = true;
                auto& out = people_.out();
                (member_ == of::width ? out.width : out.height) = static_cast<int>(size);
                return;
            }
            break;
        case at::ignored:
            return ignore();
        default:
            break;
    }
    wrong("a number");
}

MGKIT_INLINE void mediapipe_handler::null() {
    switch (top()) {
        case at::landmark:  // a value that is not there
            if (member_ < of::z)
                landmark_[member_ == of::x ? 0 : 1] = std::numeric_limits<double>::quiet_NaN();
            else
                landmark_seen_ &= ~bit(member_);
            return;
        case at::frames:  // a frame without a result
            begin_frame();
            --depth_;
            return end_frame();
        case at::root:
            if (member_ == of::frames) break;
            return;
        case at::frame:  // no landmarks
        case at::wrapped:
        case at::sides:
        case at::ignored:
            return;
        default:
            break;
    }
    wrong("null");
}

MGKIT_INLINE void mediapipe_handler::string(std::string_view value) {
    if (top() == at::ignored || (top() == at::frame && member_ == of::id)) return;
    if (top() != at::sides) wrong("a string");
    const char side = value.empty() ? ' ' : value.front();
    if (side == 'L' || side == 'l' || side == 'R' || side == 'r')
        sides_.push_back(side == 'L' || side == 'l' ? 'L' : 'R');
    else
        wrong("another name");
}

MGKIT_INLINE void mediapipe_handler::end_landmark() {
    const bool z = (landmark_seen_ & bit(of::z)) != 0;
    if (!wrapped_) {
        if ((landmark_seen_ & bit(of::x)) == 0 || (landmark_seen_ & bit(of::y)) == 0)
            people_.refuse("'x' and 'y' in each landmark", "one of them missing");
        if (z_ * (z ? 1 : -1) < 0)
            people_.refuse("'z' in all landmarks or in none", z ? "one with it" : "one without");
        z_ = z ? 1 : -1;
    } else if (z) {
        z_ = 1;
    }
    const bool is_pose = list_ == of::pose;
    auto& list = part().back();
    if (list.size() == (is_pose ? pose_count : hand_count))
        people_.refuse(is_pose ? "33 landmarks of a pose" : "21 landmarks of a hand", "more");
    const auto& size = people_.out();
    const bool known = !late_ && size.width > 0 && size.height > 0;
    const double scale[] = {known ? double(size.width) : 1.0, known ? double(size.height) : 1.0,
                            known ? double(size.width) : 1.0, 1.0};
    std::array<float, 4> out{};
    for (std::size_t c = 0; c < 4; ++c) out[c] = people_.number(landmark_[c] * scale[c]);
    // Protobuf leaves zeros out, and a whole list without visibilities has none.
    if ((landmark_seen_ & bit(of::visibility)) == 0) out[3] = wrapped_ ? -1.0f : 1.0f;
    visibilities_ = visibilities_ || ((landmark_seen_ & bit(of::visibility)) != 0 && out[3] != 0);
    list.push_back(out);
}

/// Hands of one list get their sides; the k-th of a side is that of the k-th person.
MGKIT_INLINE void mediapipe_handler::share_hands() {
    auto& hands = parts_[3];
    auto& pose = parts_[0];
    // A hand landmarker calls its landmarks by the bare name, as a pose landmarker does.
    if (hands.empty() && !pose.empty() && !sides_.empty() && pose.size() == sides_.size() &&
        std::all_of(pose.begin(), pose.end(),
                    [](const auto& list) { return list.size() == hand_count; }))
        std::swap(hands, pose);
    if (hands.empty()) return;
    if (hands.size() != sides_.size())
        people_.refuse(text("'Left' or 'Right' for each of ", hands.size(), " hands"),
                       text(sides_.size()), "write 'handedness' beside the landmarks");
    const std::size_t poses = pose.size();
    std::size_t left_out = 0;
    for (std::size_t k = 0; k < hands.size(); ++k) {
        auto& side = parts_[sides_[k] == 'L' ? 1 : 2];
        if (poses > 0 && side.size() == poses)
            ++left_out;
        else
            side.push_back(std::move(hands[k]));
    }
    people_.found(finding_kind::left_out, "hands_without_pose",
                  "hands beyond those of the poses in their frame",
                  static_cast<std::int64_t>(left_out));
    if (poses == 0 && std::max(parts_[1].size(), parts_[2].size()) > 1)
        people_.found(finding_kind::guessed, "hands_in_order",
                      "frames with several hands of a side, given to people in the order of the "
                      "file");
}

MGKIT_INLINE void mediapipe_handler::end_frame() {
    people_.found(finding_kind::left_out, "face_landmarks", "frames' landmarks of the face", face_);
    people_.found(finding_kind::left_out, "world_landmarks", "frames' world landmarks, in metres",
                  world_);
    share_hands();
    const std::size_t poses = parts_[0].size();
    const std::size_t count = std::max({poses, parts_[1].size(), parts_[2].size()});
    if (count > 1 && count > poses && sides_.empty())
        people_.refuse(text("hands of at most ", poses, " people, as there are poses"), text(count),
                       "list the hands in the order of the poses");
    for (std::size_t i = 0; i < count; ++i) {
        people_.begin_person();
        for (std::size_t p = 0; p < 3; ++p) {
            const std::size_t wanted = p == 0 ? pose_count : hand_count;
            const std::size_t size = i < parts_[p].size() ? parts_[p][i].size() : 0;
            if (size == 0 || size == wanted) continue;
            const error fault(people_.place(), text(wanted, " landmarks"), text(size),
                              size == hand_count ? "hands go with 'handedness'" : "");
            if (people_.strict()) throw fault;
            if (!first_fault_) first_fault_ = std::make_exception_ptr(fault);
            people_.found(finding_kind::left_out, "landmarks_incomplete",
                          "lists of another number of landmarks");
            parts_[p][i].clear();
        }
        keep_person(i);
    }
    people_.end_frame();
    if (!times_.empty() && times_.back().frame < 0)
        times_.back().frame = people_.out().frames() - 1;
}

MGKIT_INLINE void mediapipe_handler::keep_person(std::size_t i) {
    const std::size_t parts = people_.joints_stated() && people_.fits_stated(pose_count) ? 1 : 3;
    std::size_t given = 0;
    for (std::size_t p = 0; p < parts; ++p) given += i < parts_[p].size() ? parts_[p][i].size() : 0;
    if (given == 0) {
        if (!first_fault_)
            first_fault_ = std::make_exception_ptr(
                error(people_.place(), "landmarks of each person", "an empty list"));
        return people_.drop_person();
    }
    if (!people_.has_layout() && parts == 1)
        people_.layout(pose_count, skeleton::channel_layout::xyzc);
    else if (!people_.has_layout())
        people_.layout(skeleton::dynamic::copy_of(skeleton::blazepose75{}),
                       skeleton::channel_layout::xyzc);
    values_.clear();
    for (std::size_t p = 0; p < parts; ++p) {
        const std::size_t wanted = p == 0 ? pose_count : hand_count;
        const landmarks none;
        const landmarks& list = i < parts_[p].size() ? parts_[p][i] : none;
        const auto every = [&list](auto is) {
            return std::all_of(list.begin(), list.end(), [&](const auto& l) { return is(l[3]); });
        };
        // MediaPipe leaves the visibility of hand landmarks at 0.
        const bool unset = every([](float v) { return v == -1.0f; }) ||
                           (p > 0 && every([](float v) { return v == 0 || v == -1.0f; }));
        hands_ = hands_ || (p > 0 && !list.empty());
        for (std::size_t k = 0; k < wanted; ++k) {
            const auto l = k < list.size() ? list[k] : std::array<float, 4>{};
            values_.insert(values_.end(), l.begin(), l.begin() + 3);
            values_.push_back(unset && k < list.size() ? 1.0f : l[3]);
        }
    }
    people_.end_person(values_, -1);
}

MGKIT_INLINE detections mediapipe_handler::finish() {
    if ((root_seen_ & bit(of::frames)) == 0) people_.refuse("'frames'", "none");
    if (!people_.has_layout() && first_fault_) std::rethrow_exception(first_fault_);
    const bool stated = people_.joints_stated();
    auto out = people_.finish();
    if (late_ && out.width > 0 && out.height > 0) {
        const std::array<float, 4> scale{static_cast<float>(out.width),
                                         static_cast<float>(out.height),
                                         static_cast<float>(out.width), 1.0f};
        for (std::size_t i = 0; i < out.values.size(); ++i) {
            out.values[i] *= scale[i % 4];
            if (!std::isfinite(out.values[i]))
                people_.refuse("numbers that fit float", "larger ones");
        }
    }
    if (out.width == 0 || out.height == 0)
        out.found.add(finding_kind::assumed, "no_picture_size",
                      "recording without width and height, coordinates as in the file");
    const std::size_t from = out.topology.joints.size();
    const std::size_t joints = hands_ || stated ? from : pose_count;
    if (joints < from) out.topology = skeleton::dynamic::copy_of(skeleton::blazepose33{});
    if (z_ <= 0) out.layout = skeleton::channel_layout::xyc;
    if (joints < from || z_ <= 0) {
        auto to = out.values.begin();
        for (std::size_t i = 0; i < out.people(); ++i)
            for (std::size_t v = 0; v < joints; ++v)
                for (std::size_t c = 0; c < 4; ++c)
                    if (c != 2 || z_ > 0) *to++ = out.values[(i * from + v) * 4 + c];
        out.values.erase(to, out.values.end());
    }
    if (!visibilities_) {
        out.confidence_assumed = true;
        out.found.add(finding_kind::assumed, "no_confidence",
                      "recording without confidence in the file: 1 where a landmark is there");
    }
    if (!unit_known_ && times_.size() > 1) {
        findings none;
        if (const double rate = rate_of(times_, 1, none); rate > 1000) {
            for (auto& time : times_) time.milliseconds *= 1000;
            out.found.add(finding_kind::guessed, "timestamps_in_seconds",
                          "recording whose timestamps are less than 1 apart, read as seconds");
        }
    }
    const double rate = rate_of(times_, out.fps, out.found);
    if (out.fps == 0) out.fps = rate;
    if (const auto others = out.found.count("timestamps_not_rising");
        people_.strict() && others > 0)
        people_.refuse("timestamps that rise", text(others, " others"));
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
