// SPDX-License-Identifier: MIT
// The states of reading a frame of OpenPose, and the names of its files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/readers/detail/frame_files.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/skeleton/body25.hpp"
#include "mgkit/skeleton/body25_hands.hpp"
#include "mgkit/skeleton/body25_hands_face.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/face70.hpp"
#include "mgkit/skeleton/hand21.hpp"
#include "mgkit/skeleton/hands42.hpp"
#include "mgkit/skeleton/openpose18.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Which lists of a person are part of its joints; bits.
enum openpose_part : unsigned { part_body = 1, part_left = 2, part_right = 4, part_face = 8 };

/// Keeps the people of one frame's JSON after the other; see `openpose` for what is accepted.
///
/// The skeleton is that of the parts seen so far; people kept before gain parts unseen where
/// somebody shows more of them.
class openpose_handler final : public json_handler {
public:
    explicit openpose_handler(people_builder& people) : people_(people) {}

    /// Before each frame's text.
    void begin_frame() {
        depth_ = 0;
        root_seen_ = false;
        people_.begin_frame();
    }
    /// After each frame's text.
    void end_frame() {
        if (!root_seen_) people_.refuse("'people' in each frame", "none");
        people_.end_frame();
    }
    /// After the last frame. Errors: as people_builder; why the people were left out, where all
    /// were.
    detections finish();

    bool begin_object() override {
        if (top() == at::start) return push(at::root);
        if (top() == at::people) {
            for (auto& part : parts_) part.clear();
            seen_ = 0;
            track_ = -1;
            people_.begin_person();
            return push(at::person);
        }
        wrong("an object");
    }
    bool begin_array() override {
        if (top() == at::root) return push(at::people);
        if (top() == at::person) return push(at::numbers);
        wrong("a list");
    }
    void end_object() override {
        if (stack_[depth_--] == at::person) end_person();
    }
    void end_array() override { --depth_; }

    MGKIT_INLINE bool key(std::string_view name) override;
    void number(double value, bool) override {
        if (top() != at::numbers && (top() != at::person || member_ != id)) wrong("a number");
        if (member_ == id)
            track_ = people_.track_id(value);
        else
            push_number(people_.number(value));
    }
    void numbers(std::span<const double> values) override {
        if (top() != at::numbers || member_ == id) return json_handler::numbers(values);
        for (const double value : values) push_number(people_.number(value));
    }
    void null() override {
        if (top() == at::numbers && member_ != id)
            return push_number(std::numeric_limits<float>::quiet_NaN());
        if (top() == at::person) return;  // as if the key were not there
        if (member_ != id) wrong("null");
    }
    void string(std::string_view value) override {
        if ((top() != at::person && top() != at::numbers) || member_ != id) wrong("a string");
        track_ = people_.track_id(value);
    }
    void boolean(bool) override { wrong("true or false"); }

private:
    enum class at : std::uint8_t { start, root, people, person, numbers };
    static constexpr std::size_t body = 0, left = 1, right = 2, face = 3, id = 4, depth = 5;
    static constexpr std::size_t hand_joints = 21, face_joints = 70;

    at top() const { return stack_[depth_]; }
    bool push(at state) {
        stack_[++depth_] = state;
        return true;
    }
    [[noreturn]] void wrong(const char* found) const {
        static constexpr const char* expected[] = {
            "an object with 'people'", "'people' as a list", "people as objects",
            "keypoints as lists of numbers, 'person_id' as a list of one", "numbers"};
        people_.refuse(expected[static_cast<std::size_t>(top())], found);
    }
    void push_number(float value) {
        if (member_ == depth) {
            deep_ = true;
            return;
        }
        const std::size_t most = people_.joints_stated() ? 4096 : face_joints;
        if (parts_[member_].size() == 3 * most)
            people_.refuse(text("at most ", most, " joints in a list"), "more");
        parts_[member_].push_back(value);
    }
    /// The parts that the lists of this person fill. False where a list has another length.
    bool parts(unsigned& filled);
    bool stated_parts(unsigned& chosen);
    /// Errors: strict policy. Else the person is counted as left out.
    void leave_out(const std::string& expected, const std::string& found,
                   const std::string& remedy);
    void end_person();
    void append(unsigned chosen, std::size_t bodies);
    /// The skeleton gains parts, and everybody kept so far with it.
    void grow(unsigned chosen);

    static std::size_t size_of(unsigned part, std::size_t bodies) {
        return part == part_body ? bodies : part == part_face ? face_joints : hand_joints;
    }

