// SPDX-License-Identifier: MIT
// Definitions of coco_results.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/coco_results.hpp"
#include "mgkit/data/readers/detail/coco_results_handler.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/json_outline.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/halpe26.hpp"
#include "mgkit/skeleton/openpose18.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::readers {

namespace detail {

/// People of one recording of a list, brought into the order of its frames.
class coco_results_people {
public:
    coco_results_people(people_builder& people, const coco_results_handler& from)
        : people_(people), from_(from) {}

    void add(std::size_t recording) {
        std::vector<coco_results_handler::row> rows;
        for (const auto& row : from_.rows())
            if (row.recording == recording) rows.push_back(row);
        const auto earlier = [](const auto& a, const auto& b) { return a.number < b.number; };
        if (!std::is_sorted(rows.begin(), rows.end(), earlier)) {
            people_.found(finding_kind::assumed, "frames_sorted",
                          "recording whose frames were not in order, sorted by their numbers");
            std::stable_sort(rows.begin(), rows.end(), earlier);
        }
        people_.expect_frames(rows.size());
        if (!rows.empty()) people_.count_from_zero(rows.front().number);
        for (std::size_t i = 0; i < rows.size();) {
            const auto number = rows[i].number;
            people_.begin_frame();
            people_.name_frame(number);
            for (; i < rows.size() && rows[i].number == number; ++i)
                if (rows[i].count > 0) add_person(rows[i]);
            people_.end_frame();
        }
        if (!people_.has_layout() && first_fault_) throw *first_fault_;
        if (halpe136_)
            people_.out().found.add(finding_kind::repaired, "halpe136",
                                    "recording of Halpe's 136 joints, read as COCO-WholeBody's "
                                    "133: head, neck and hip left out");
    }

private:
    void add_person(const coco_results_handler::row& row) {
        people_.begin_person();
        const auto start = from_.all_numbers().begin() + static_cast<std::ptrdiff_t>(row.first);
        values_.assign(start, start + static_cast<std::ptrdiff_t>(row.count));
        if (values_.size() % 3 != 0)
            return leave_out("x, y and score per joint", text(values_.size(), " numbers"));
        if (values_.size() == 3 * 136 && !people_.joints_stated()) reorder_halpe136();
        const std::size_t joints = values_.size() / 3;
        if (!people_.has_layout() && !choose(joints)) return;
        if (joints != people_.file_joints())
            return leave_out(text(people_.file_joints(), " joints, as before"), text(joints));
        people_.end_person(values_, row.track);
    }
    /// Halpe: body 17, head, neck, hip, toes and heels by pairs, face 68, hands of 21. WholeBody:
    /// body 17, left foot, right foot, face 68, hands of 21.
    void reorder_halpe136() {
        static constexpr std::size_t feet[] = {20, 22, 24, 21, 23, 25};
        halpe136_ = true;
        std::vector<float> out(values_.begin(), values_.begin() + 3 * 17);
        for (const std::size_t j : feet)
            for (std::size_t c = 0; c < 3; ++c) out.push_back(values_[3 * j + c]);
        out.insert(out.end(), values_.begin() + 3 * 26, values_.end());
        values_ = std::move(out);
    }
    bool choose(std::size_t joints) {
        using namespace skeleton;
        if (people_.joints_stated()) {
            try {
                people_.layout(joints, channel_layout::xyc);
                return true;
            } catch (const error& fault) {
                leave_out(fault.expected(), fault.found(), fault.remedy());
                return false;
            }
        }
        dynamic topology;
        if (from_.keyed() && joints == 18) topology = dynamic::copy_of(openpose18{});
        if (!from_.keyed() && joints == 17) topology = dynamic::copy_of(coco17{});
        if (!from_.keyed() && joints == 26) topology = dynamic::copy_of(halpe26{});
        if (!from_.keyed() && joints == 133) topology = dynamic::copy_of(coco_wholebody133{});
        if (topology.joints.empty()) {
            leave_out(from_.keyed() ? "18 joints (OpenPose's order)"
                                    : "17 (COCO), 26 (Halpe), 133 (COCO-WholeBody) or 136 "
                                      "(Halpe) joints",
                      text(joints), "state the joints: --skeleton NAME or --joints map.csv");
            return false;
        }
        people_.layout(std::move(topology), channel_layout::xyc);
        return true;
    }
    void leave_out(const std::string& expected, const std::string& found,
                   const std::string& remedy = {}) {
        const error fault(people_.place(), expected, found, remedy);
        if (people_.strict()) throw fault;
        if (!first_fault_) first_fault_ = fault;
        people_.found(finding_kind::left_out, "people_of_other_shape",
                      "people with other numbers of joints or scores");
        people_.drop_person();
    }

