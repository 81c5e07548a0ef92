// The states of reading MediaPipe's landmarks.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/skeleton/blazepose33.hpp"
#include "mgkit/skeleton/blazepose75.hpp"
#include "mgkit/skeleton/dynamic.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Keeps the landmarks of MediaPipe's JSON; see `mediapipe` for what is accepted.
class mediapipe_handler final : public json_handler {
public:
    explicit mediapipe_handler(people_builder& people) : people_(people) {}

    bool begin_object() override {
        switch (top()) {
            case at::start:
                return push(at::root);
            case at::frames:
                for (auto& part : parts_) part.clear();
                frame_seen_ = 0;
                people_.begin_frame();
                return push(at::frame);
            case at::landmarks:  // one person, without a list around the landmarks
                if (flat_ == flat::no)
                    people_.refuse("a list of landmarks per person", "a landmark");
                if (flat_ == flat::unknown) part().emplace_back();
                flat_ = flat::yes;
                return begin_landmark();
            case at::person:
                return begin_landmark();
            default:
                wrong("an object");
        }
    }
    bool begin_array() override {
        switch (top()) {
            case at::root:
                if (member_ == of::frames) return push(at::frames);
                break;
            case at::frame:
                if (member_ < of::pose) break;
                flat_ = flat::unknown;
                list_ = member_;
                return push(at::landmarks);
            case at::landmarks:
                if (flat_ == flat::yes) break;
                flat_ = flat::no;
                if (part().size() == limits{}.people)
                    people_.refuse(text("at most ", limits{}.people, " people in a frame"), "more");
                part().emplace_back();
                return push(at::person);
            default:
                break;
        }
        wrong("a list");
    }
    void end_object() override {
        const at closed = stack_[depth_--];
        if (closed == at::landmark) end_landmark();
        if (closed == at::frame) end_frame();
    }
    void end_array() override { --depth_; }

    bool key(std::string_view name) override {
        switch (top()) {
            case at::root:
                return member(name, {"frames", "fps", "width", "height"}, of::frames, root_seen_);
            case at::frame:
                return member(name,
                              {"timestamp_ms", "pose_landmarks", "left_hand_landmarks",
                               "right_hand_landmarks"},
                              of::time, frame_seen_);
            case at::landmark:
                return member(name, {"x", "y", "z", "visibility"}, of::x, landmark_seen_);
            default:
                return false;
        }
    }
    void number(double value, bool integral) override {
        if (top() == at::landmark) {
            landmark_[static_cast<std::size_t>(member_) - static_cast<std::size_t>(of::x)] = value;
            return;
        }
        if (top() == at::frame && member_ == of::time) return time(value);
        if (top() == at::root && member_ == of::fps) {
            if (!(value >= 0 && value <= 1e6))
                people_.refuse("'fps' from 0 to 1000000", text(value));
            people_.out().fps = value;
            return;
        }
        if (top() == at::root && (member_ == of::width || member_ == of::height)) {
            const std::int64_t size = people_.whole(value, integral, "size of the picture");
            if (size < 0) people_.refuse("a size of 0 or more", text(size));
            if ((root_seen_ & bit(of::frames)) != 0) late_ = true;
            auto& out = people_.out();
            (member_ == of::width ? out.width : out.height) = static_cast<int>(size);
            return;
        }
        wrong("a number");
    }
    void null() override {
        // Left out: a value of a landmark, or the landmarks of a frame.
        if (top() == at::landmark) {
            if (member_ < of::z)
                landmark_[member_ == of::x ? 0 : 1] = std::numeric_limits<double>::quiet_NaN();
            else
                landmark_seen_ &= ~bit(member_);
            return;
        }
        if (top() == at::frame || (top() == at::root && member_ != of::frames)) return;
        wrong("null");
    }
    void string(std::string_view) override { wrong("a string"); }
    void boolean(bool) override { wrong("true or false"); }