    people_builder& people_;
    std::array<at, 8> stack_{};
    std::size_t depth_ = 0, member_ = 0;
    unsigned seen_ = 0;
    bool root_seen_ = false, deep_ = false;
    std::int64_t track_ = -1;
    std::array<std::vector<float>, 4> parts_;
    std::vector<float> values_;
    unsigned chosen_ = 0;      ///< parts of the skeleton
    std::size_t bodies_ = 0;   ///< joints of its body
    std::size_t in_file_ = 0;  ///< joints of all parts, where they are stated
    bool dropped_ = false;     ///< hands or face beside 18 joints, or beside joints stated
    std::exception_ptr first_fault_;
};

inline bool openpose_handler::key(std::string_view name) {
    if (top() == at::root) {
        if (name != "people") return false;
        if (std::exchange(root_seen_, true)) people_.refuse("each key once", "'people' twice");
        return true;
    }
    // The second name is that of versions before 1.2.
    static constexpr std::array<std::array<std::string_view, 2>, 5> known{
        {{"pose_keypoints_2d", "pose_keypoints"},
         {"hand_left_keypoints_2d", "hand_left_keypoints"},
         {"hand_right_keypoints_2d", "hand_right_keypoints"},
         {"face_keypoints_2d", "face_keypoints"},
         {"person_id", "person_id"}}};
    for (std::size_t k = 0; k < known.size(); ++k) {
        if (name != known[k][0] && name != known[k][1]) continue;
        if ((seen_ >> k & 1u) != 0) people_.refuse("each key once", text("'", name, "' twice"));
        seen_ |= 1u << k;
        member_ = k;
        return true;
    }
    member_ = depth;
    return name.ends_with("_keypoints_3d");
}

inline bool openpose_handler::parts(unsigned& filled) {
    static constexpr const char* names[] = {"pose", "left hand", "right hand", "face"};
    filled = 0;
    for (std::size_t k = 0; k < 4; ++k) filled |= parts_[k].empty() ? 0u : 1u << k;
    for (std::size_t k = 0; k < 4; ++k) {
        const std::size_t size = parts_[k].size();
        const bool right_size = k == body ? size == 75 || size == 54 || (size == 0 && filled != 0)
                                          : size == 0 || size == 3 * size_of(1u << k, 0);
        if (right_size) continue;
        leave_out(k == body   ? "75 or 54 numbers (25 or 18 joints) for the pose"
                  : k == face ? "210 numbers or none for the face"
                              : "63 numbers or none for each hand",
                  text(size, " for the ", names[k]),
                  filled == 0 ? "run OpenPose with --body 1, --hand or --face"
                  : k == body ? "state the joints, for example --skeleton body25b"
                              : "");
        return false;
    }
    return true;
}

inline bool openpose_handler::stated_parts(unsigned& chosen) {
    constexpr unsigned hands = part_left | part_right;
    const std::size_t bodies = parts_[body].size() / 3;
    bool whole = true;
    for (std::size_t k = 0; k < 4; ++k)
        whole = whole && parts_[k].size() % 3 == 0 &&
                (k == body || parts_[k].empty() || parts_[k].size() == 3 * size_of(1u << k, 0));
    for (const unsigned set :
         {unsigned{part_body}, part_body | hands, part_body | hands | part_face,
          unsigned{part_face}, hands, unsigned{part_left}, unsigned{part_right}}) {
        std::size_t joints = 0;
        bool any = false;
        for (std::size_t k = 0; k < 4; ++k) {
            if ((set >> k & 1u) == 0) continue;
            joints += size_of(1u << k, bodies);
            any = any || !parts_[k].empty();
        }
        if (!whole || !any || ((set & part_body) != 0 && bodies == 0) ||
            !people_.fits_stated(joints) || (chosen_ != 0 && set != chosen_))
            continue;
        chosen = set;
        in_file_ = joints;
        return true;
    }
    leave_out("lists of " + people_.stated_words(),
              text(parts_[0].size(), " numbers of the body, ", parts_[1].size(), " and ",
                   parts_[2].size(), " of the hands, ", parts_[3].size(), " of the face"),
              "state the joints of these files");
    return false;
}

inline void openpose_handler::leave_out(const std::string& expected, const std::string& found,
                                        const std::string& remedy) {
    if (people_.strict()) people_.refuse(expected, found, remedy);
    if (!first_fault_)
        first_fault_ = std::make_exception_ptr(error(people_.place(), expected, found, remedy));
    people_.found(finding_kind::left_out, "people_incomplete",
                  "people whose lists do not have the joints of the recording");
    people_.drop_person();
}

