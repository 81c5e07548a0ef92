// SPDX-License-Identifier: MIT
// The states of reading MMPose's JSON.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/readers/detail/frame_files.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/mmpose_layout.hpp"
#include "mgkit/data/readers/detail/mmpose_person.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Keeps people of MMPose's JSON; see `mmpose` for what is accepted.
class mmpose_handler final : public json_handler {
public:
    explicit mmpose_handler(people_builder& people) : people_(people) {}

    /// Before each text. A number: the text is one frame of many, and which.
    void begin_text(const mmpose_layout& layout, std::int64_t number = -1) {
        layout_ = layout;
        file_number_ = key_number_ = number;
        depth_ = 0;
        frames_in_text_ = 0;
        list_ = list::unknown;
        bare_ = rooted_ = false;
        root_seen_ = meta_seen_ = 0;
        person_key_.clear();
    }
    /// After each text that is one frame; a list without people is a frame too.
    void end_frame_text() {
        if (rooted_ && (root_seen_ & bit(of::frames)) == 0)
            people_.refuse("people or 'instance_info'", "an object with neither");
        if (frames_in_text_ > 0) return;
        open_frame();
        close_frame();
    }
    /// After all text. Errors: see `mmpose`.
    detections finish() {
        person_.finish();
        if (layout_.root_guessed)
            people_.out().found.add(finding_kind::guessed, "numbered_object",
                                    layout_.root_of_people
                                        ? "object by plain numbers, read as the people of one frame"
                                        : "object by plain numbers, read as frames");
        if (list_ == list::people && file_number_ < 0) suspect_frames();
        return people_.finish();
    }

    bool begin_object() override {
        switch (top()) {
            case at::start:
                if (layout_.by_person)
                    people_.refuse("frames, each with its people",
                                   "an object by person of the frames of each",
                                   "write a list of frames");
                if (layout_.keyed_root) return push(at::frames);
                if (!layout_.lone_person) {
                    rooted_ = true;
                    return push(at::root);
                }
                open_frame();
                start_person();
                people_.begin_person();
                return push(at::person);
            case at::root:
                if (member_ == of::meta) return push(at::meta);
                break;
            case at::meta:
                return push(at::names);
            case at::frames:
                if (layout_.keyed_people) return open_people();
                element_seen_ = 0;
                kind_ = element::unknown;
                open_frame();
                start_person();
                return push(at::element);
            case at::element:
                if (member_ == of::people) return push(at::people);
                break;
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
                return open_people();
            case at::element:
                if (member_ == of::people) return push(at::people);
                [[fallthrough]];
            case at::person:
                if (member_ == of::points) return push(at::points);
                if (member_ == of::scores) return push(at::scores);
                if (is_track(member_)) return push(at::ids);
                break;
            case at::points:
                if (person_.flat()) break;
                person_.begin_point();
                return push(at::point);
            default:
                break;
        }
        wrong("a list");
    }

    void end_object() override {
        const at closed = pop();
        if (closed == at::person) {
            person_.end(track_);
            if (depth_ == 0) close_frame();
        }
        if (closed == at::people || closed == at::frames) end_list(closed);
        if (closed != at::element) return;
        if (kind_ == element::unknown)
            people_.refuse("'instances' or 'keypoints'", "an object with neither");
        if (kind_ == element::person) {
            const bool frame = layout_.keyed_root && !layout_.root_of_people;
            set_list(frame ? list::frames : list::people);
            people_.begin_person();
            person_.end(track_);
            if (frame) close_frame();
        } else {
            set_list(list::frames);
            if ((element_seen_ & bit(of::people)) == 0)
                people_.refuse("'instances' in each frame", "none");
            close_frame();
        }
    }

    void end_array() override {
        const at closed = pop();
        if (closed == at::point) person_.end_point();
        if (closed == at::people || closed == at::frames) end_list(closed);
    }

    bool key(std::string_view name) override {
        switch (top()) {
            case at::root:
                return member(name,
                              {{{"meta_info", of::meta},
                                {"instance_info", of::frames},
                                {"predictions", of::frames}}},
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
            case at::frames:
                if (layout_.root_of_people)
                    person_key_ = name;
                else if (file_number_ < 0)
                    number_frame(name);
                return true;
            case at::people:
                person_key_ = name;
                return true;
            case at::element:
                if (!of_person(name, element_seen_, {"frame_id", of::frame},
                               {"instances", of::people}))
                    return false;
                kind(member_ == of::frame || member_ == of::people ? element::frame
                                                                   : element::person);
                return true;
            case at::person:
                return of_person(name, person_seen_, {}, {});
            default:
                return false;
        }
    }

    void number(double value, bool integral) override {
        switch (top()) {
            case at::point:
                return person_.coordinate(people_.number(value));
            case at::points:
                return flat_point(people_.number(value));
            case at::scores:
                return person_.score(people_.number(value));
            case at::ids:
                return identify(people_.track_id(value));
            case at::meta:
                return meta_number(value, integral);
            case at::element:
                if (member_ == of::frame) {
                    const auto id =
                        people_.whole(value, integral || value == std::floor(value), "frame_id");
                    if (key_number_ < 0) people_.name_frame(id);
                    return;
                }
                [[fallthrough]];
            case at::person:
                if (is_track(member_)) return identify(people_.track_id(value));
                break;
            default:
                break;
        }
        wrong("a number");
    }
    void numbers(std::span<const double> values) override {
        if (top() != at::point && top() != at::scores) return json_handler::numbers(values);
        const bool scores = top() == at::scores;
        for (const double value : values) {
            const float x = people_.number(value);
            scores ? person_.score(x) : person_.coordinate(x);
        }
    }
    void null() override {
        constexpr float missing = std::numeric_limits<float>::quiet_NaN();
        if (top() == at::point) return person_.coordinate(missing);
        if (top() == at::points) return flat_point(missing);
        if (top() == at::scores) return person_.score(missing);
        if (top() == at::meta || top() == at::ids) return;
        if ((top() == at::person || top() == at::element) && is_track(member_)) return;
        if (top() == at::element && member_ == of::people) return;
        wrong("null");
    }
    void string(std::string_view value) override {
        if (top() == at::names) return person_.joint_name(joint_, value);
        if (top() == at::meta) return;
        if (top() == at::ids ||
            ((top() == at::person || top() == at::element) && is_track(member_)))
            return identify(people_.track_id(value));
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
        scores,
        ids
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
        idx,
        instance,
        person,
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
            "'frame_id' as a whole number, 'track_id' as a number, the others as lists",
            "people as objects",
            "'keypoints' and 'keypoint_scores' as lists, 'track_id' as a number",
            "points as lists [x, y]",
            "coordinates as numbers",
            "scores as numbers",
            "'track_id' as a number"};
        people_.refuse(expected[static_cast<std::size_t>(top())], found);
    }