    people_builder& people_;
    const coco_results_handler& from_;
    std::optional<error> first_fault_;
    bool halpe136_ = false;
    std::vector<float> values_;
};

/// By the key of a picture: what AlphaPose writes in the forms of others.
MGKIT_INLINE bool coco_results_keyed(const json_outline& outline) {
    return std::any_of(outline.paths.begin(), outline.paths.end(), [](const std::string& path) {
        return path.ends_with(".bodies[].joints[]") ||
               path.ends_with(".people[].pose_keypoints_2d[]");
    });
}

}  // namespace detail

MGKIT_INLINE bool coco_results::recognises(const std::string& path) const {
    const auto outline = outline_of_file(path);
    if (outline.root == '[') return outline.has("[].image_id") && outline.has("[].keypoints[]");
    return outline.root == '{' && detail::coco_results_keyed(outline);
}

MGKIT_INLINE std::string coco_results::almost(const std::string& path) {
    const auto outline = outline_of_file(path);
    if (outline.has("[].image_id"))
        return outline.has("[].keypoints[]")
                   ? std::string()
                   : "a list with 'image_id' whose elements lack 'keypoints' as lists of numbers: "
                     "take the results of keypoints, not those of boxes";
    if (outline.has("annotations[].image_id") && outline.has("annotations[].keypoints[]"))
        return "a data set's 'annotations' rather than a list of results: write that list alone, "
               "with scores in place of visibility";
    return {};
}

MGKIT_INLINE std::vector<std::string> coco_results::list(const std::string& path) const {
    const io::mapped_file file(path);
    detail::people_builder people(path, {});
    detail::coco_results_handler handler(people);
    detail::walk_json(detail::parser_of<nlohmann_json>, file.text(), handler, path);
    std::vector<std::string> out;
    for (const auto& one : handler.recordings())
        out.push_back(one.name.empty() ? detail::stem(path, ".json") : one.name);
    return out;
}

MGKIT_INLINE detections coco_results::read_by(detail::json_parser parser, const std::string& path,
                                              std::size_t index, const read_policy& policy) const {
    const io::mapped_file file(path);
    auto out = parse_by(parser, file.text(), path, policy, index);
    if (out.name.empty()) out.name = detail::stem(path, ".json");
    return out;
}

MGKIT_INLINE detections coco_results::parse_by(detail::json_parser parser, std::string_view json,
                                               const std::string& where, const read_policy& policy,
                                               std::size_t index) {
    detail::people_builder people(where, policy);
    detail::coco_results_handler handler(people);
    detail::walk_json(parser, json, handler, where);
    const auto& recordings = handler.recordings();
    if (recordings.empty()) people.refuse("at least one person with 'keypoints'", "none");
    if (index >= recordings.size())
        throw error(where, text("one of the ", recordings.size(), " recordings in the list"),
                    text("number ", index));
    detail::coco_results_people(people, handler).add(index);
    auto out = people.finish();
    out.name = recordings[index].name;
    return out;
}

MGKIT_INLINE void coco_results::write(const std::string& path, const recording& one) const {
    using namespace skeleton;
    const auto known = detail::as_one_of<coco_wholebody133, halpe26, coco17>(one);
    const auto view = known.poses.view();
    if (coordinates(view.shape.layout) != 2)
        throw error(path, "x and y", skeleton::name(view.shape.layout), "COCO's results have no z");
    detail::json_text out(path);
    bool first = true;
    out << "[";
    for (int t = 0; t < view.length; ++t) {
        if (!detail::anything_seen(view, t) && t + 1 < view.length) continue;
        out << (std::exchange(first, false) ? "\n" : ",\n") << "{\"image_id\": \"" << t
            << ".jpg\", \"category_id\": 1, \"keypoints\": [";
        float sum = 0;
        for (int v = 0; v < view.shape.joints; ++v) {
            const float confidence = detail::seen_confidence(view, t, v);
            sum += confidence;
            out << (v > 0 ? ", " : "") << detail::seen_value(view, 0, t, v) << ", "
                << detail::seen_value(view, 1, t, v) << ", " << confidence;
        }
        out << "], \"score\": " << sum / static_cast<float>(view.shape.joints) << "}";
    }
    out << "]\n";
    out.commit();
}

}  // namespace MGKIT_NAMESPACE::data::readers