    detections finish();

private:
    enum class at : std::uint8_t { start, root, frames, frame, landmarks, person, landmark };
    enum class of : std::uint8_t {
        frames,
        fps,
        width,
        height,
        time,
        pose,
        left,
        right,
        x,
        y,
        z,
        visibility
    };
    enum class flat : std::uint8_t { unknown, yes, no };
    enum class depth : std::uint8_t { unknown, yes, no };
    /// x, y, z and confidence of the landmarks of one part of one person.
    using landmarks = std::vector<std::array<float, 4>>;

    static constexpr unsigned bit(of member) { return 1u << static_cast<unsigned>(member); }
    at top() const { return stack_[depth_]; }
    bool push(at state) {
        stack_[++depth_] = state;
        return true;
    }
    [[noreturn]] void wrong(const char* found) const {
        static constexpr const char* expected[] = {
            "an object with 'frames'",
            "'frames' as a list, 'fps', 'width' and 'height' as numbers",
            "frames as objects",
            "landmarks as lists, 'timestamp_ms' as a number",
            "landmarks as objects, or a list of them per person",
            "landmarks as objects",
            "x, y, z and visibility as numbers"};
        people_.refuse(expected[static_cast<std::size_t>(top())], found);
    }
    bool member(std::string_view name, const std::array<std::string_view, 4>& known, of first,
                unsigned& seen) {
        for (std::size_t k = 0; k < known.size(); ++k) {
            if (name != known[k]) continue;
            member_ = static_cast<of>(static_cast<std::size_t>(first) + k);
            if ((seen & bit(member_)) != 0)
                people_.refuse("each key once", text("'", name, "' twice"));
            seen |= bit(member_);
            return true;
        }
        return false;
    }
    std::vector<landmarks>& part() {
        return parts_[static_cast<std::size_t>(list_) - static_cast<std::size_t>(of::pose)];
    }
    bool begin_landmark() {
        landmark_ = {0, 0, 0, 1};
        landmark_seen_ = 0;
        return push(at::landmark);
    }
    void end_landmark() {
        if ((landmark_seen_ & bit(of::x)) == 0 || (landmark_seen_ & bit(of::y)) == 0)
            people_.refuse("'x' and 'y' in each landmark", "one of them missing");
        const bool z = (landmark_seen_ & bit(of::z)) != 0;
        if (depth_known_ == depth::unknown) depth_known_ = z ? depth::yes : depth::no;
        if (z != (depth_known_ == depth::yes))
            people_.refuse("'z' in all landmarks or in none", z ? "one with it" : "one without");
        const bool is_pose = list_ == of::pose;
        auto& list = part().back();
        if (list.size() == (is_pose ? pose_count : hand_count))
            people_.refuse(is_pose ? "33 landmarks of a pose" : "21 landmarks of a hand", "more");
        const auto& size = people_.out();
        const bool known = !late_ && size.width > 0 && size.height > 0;
        const double scale[] = {known ? double(size.width) : 1.0, known ? double(size.height) : 1.0,
                                known ? double(size.width) : 1.0, 1.0};
        std::array<float, 4> out{};
        for (std::size_t c = 0; c < 4; ++c)
            out[c] = std::isnan(landmark_[c]) ? std::numeric_limits<float>::quiet_NaN()
                                              : people_.number(landmark_[c] * scale[c]);
        list.push_back(out);
    }
    void time(double value) {
        if (!(std::abs(value) <= 1e15)) people_.refuse("'timestamp_ms' within 1e15", text(value));
        if (has_time_) {
            if (!(value > last_time_))
                people_.refuse("timestamps that rise", text(value, " after ", last_time_));
            steps_.push_back(value - last_time_);
        }
        has_time_ = true;
        last_time_ = value;
    }
    void end_frame();

    static constexpr std::size_t pose_count = 33, hand_count = 21;

