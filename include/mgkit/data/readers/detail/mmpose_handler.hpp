// The states of reading MMPose's JSON.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/halpe26.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Keeps people of MMPose's JSON; see `mmpose` for what is accepted.
class mmpose_handler final : public json_handler {
public:
    explicit mmpose_handler(people_builder& people) : people_(people) {}

    bool begin_object() override {
        switch (top()) {
            case at::start:
                return push(at::root);
            case at::root:
                if (member_ == of::meta) return push(at::meta);
                break;
            case at::meta:
                return push(at::names);
            case at::frames:
                element_seen_ = 0;
                kind_ = element::unknown;
                people_.begin_frame();
                start_person();
                return push(at::element);
            case at::people:
                start_person();
                people_.begin_person();
                return push(at::person);
            default:
                break;
        }
        wrong("an object");
    }

    bool begin_array() override {
        switch (top()) {
            case at::start:
                return push(at::frames);
            case at::root:
                if (member_ == of::frames) return push(at::frames);
                break;
            case at::frames:  // people of an image, without a frame around them
                set_list(list::frames);
                people_.begin_frame();
                bare_ = true;
                return push(at::people);
            case at::element:
                if (member_ == of::people) return push(at::people);
                [[fallthrough]];
            case at::person:
                if (member_ == of::points) return push(at::points);
                if (member_ == of::scores) return push(at::scores);
                break;
            case at::points:
                point_start_ = points_.size();
                return push(at::point);
            default:
                break;
        }
        wrong("a list");
    }

    void end_object() override {
        const at closed = pop();
        if (closed == at::person) end_person();
        if (closed != at::element) return;
        if (kind_ == element::unknown)
            people_.refuse("'instances' or 'keypoints'", "an object with neither");
        if (kind_ == element::person) {
            set_list(list::people);
            people_.begin_person();
            end_person();
        } else {
            set_list(list::frames);
            if ((element_seen_ & bit(of::people)) == 0)
                people_.refuse("'instances' in each frame", "none");
            people_.end_frame();
        }
    }

    void end_array() override {
        const at closed = pop();
        if (closed == at::point) end_point();
        if (closed == at::people && bare_) {
            bare_ = false;
            people_.end_frame();
        }
        if (closed == at::frames && list_ == list::people) people_.end_frame();
    }

    bool key(std::string_view name) override {
        switch (top()) {
            case at::root:
                return member(name, {{{"meta_info", of::meta}, {"instance_info", of::frames}}},
                              root_seen_);
            case at::meta:
                return member(name,
                              {{{"keypoint_id2name", of::names},
                                {"fps", of::fps},
                                {"width", of::width},
                                {"height", of::height}}},
                              meta_seen_);
            case at::names:
                joint_ = std::string(name.substr(0, 8));
                return true;
            case at::element:
                if (!member(name,
                            {{{"frame_id", of::frame},
                              {"instances", of::people},
                              {"keypoints", of::points},
                              {"keypoint_scores", of::scores},
                              {"track_id", of::track}}},
                            element_seen_))
                    return false;
                kind(member_ == of::frame || member_ == of::people ? element::frame
                                                                   : element::person);
                return true;
            case at::person:
                return member(name,
                              {{{"keypoints", of::points},
                                {"keypoint_scores", of::scores},
                                {"track_id", of::track}}},
                              person_seen_);
            default:
                return false;
        }
    }

    void number(double value, bool integral) override {
        switch (top()) {
            case at::point:
                points_.push_back(people_.number(value));
                return;
            case at::scores:
                scores_.push_back(people_.number(value));
                return;
            case at::meta:
                return meta_number(value, integral);
            case at::element:
                if (member_ == of::frame)
                    return people_.name_frame(people_.whole(value, integral, "frame_id"));
                [[fallthrough]];
            case at::person:
                if (member_ == of::track) {
                    track_ = people_.whole(value, integral, "track_id");
                    return;
                }
                break;
            default:
                break;
        }
        wrong("a number");
    }
    void numbers(std::span<const double> values) override {
        if (top() != at::point && top() != at::scores) return json_handler::numbers(values);
        auto& into = top() == at::point ? points_ : scores_;
        for (const double value : values) into.push_back(people_.number(value));
    }
    void null() override {
        constexpr float missing = std::numeric_limits<float>::quiet_NaN();
        if (top() == at::point) return points_.push_back(missing);
        if (top() == at::scores) return scores_.push_back(missing);
        if (top() == at::meta) return;
        if ((top() == at::person || top() == at::element) && member_ == of::track) return;
        wrong("null");
    }
    void string(std::string_view value) override {
        if (top() == at::names) return joint_name(value);
        if (top() == at::meta) return;
        wrong("a string");
    }
    void boolean(bool) override {
        if (top() != at::meta) wrong("true or false");
    }

private:
    enum class at : std::uint8_t {
        start,
        root,
        meta,
        names,
        frames,
        element,
        people,
        person,
        points,
        point,
        scores
    };
    enum class of : std::uint8_t {
        none,
        meta,
        frames,
        names,
        fps,
        width,
        height,
        frame,
        people,
        points,
        scores,
        track
    };
    enum class element : std::uint8_t { unknown, frame, person };
    enum class list : std::uint8_t { unknown, frames, people };