    struct named {
        std::string_view name;
        of member = of::none;
    };
    using names = std::array<named, 8>;
    bool member(std::string_view name, const names& known, unsigned& seen) {
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
    bool of_person(std::string_view name, unsigned& seen, named first, named second) {
        if (name == "keypoints_3d")
            people_.found(finding_kind::left_out, "depth_left_out",
                          "people whose 3-D keypoints stand beside others");
        return member(name,
                      {{{"keypoints", of::points},
                        {"keypoint_scores", of::scores},
                        {"track_id", of::track},
                        {"person_id", of::person},
                        {"instance_id", of::instance},
                        {"idx", of::idx},
                        first,
                        second}},
                      seen);
    }
    static bool is_track(of member) { return member >= of::idx; }
    /// Of several ids of one person that of the tracker is taken; of a list the first.
    void identify(std::int64_t id) {
        if (id < 0 || member_ <= identified_by_) return;
        identified_by_ = member_;
        track_ = id;
    }

    /// A list of people is one picture, unless it is one person's frames.
    void suspect_frames() {
        auto& out = people_.out();
        std::vector<int> ids;
        for (const int id : out.track)
            if (id >= 0) ids.push_back(id);
        std::sort(ids.begin(), ids.end());
        if (out.people() > 20 || std::adjacent_find(ids.begin(), ids.end()) != ids.end())
            out.found.add(finding_kind::suspect, "people_of_one_list",
                          "list of people read as one frame, of more than 20 or with equal track "
                          "ids: frames are lists of their own, or have 'frame_id'");
    }

    void open_frame() {
        if (frames_in_text_ > 0 && file_number_ >= 0)
            people_.refuse("one frame in each numbered file of the folder", "several",
                           "keep recordings and files of one frame in folders of their own");
        people_.begin_frame();
        if (key_number_ >= 0) people_.name_frame(key_number_);
    }
    void close_frame() {
        ++frames_in_text_;
        people_.end_frame();
    }
    bool open_people() {
        set_list(list::frames);
        open_frame();
        bare_ = true;
        return push(at::people);
    }
    void end_list(at closed) {
        person_key_.clear();
        if (closed == at::people && bare_) {
            bare_ = false;
            close_frame();
        }
        if (closed == at::frames && list_ == list::people) close_frame();
    }
    void number_frame(std::string_view key) {
        key_number_ = frame_file_of(std::string(without_picture_ending(key)), {}).number;
        if (key_number_ < 0)
            people_.refuse("a frame number at the end of each key", printable(key),
                           "write a list of frames");
    }
    void kind(element seen) {
        if (kind_ != element::unknown && kind_ != seen)
            people_.refuse("either a frame or a person", "keys of both in one object");
        kind_ = seen;
    }
    void set_list(list seen) {
        if (list_ != list::unknown && list_ != seen)
            people_.refuse("a list of frames or a list of people", "both in one list");
        if (list_ == list::unknown && seen == list::people) open_frame();
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
    void flat_point(float value) {
        if (person_.in_points()) wrong("a number");
        person_.flat_coordinate(value);
    }
    void start_person() {
        person_.start();
        person_seen_ = 0;
        identified_by_ = of::none;
        track_ = -1;
        if (person_key_.empty()) return;
        double number = 0;
        bool digits = true;
        for (const char c : person_key_) {
            digits = digits && c >= '0' && c <= '9';
            number = number * 10 + (c - '0');
        }
        track_ = digits ? people_.track_id(number) : people_.track_id(person_key_);
    }

    people_builder& people_;
    mmpose_person person_{people_};
    mmpose_layout layout_;
    std::array<at, 8> stack_{};
    std::size_t depth_ = 0, frames_in_text_ = 0;
    of member_ = of::none, identified_by_ = of::none;
    element kind_ = element::unknown;
    list list_ = list::unknown;
    bool bare_ = false, rooted_ = false;
    unsigned root_seen_ = 0, meta_seen_ = 0, element_seen_ = 0, person_seen_ = 0;
    std::int64_t track_ = -1;
    std::int64_t file_number_ = -1;  ///< of the text, where it is one frame of many
    std::int64_t key_number_ = -1;   ///< that the frame has by file or key; -1 for none
    std::string joint_, person_key_;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
