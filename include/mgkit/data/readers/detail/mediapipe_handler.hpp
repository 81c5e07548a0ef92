// SPDX-License-Identifier: MIT
// The states of reading MediaPipe's landmarks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/detail/frame_times.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/limits.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Keeps the landmarks of MediaPipe's JSON; see `mediapipe` for what is accepted.
class mediapipe_handler final : public json_handler {
public:
    explicit mediapipe_handler(people_builder& people) : people_(people) {}

    MGKIT_INLINE bool begin_object() override;
    MGKIT_INLINE bool begin_array() override;
    MGKIT_INLINE void end_object() override;
    void end_array() override { --depth_; }
    MGKIT_INLINE bool key(std::string_view name) override;
    MGKIT_INLINE void number(double value, bool integral) override;
    MGKIT_INLINE void null() override;
    MGKIT_INLINE void string(std::string_view value) override;
    void boolean(bool) override {
        if (top() != at::ignored && (top() != at::frame || member_ != of::id))
            wrong("true or false");
    }

    detections finish();

private:
    /// `wrapped`: an object with 'landmark' around a list; `either`: that or a landmark, as the
    /// first key tells.
    enum class at : std::uint8_t {
        start,
        root,
        frames,
        frame,
        landmarks,
        wrapped,
        either,
        person,
        landmark,
        sides,
        ignored
    };
    enum class of : std::uint8_t {
        frames,
        fps,
        width,
        height,
        time,
        id,
        sides,
        pose,
        left,
        right,
        hands,
        face,
        world,
        x,
        y,
        z,
        visibility,
        landmark,
        side
    };
    struct known_key {
        std::string_view name;
        of member;
    };
    enum class flat : std::uint8_t { unknown, yes, no };
    /// x, y, z and confidence of the landmarks of one part of one person.
    using landmarks = std::vector<std::array<float, 4>>;

    static constexpr std::array<known_key, 4> root_keys{
        {{"frames", of::frames}, {"fps", of::fps}, {"width", of::width}, {"height", of::height}}};
    static constexpr std::array<known_key, 31> frame_keys{{
        {"timestamp_ms", of::time},
        {"timestampMs", of::time},
        {"timestamp", of::time},
        {"frame", of::id},
        {"frame_id", of::id},
        {"frame_index", of::id},
        {"frameIndex", of::id},
        {"pose_landmarks", of::pose},
        {"poseLandmarks", of::pose},
        {"landmarks", of::pose},
        {"left_hand_landmarks", of::left},
        {"leftHandLandmarks", of::left},
        {"right_hand_landmarks", of::right},
        {"rightHandLandmarks", of::right},
        {"hand_landmarks", of::hands},
        {"handLandmarks", of::hands},
        {"multi_hand_landmarks", of::hands},
        {"multiHandLandmarks", of::hands},
        {"handedness", of::sides},
        {"handednesses", of::sides},
        {"multi_handedness", of::sides},
        {"multiHandedness", of::sides},
        {"face_landmarks", of::face},
        {"faceLandmarks", of::face},
        {"multi_face_landmarks", of::face},
        {"worldLandmarks", of::world},
        {"world_landmarks", of::world},
        {"poseWorldLandmarks", of::world},
        {"pose_world_landmarks", of::world},
        {"hand_world_landmarks", of::world},
        {"multi_hand_world_landmarks", of::world},
    }};
    static constexpr std::array<known_key, 4> landmark_keys{
        {{"x", of::x}, {"y", of::y}, {"z", of::z}, {"visibility", of::visibility}}};
    static constexpr std::array<known_key, 4> side_keys{{{"categoryName", of::side},
                                                         {"category_name", of::side},
                                                         {"label", of::side},
                                                         {"classification", of::sides}}};

    static constexpr unsigned bit(of member) { return 1u << static_cast<unsigned>(member); }
    static constexpr std::size_t pose_count = 33, hand_count = 21;

    at top() const { return stack_[depth_]; }
    bool push(at state) {
        if (depth_ + 1 == stack_.size()) people_.refuse("landmarks of frames", "deeper nesting");
        stack_[++depth_] = state;
        return true;
    }
    [[noreturn]] void wrong(const char* found) const {
        static constexpr const char* expected[] = {
            "an object with 'frames', or a list of frames",
            "'frames' as a list, 'fps', 'width' and 'height' as numbers",
            "frames as objects",
            "landmarks as lists, 'timestamp_ms' as a number",
            "landmarks as objects, or a list of them per person",
            "'landmark' as a list",
            "landmarks as objects",
            "landmarks as objects",
            "x, y, z and visibility as numbers",
            "'Left' or 'Right' for each hand",
            ""};
        people_.refuse(expected[static_cast<std::size_t>(top())], found);
    }
    template <std::size_t N>
    bool member(std::string_view name, const std::array<known_key, N>& known, unsigned& seen) {
        for (const auto& [key, member] : known) {
            if (name != key) continue;
            member_ = member;
            // A frame may have world landmarks of body and hands, and numbers under two names.
            const bool once = member != of::world && member != of::id && member != of::sides;
            if (once && (seen & bit(member)) != 0)
                people_.refuse("each key once", text("'", name, "' twice"));
            seen |= bit(member);
            return true;
        }
        return false;
    }
    bool begin_frame();
    bool begin_landmark() {
        landmark_ = {0, 0, 0, 1};
        landmark_seen_ = 0;
        return push(at::landmark);
    }
    /// A landmark of the only person, without a list around the landmarks.
    void begin_flat() {
        if (flat_ == flat::no) people_.refuse("a list of landmarks per person", "a landmark");
        if (flat_ == flat::unknown) part().emplace_back();
        flat_ = flat::yes;
    }
    void begin_person() {
        flat_ = flat::no;
        if (part().size() == limits{}.people)
            people_.refuse(text("at most ", limits{}.people, " people in a frame"), "more");
        part().emplace_back();
    }
    void end_landmark();
    void end_frame();
    void share_hands();
    void keep_person(std::size_t i);
    std::vector<landmarks>& part() {
        return parts_[static_cast<std::size_t>(list_) - static_cast<std::size_t>(of::pose)];
    }
    void ignore() {
        if (member_ == of::face || member_ == of::world) (member_ == of::face ? face_ : world_) = 1;
    }

    people_builder& people_;
    std::array<at, 12> stack_{};
    std::size_t depth_ = 0;
    of member_ = of::frames, list_ = of::pose;
    flat flat_ = flat::unknown;
    bool wrapped_ = false;  ///< protobuf's JSON: zeros are left out
    unsigned root_seen_ = 0, frame_seen_ = 0, landmark_seen_ = 0;
    bool late_ = false, hands_ = false, visibilities_ = false, unit_known_ = true;
    int z_ = 0;  ///< whether landmarks have z: 0 not known, 1, -1
    std::int64_t face_ = 0, world_ = 0, hands_of_order_ = 0;
    std::vector<frame_time> times_;
    std::array<double, 4> landmark_{};
    std::array<std::vector<landmarks>, 4> parts_;  ///< pose, left hand, right hand, hands
    std::vector<char> sides_;                      ///< of the hands: 'L' or 'R'
    std::vector<float> values_;
    std::exception_ptr first_fault_;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/mediapipe_handler-inl.hpp"
#endif