    static constexpr unsigned bit(of member) { return 1u << static_cast<unsigned>(member); }
    at top() const { return stack_[depth_]; }
    bool push(at state) {
        stack_[++depth_] = state;
        return true;
    }
    at pop() { return stack_[depth_--]; }

    [[noreturn]] void wrong(const char* found) const {
        static constexpr const char* expected[] = {
            "a list of frames or an object with 'instance_info'",
            "'instance_info' as a list",
            "'keypoint_id2name' as an object",
            "names of joints",
            "frames or people",
            "'frame_id' and 'track_id' as whole numbers, the others as lists",
            "people as objects",
            "'keypoints' and 'keypoint_scores' as lists, 'track_id' as a whole number",
            "points as lists [x, y]",
            "coordinates as numbers",
            "scores as numbers"};
        people_.refuse(expected[static_cast<std::size_t>(top())], found);
    }

    struct named {
        std::string_view name;
        of member = of::none;
    };
    bool member(std::string_view name, const std::array<named, 5>& known, unsigned& seen) {
        for (const auto& candidate : known) {
            if (candidate.name != name || name.empty()) continue;
            member_ = candidate.member;
            if ((seen & bit(member_)) != 0)
                people_.refuse("each key once", text("'", name, "' twice"));
            seen |= bit(member_);
            return true;
        }
        return false;
    }
    void kind(element seen) {
        if (kind_ != element::unknown && kind_ != seen)
            people_.refuse("either a frame or a person", "keys of both in one object");
        kind_ = seen;
    }
    void set_list(list seen) {
        if (list_ != list::unknown && list_ != seen)
            people_.refuse("a list of frames or a list of people", "both in one list");
        if (list_ == list::unknown && seen == list::people) people_.begin_frame();
        list_ = seen;
    }

    void meta_number(double value, bool integral) {
        auto& out = people_.out();
        if (member_ == of::fps) {
            if (!(value >= 0 && value <= 1e6))
                people_.refuse("'fps' from 0 to 1000000", text(value));
            out.fps = value;
            return;
        }
        const std::int64_t size = people_.whole(value, integral, "size of the picture");
        if (size < 0) people_.refuse("a size of 0 or more", text(size));
        (member_ == of::width ? out.width : out.height) = static_cast<int>(size);
    }
    /// All three skeletons begin with COCO's body; other models of 17 joints do not.
    void joint_name(std::string_view value) {
        using skeleton::coco17;
        for (std::size_t j = 0; j < coco17::joints.size(); ++j)
            if (joint_ == text(j) && value != coco17::joints[j])
                people_.refuse(text("joint ", j, " to be ", coco17::joints[j]), printable(value),
                               "use a model for human bodies trained on COCO, Halpe or "
                               "COCO-WholeBody");
    }

    void start_person() {
        points_.clear();
        scores_.clear();
        dims_ = 0;
        track_ = -1;
        person_seen_ = 0;
    }
    void end_point() {
        const std::size_t size = points_.size() - point_start_;
        if (dims_ == 0) dims_ = size;
        if (size != dims_ || size < 2 || size > 3)
            people_.refuse("points [x, y], or all [x, y, z]", text(size, " numbers"));
        if (points_.size() > 3 * most_joints) people_.refuse("17, 26 or 133 joints", "more");
    }
    void end_person() {
        const std::size_t joints = dims_ == 0 ? 0 : points_.size() / dims_;
        if (scores_.size() != joints)
            people_.refuse(text(joints, " keypoint_scores, as there are keypoints"),
                           text(scores_.size()));
        const auto channels =
            dims_ == 3 ? skeleton::channel_layout::xyzc : skeleton::channel_layout::xyc;
        if (!people_.has_layout()) {
            skeleton::dynamic topology;
            for_each_skeleton([&]<class T>(type_tag<T>) {
                if (T::joints.size() == joints) topology = skeleton::dynamic::copy_of(T{});
            });
            if (topology.joints.empty())
                people_.refuse("17 (COCO), 26 (Halpe) or 133 (COCO-WholeBody) joints", text(joints),
                               "use a model with one of these skeletons");
            people_.layout(std::move(topology), channels);
        }
        const auto& out = people_.out();
        if (joints != out.topology.joints.size() || channels != out.layout)
            people_.refuse(text(out.topology.joints.size(), " joints of channels ",
                                skeleton::name(out.layout), ", as before"),
                           text(joints, " of ", skeleton::name(channels)));
        values_.clear();
        for (std::size_t j = 0; j < joints; ++j) {
            for (std::size_t c = 0; c < dims_; ++c) values_.push_back(points_[j * dims_ + c]);
            values_.push_back(scores_[j]);
        }
        people_.end_person(values_, track_ < 0 ? -1 : track_);
    }
    template <class F>
    static void for_each_skeleton(F&& f) {
        type_list<skeleton::coco17, skeleton::halpe26, skeleton::coco_wholebody133>::for_each(f);
    }

    static constexpr std::size_t most_joints = 1000;

    people_builder& people_;
    std::array<at, 8> stack_{};
    std::size_t depth_ = 0, point_start_ = 0, dims_ = 0;
    of member_ = of::none;
    element kind_ = element::unknown;
    list list_ = list::unknown;
    bool bare_ = false;
    unsigned root_seen_ = 0, meta_seen_ = 0, element_seen_ = 0, person_seen_ = 0;
    std::int64_t track_ = -1;
    std::string joint_;
    std::vector<float> points_, scores_, values_;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
