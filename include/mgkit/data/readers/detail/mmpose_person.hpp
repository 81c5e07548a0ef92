// SPDX-License-Identifier: MIT
// A person of MMPose's JSON: what the numbers of its joints are.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/halpe26.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Numbers of one person after the other on their way to the builder; see `mmpose` for what they
/// are taken for.
class mmpose_person {
public:
    explicit mmpose_person(people_builder& people) : people_(people) {}

    void start() {
        points_.clear();
        scores_.clear();
        dims_ = 0;
        flat_ = false;
    }
    bool flat() const { return flat_; }
    bool in_points() const { return dims_ != 0; }
    void begin_point() { point_start_ = points_.size(); }
    void coordinate(float value) { points_.push_back(value); }
    void score(float value) { scores_.push_back(value); }
    void flat_coordinate(float value) {
        flat_ = true;
        points_.push_back(value);
        if (points_.size() > 3 * most_joints) people_.refuse("17, 26 or 133 joints", "more");
    }
    void end_point() {
        const std::size_t size = points_.size() - point_start_;
        if (dims_ == 0) dims_ = size;
        if (size != dims_ || size < 2 || size > 3)
            people_.refuse("points [x, y], or all [x, y, z]", text(size, " numbers"));
        if (points_.size() > 3 * most_joints) people_.refuse("17, 26 or 133 joints", "more");
    }

    /// All three skeletons begin with COCO's body; other models of 17 joints do not.
    void joint_name(std::string_view place, std::string_view value) {
        using skeleton::coco17;
        if (people_.joints_stated()) return;
        for (std::size_t j = 0; j < coco17::joints.size(); ++j) {
            if (place != text(j)) continue;
            if (value != coco17::joints[j])
                people_.refuse(text("joint ", j, " to be ", coco17::joints[j]), printable(value),
                               "use a model for human bodies trained on COCO, Halpe or "
                               "COCO-WholeBody, or state the joints: --skeleton NAME or --joints "
                               "map.csv");
            ++names_;
        }
    }

    /// The person is complete: kept, or left out and counted.
    void end(std::int64_t track) {
        if (flat_) {
            const std::size_t numbers = points_.size(), scores = scores_.size();
            dims_ = scores > 0 && numbers % scores == 0 ? numbers / scores
                    : numbers % 3 == 0                  ? 3
                                                        : 2;
            if (dims_ < 2 || dims_ > 3 || numbers % dims_ != 0)
                return leave_out(fault("2 or 3 numbers per joint", text(numbers, " numbers")));
        }
        const std::size_t joints = dims_ == 0 ? 0 : points_.size() / dims_;
        if (!scores_.empty() && scores_.size() != joints)
            return leave_out(fault(text(joints, " keypoint_scores, as there are keypoints"),
                                   text(scores_.size())));
        const bool bare_points = scores_.empty() && dims_ == 3;
        const third last = bare_points ? judge() : third::depth;
        if (last == third::unclear)
            return leave_out(fault("'keypoint_scores', or coordinates in pixels",
                                   "three small numbers per joint, which may be x, y, score or x, "
                                   "y, z",
                                   "write points [x, y] or [x, y, z], and 'keypoint_scores'"));
        const bool repeated = !scores_.empty() && dims_ == 3 && repeats_scores();
        const bool deep = dims_ == 3 && last == third::depth && !repeated;
        const auto channels = !deep             ? skeleton::channel_layout::xyc
                              : scores_.empty() ? skeleton::channel_layout::xyz
                                                : skeleton::channel_layout::xyzc;
        if (!people_.has_layout() && !choose(joints, channels)) return;
        const auto& out = people_.out();
        if (joints != people_.file_joints() || channels != out.layout)
            return leave_out(fault(text(people_.file_joints(), " joints of channels ",
                                        skeleton::name(out.layout), ", as before"),
                                   text(joints, " of ", skeleton::name(channels))));
        deep_ = deep_ || deep;
        third_is_score_ = third_is_score_ || (bare_points && !deep);
        const std::size_t kept = repeated ? 2 : dims_;
        if (scores_.empty() && dims_ == 2) people_.out().confidence_assumed = true;
        values_.clear();
        for (std::size_t j = 0; j < joints; ++j) {
            for (std::size_t c = 0; c < kept; ++c) values_.push_back(points_[j * dims_ + c]);
            if (!scores_.empty())
                values_.push_back(scores_[j]);
            else if (dims_ == 2)
                values_.push_back(1);
        }
        people_.end_person(values_, track);
    }

