// SPDX-License-Identifier: MIT
// Definitions of kinetics_skeleton.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/json_outline.hpp"
#include "mgkit/data/readers/kinetics_skeleton.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/openpose18.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::readers {

namespace detail {

/// Keeps the people of such a file; see `kinetics_skeleton` for what is accepted.
class kinetics_handler final : public json_handler {
public:
    explicit kinetics_handler(people_builder& people) : people_(people) {}

    bool begin_object() override {
        switch (top()) {
            case at::start:
                return push(at::root);
            case at::frames:
                seen_ = 0;
                people_.begin_frame();
                return push(at::frame);
            case at::people:
                pose_.clear();
                scores_.clear();
                person_seen_ = 0;
                people_.begin_person();
                return push(at::person);
            default:
                wrong("an object");
        }
    }
    bool begin_array() override {
        if (top() == at::root) return push(at::frames);
        if (top() == at::frame && member_ == 1) return push(at::people);
        if (top() == at::person) return push(at::numbers);
        wrong("a list");
    }
    void end_object() override {
        const at closed = stack_[depth_--];
        if (closed == at::person) end_person();
        if (closed != at::frame) return;
        if ((seen_ & 2u) == 0) people_.refuse("'skeleton' in each frame", "none");
        people_.end_frame();
    }
    void end_array() override { --depth_; }

    bool key(std::string_view name) override {
        if (top() == at::root) return name == "data" && once(name, root_seen_, 0);
        if (top() == at::frame) {
            if (name == "frame_index") return once(name, seen_, 0);
            return name == "skeleton" && once(name, seen_, 1);
        }
        if (name == "pose") return once(name, person_seen_, 0);
        return name == "score" && once(name, person_seen_, 1);
    }
    void number(double value, bool integral) override {
        if (top() == at::numbers) return keep(people_.number(value));
        if (top() != at::frame || member_ != 0) wrong("a number");
        people_.name_frame(
            people_.whole(value, integral || value == std::floor(value), "frame_index"));
    }
    void null() override {
        if (top() != at::numbers) wrong("null");
        keep(std::numeric_limits<float>::quiet_NaN());
    }
    void string(std::string_view) override { wrong("a string"); }
    void boolean(bool) override { wrong("true or false"); }

    /// After all text.
    detections finish() {
        if (!people_.has_layout() && first_fault_) throw *first_fault_;
        if (highest_ <= 2)
            people_.out().found.add(
                finding_kind::assumed, "shares_of_picture",
                lowest_ < 0 ? "recording in shares of the picture from its centre; its shape is "
                              "not in the file, so x and y have different units"
                            : "recording in shares of the picture; its shape is not in the file, "
                              "so x and y have different units");
        return people_.finish();
    }

private:
    enum class at : std::uint8_t { start, root, frames, frame, people, person, numbers };