inline void openpose_handler::end_person() {
    if (std::exchange(deep_, false))
        people_.found(finding_kind::left_out, "keypoints_3d",
                      "people's 3-D keypoints, beside the 2-D ones");
    unsigned filled = 0;
    if (people_.joints_stated()) {
        if (!stated_parts(filled)) return;
        for (std::size_t k = 0; k < 4; ++k)
            dropped_ = dropped_ || (!parts_[k].empty() && (filled >> k & 1u) == 0);
        const std::size_t bodies = parts_[body].size() / 3;
        if (!people_.has_layout()) people_.layout(in_file_, skeleton::channel_layout::xyc);
        chosen_ = filled;
        return append(filled, bodies);
    }
    if (!parts(filled)) return;
    const std::size_t bodies = parts_[body].size() / 3;
    if (bodies > 0 && bodies_ > 0 && bodies != bodies_)
        return leave_out(text(bodies_, " body joints, as the person before had"), text(bodies),
                         "run OpenPose on the whole video with the same flags");
    if (bodies == 18 || bodies_ == 18) {
        dropped_ = dropped_ || filled != part_body;
        if (bodies == 0)
            return leave_out("18 body joints, as the person before had", "a face or hands alone",
                             "");
        filled = part_body;
    }
    if (bodies == 18 && chosen_ != 0 && bodies_ == 0)
        return leave_out("a face or hands alone, as the person before had", "18 body joints", "");
    if (bodies > 0) bodies_ = bodies;
    // Hands and face are laid out as OpenPose's flags have them: --face alone, --hand alone, or
    // whatever there is beside a body.
    unsigned wanted = chosen_ | filled;
    constexpr unsigned hands = part_left | part_right;
    if ((wanted & part_face) != 0 && wanted != part_face) wanted |= part_body | hands;
    if ((wanted & part_body) != 0 && (wanted & hands) != 0) wanted |= hands;
    if (wanted != chosen_) grow(wanted);
    append(chosen_, bodies_ == 18 ? 18 : 25);
}

inline void openpose_handler::append(unsigned chosen, std::size_t bodies) {
    values_.clear();
    for (std::size_t k = 0; k < 4; ++k) {
        if ((chosen >> k & 1u) == 0) continue;
        parts_[k].resize(3 * size_of(1u << k, bodies), 0.0f);
        values_.insert(values_.end(), parts_[k].begin(), parts_[k].end());
    }
    people_.end_person(values_, track_);
}

inline void openpose_handler::grow(unsigned chosen) {
    using namespace skeleton;
    constexpr unsigned hands = part_left | part_right;
    people_.layout(chosen == part_face                           ? dynamic::copy_of(face70{})
                   : chosen == hands                             ? dynamic::copy_of(hands42{})
                   : chosen == part_left || chosen == part_right ? dynamic::copy_of(hand21{})
                   : (chosen & part_face) != 0 ? dynamic::copy_of(body25_hands_face{})
                   : (chosen & hands) != 0     ? dynamic::copy_of(body25_hands{})
                   : bodies_ == 18             ? dynamic::copy_of(openpose18{})
                                               : dynamic::copy_of(body25{}),
                   channel_layout::xyc);
    std::vector<float>& values = people_.out().values;
    const std::size_t before = people_.out().track.size();
    const std::vector<float> old = std::exchange(values, {});
    values.reserve(before * people_.out().stride());
    const float* from = old.data();
    for (std::size_t i = 0; i < before; ++i)
        for (std::size_t k = 0; k < 4; ++k) {
            const std::size_t size = 3 * size_of(1u << k, 25);
            if ((chosen_ >> k & 1u) != 0) {
                values.insert(values.end(), from, from + size);
                from += size;
            } else if ((chosen >> k & 1u) != 0) {
                values.insert(values.end(), size, 0.0f);
            }
        }
    chosen_ = chosen;
}

inline detections openpose_handler::finish() {
    if (!people_.has_layout() && first_fault_) std::rethrow_exception(first_fault_);
    auto out = people_.finish();
    if (dropped_)
        out.found.add(finding_kind::left_out, "hands_beside_18",
                      people_.joints_stated()
                          ? "recording with lists beside those whose joints are stated"
                          : "recording with hands or face beside 18 body joints");
    if (!people_.joints_stated() && (chosen_ == part_left || chosen_ == part_right))
        out.found.add(finding_kind::assumed, "one_hand",
                      text("recording of one hand, by the name of its list the ",
                           chosen_ == part_left ? "left" : "right", " one"));
    else if (!people_.joints_stated() && bodies_ == 0)
        out.found.add(finding_kind::assumed, "no_body",
                      text("recording without a body, read as ", out.topology.name));
    return out;
}

inline constexpr std::string_view openpose_ending = "_keypoints.json";

/// The frame files of a folder, by recording, then number, then name.
inline std::vector<frame_file> openpose_files(const std::string& folder) {
    auto out = frame_files(folder, openpose_ending);
    if (out.empty()) throw error(folder, "files *_keypoints.json", "none");
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