    /// After the last person. Errors: nobody of a known skeleton; depth without names of joints.
    void finish() {
        if (!people_.has_layout() && first_fault_) throw *first_fault_;
        if (deep_ && !people_.joints_stated() && names_ < skeleton::coco17::joints.size())
            people_.refuse(
                "names of the joints ('keypoint_id2name' of 'meta_info')",
                "x, y, z without names, which other skeletons of as many joints have too",
                "state the joints: --skeleton NAME or --joints map.csv");
        auto& out = people_.out();
        if (third_is_score_)
            out.found.add(finding_kind::guessed, "third_is_score",
                          "recording whose third number per joint is taken for its score: within "
                          "[-.5, 1.5] beside coordinates of pictures");
        if (out.confidence_assumed)
            out.found.add(finding_kind::assumed, "no_confidence",
                          "recording without scores: joints count as seen");
    }

private:
    /// A person of another shape than it should be is counted, or refused.
    void leave_out(const error& fault) {
        if (people_.strict()) throw fault;
        if (!first_fault_) first_fault_ = fault;
        people_.found(finding_kind::left_out, "people_of_other_shape",
                      "people with other numbers of joints or scores");
        people_.drop_person();
    }
    error fault(const std::string& expected, const std::string& found,
                const std::string& remedy = {}) const {
        return error(people_.place(), expected, found, remedy);
    }

    /// Whether each point repeats its score: no depth then.
    bool repeats_scores() const {
        for (std::size_t j = 0; j < scores_.size(); ++j) {
            const float a = points_[3 * j + 2], b = scores_[j];
            if (a != b && !(std::isnan(a) && std::isnan(b))) return false;
        }
        return true;
    }

    /// What the third number of each point is where there are no scores beside.
    enum class third { score, depth, unclear };
    third judge() const {
        float across = 0, least = 0, lowest = 0, highest = 0;
        for (std::size_t i = 0; i + 2 < points_.size(); i += 3) {
            for (const float x : {points_[i], points_[i + 1]}) {
                if (!std::isfinite(x)) continue;
                across = std::max(across, std::abs(x));
                least = std::min(least, x);
            }
            if (!std::isfinite(points_[i + 2])) continue;
            lowest = std::min(lowest, points_[i + 2]);
            highest = std::max(highest, points_[i + 2]);
        }
        if (lowest < -.5f || highest > 1.5f) return third::depth;
        if (people_.has_layout() && people_.out().layout == skeleton::channel_layout::xyz)
            return third::depth;
        if (third_is_score_ || across > 10 || across == 0) return third::score;
        return least < 0 || lowest < 0 ? third::depth : third::unclear;
    }

    /// The skeleton by the first person of a known number of joints.
    bool choose(std::size_t joints, skeleton::channel_layout channels) {
        if (people_.joints_stated()) {
            try {
                people_.layout(joints, channels);
            } catch (const error& other) {
                leave_out(other);
                return false;
            }
            return true;
        }
        skeleton::dynamic topology;
        for_each_skeleton([&]<class T>(type_tag<T>) {
            if (T::joints.size() == joints) topology = skeleton::dynamic::copy_of(T{});
        });
        if (topology.joints.empty()) {
            leave_out(fault("17 (COCO), 26 (Halpe) or 133 (COCO-WholeBody) joints", text(joints),
                            "use a model with one of these skeletons, or state the joints: "
                            "--skeleton NAME or --joints map.csv"));
            return false;
        }
        people_.layout(std::move(topology), channels);
        return true;
    }
    template <class F>
    static void for_each_skeleton(F&& f) {
        type_list<skeleton::coco17, skeleton::halpe26, skeleton::coco_wholebody133>::for_each(f);
    }

    static constexpr std::size_t most_joints = 1000;

    people_builder& people_;
    std::size_t point_start_ = 0, dims_ = 0, names_ = 0;
    bool flat_ = false, deep_ = false, third_is_score_ = false;
    std::optional<error> first_fault_;
    std::vector<float> points_, scores_, values_;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