    at top() const { return stack_[depth_]; }
    bool push(at state) {
        stack_[++depth_] = state;
        return true;
    }
    [[noreturn]] void wrong(const char* found) const {
        static constexpr const char* expected[] = {
            "an object with 'data'",
            "'data' as a list",
            "frames as objects",
            "'frame_index' as a whole number, 'skeleton' as a list",
            "people as objects",
            "'pose' and 'score' as lists",
            "numbers"};
        people_.refuse(expected[static_cast<std::size_t>(top())], found);
    }
    bool once(std::string_view name, unsigned& seen, std::size_t member) {
        if ((seen >> member & 1u) != 0) people_.refuse("each key once", text("'", name, "' twice"));
        seen |= 1u << member;
        member_ = member;
        return true;
    }
    void keep(float value) {
        auto& list = member_ == 0 ? pose_ : scores_;
        if (list.size() == 2000) people_.refuse("at most 1000 joints", "more");
        list.push_back(value);
    }
    void leave_out(const error& fault) {
        if (people_.strict()) throw fault;
        if (!first_fault_) first_fault_ = fault;
        people_.found(finding_kind::left_out, "people_of_other_shape",
                      "people with other numbers of joints or scores");
        people_.drop_person();
    }
    void end_person() {
        const std::size_t joints = scores_.size();
        if (pose_.size() != 2 * joints)
            return leave_out({people_.place(), "x and y in 'pose' for each number of 'score'",
                              text(pose_.size(), " numbers for ", joints)});
        if (!people_.has_layout()) {
            if (!people_.joints_stated() && joints != 18)
                return leave_out({people_.place(), "18 joints (OpenPose's order)", text(joints),
                                  "state the joints: --skeleton NAME or --joints map.csv"});
            try {
                if (people_.joints_stated())
                    people_.layout(joints, skeleton::channel_layout::xyc);
                else
                    people_.layout(skeleton::dynamic::copy_of(skeleton::openpose18{}),
                                   skeleton::channel_layout::xyc);
            } catch (const error& fault) {
                return leave_out(fault);
            }
        }
        if (joints != people_.file_joints())
            return leave_out(
                {people_.place(), text(people_.file_joints(), " joints, as before"), text(joints)});
        values_.clear();
        for (std::size_t j = 0; j < joints; ++j) {
            values_.insert(values_.end(), {pose_[2 * j], pose_[2 * j + 1], scores_[j]});
            if (!(scores_[j] > 0)) continue;
            for (const float x : {pose_[2 * j], pose_[2 * j + 1]}) {
                lowest_ = std::min(lowest_, x);
                highest_ = std::max(highest_, x);
            }
        }
        people_.end_person(values_, -1);
    }

    people_builder& people_;
    std::array<at, 8> stack_{};
    std::size_t depth_ = 0, member_ = 0;
    unsigned root_seen_ = 0, seen_ = 0, person_seen_ = 0;
    float lowest_ = 0, highest_ = 0;
    std::optional<error> first_fault_;
    std::vector<float> pose_, scores_, values_;
};

}  // namespace detail

MGKIT_INLINE bool kinetics_skeleton::recognises(const std::string& path) const {
    const auto outline = outline_of_file(path);
    return outline.has("data[].frame_index") &&
           (outline.has("data[].skeleton[].pose[]") || outline.has("label_index") ||
            (outline.has("data[].skeleton[]") && !outline.has("data[].skeleton[].keypoints")));
}

MGKIT_INLINE std::string kinetics_skeleton::almost(const std::string& path) {
    const auto outline = outline_of_file(path);
    if (kinetics_skeleton{}.recognises(path)) return {};
    if (outline.has("data[].skeleton"))
        return "frames with 'skeleton' that lack 'frame_index' or people with 'pose' and 'score'";
    if (outline.has("annotations[].keypoints") && outline.has("info.keypoint_channels"))
        return "a skeleton data set of mmskeleton, with 'annotations' by person: write 'data' by "
               "frame, or MMPose's 'instance_info'";
    return {};
}

MGKIT_INLINE std::vector<std::string> kinetics_skeleton::list(const std::string& path) const {
    return {detail::stem(path, ".json")};
}

MGKIT_INLINE detections kinetics_skeleton::read_by(detail::json_parser parser,
                                                   const std::string& path, std::size_t index,
                                                   const read_policy& policy) const {
    if (index != 0) throw error(path, "recording 0, the only one", text(index));
    const io::mapped_file file(path);
    auto out = parse_by(parser, file.text(), path, policy);
    out.name = detail::stem(path, ".json");
    return out;
}

MGKIT_INLINE detections kinetics_skeleton::parse_by(detail::json_parser parser,
                                                    std::string_view json, const std::string& where,
                                                    const read_policy& policy) {
    detail::people_builder people(where, policy);
    detail::kinetics_handler handler(people);
    detail::walk_json(parser, json, handler, where);
    return handler.finish();
}

}  // namespace MGKIT_NAMESPACE::data::readers