    people_builder& people_;
    std::array<at, 8> stack_{};
    std::size_t depth_ = 0;
    of member_ = of::frames, list_ = of::pose;
    flat flat_ = flat::unknown;
    depth depth_known_ = depth::unknown;
    unsigned root_seen_ = 0, frame_seen_ = 0, landmark_seen_ = 0;
    bool late_ = false, has_time_ = false, hands_ = false;
    double last_time_ = 0;
    std::vector<double> steps_;
    std::array<double, 4> landmark_{};
    std::array<std::vector<landmarks>, 3> parts_;  ///< pose, left hand, right hand
    std::vector<float> values_;
};

inline void mediapipe_handler::end_frame() {
    const std::size_t poses = parts_[0].size();
    const std::size_t count = std::max({poses, parts_[1].size(), parts_[2].size()});
    if (count > 1 && count > poses)
        people_.refuse(text("hands of at most ", poses, " people, as there are poses"), text(count),
                       "list the hands in the order of the poses");
    const bool z = depth_known_ == depth::yes;
    for (std::size_t i = 0; i < count; ++i) {
        people_.begin_person();
        std::size_t given = 0;
        for (const auto& part : parts_) given += i < part.size() ? part[i].size() : 0;
        if (given == 0) people_.refuse("landmarks of each person", "an empty list");
        if (!people_.has_layout())
            people_.layout(skeleton::dynamic::copy_of(skeleton::blazepose75{}),
                           z ? skeleton::channel_layout::xyzc : skeleton::channel_layout::xyc);
        values_.clear();
        for (std::size_t p = 0; p < 3; ++p) {
            const std::size_t wanted = p == 0 ? pose_count : hand_count;
            const landmarks none;
            const landmarks& list = i < parts_[p].size() ? parts_[p][i] : none;
            if (!list.empty() && list.size() != wanted)
                people_.refuse(text(wanted, " landmarks"), text(list.size()));
            // MediaPipe leaves the visibility of hand landmarks at 0.
            const bool unset = p > 0 && std::all_of(list.begin(), list.end(),
                                                    [](const auto& l) { return l[3] == 0; });
            hands_ = hands_ || (p > 0 && !list.empty());
            for (std::size_t k = 0; k < wanted; ++k) {
                const auto l = k < list.size() ? list[k] : std::array<float, 4>{};
                values_.insert(values_.end(), l.begin(), l.begin() + (z ? 3 : 2));
                values_.push_back(unset && k < list.size() ? 1.0f : l[3]);
            }
        }
        people_.end_person(values_, -1);
    }
    people_.end_frame();
}

inline detections mediapipe_handler::finish() {
    if ((root_seen_ & bit(of::frames)) == 0) people_.refuse("'frames'", "none");
    auto out = people_.finish();
    const auto channels = static_cast<std::size_t>(skeleton::channels(out.layout));
    if (late_ && out.width > 0 && out.height > 0)
        for (std::size_t i = 0; i < out.values.size(); i += channels) {
            out.values[i] *= static_cast<float>(out.width);
            out.values[i + 1] *= static_cast<float>(out.height);
            if (channels == 4) out.values[i + 2] *= static_cast<float>(out.width);
        }
    if (out.width == 0 || out.height == 0)
        out.found.add(finding_kind::assumed, "no_picture_size",
                      "recording without width and height, coordinates as in the file");
    if (!hands_) {
        const std::size_t from = out.stride(), to = pose_count * channels;
        for (std::size_t i = 0; i < out.people(); ++i)
            std::copy_n(out.values.begin() + static_cast<std::ptrdiff_t>(i * from), to,
                        out.values.begin() + static_cast<std::ptrdiff_t>(i * to));
        out.values.resize(out.people() * to);
        out.topology = skeleton::dynamic::copy_of(skeleton::blazepose33{});
    }
    if (out.fps == 0 && !steps_.empty()) {
        const auto middle = steps_.begin() + static_cast<std::ptrdiff_t>(steps_.size() / 2);
        std::nth_element(steps_.begin(), middle, steps_.end());
        out.fps = 1000.0 / *middle;
        out.found.add(finding_kind::guessed, "rate_from_timestamps",
                      "frame rate, from the median step of the timestamps");
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
