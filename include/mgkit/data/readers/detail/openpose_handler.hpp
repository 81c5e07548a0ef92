// The states of reading a frame of OpenPose, and the names of its files.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/skeleton/body25.hpp"
#include "mgkit/skeleton/body25_hands.hpp"
#include "mgkit/skeleton/body25_hands_face.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/openpose18.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Keeps the people of one frame's JSON after the other; see `openpose` for what is accepted.
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

    bool key(std::string_view name) override {
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
        return false;
    }
    void number(double value, bool integral) override {
        if (top() == at::person && member_ == id) return person_id(value, integral);
        if (top() != at::numbers) wrong("a number");
        if (member_ == id) return person_id(value, integral);
        push_number(people_.number(value));
    }
    void numbers(std::span<const double> values) override {
        if (top() != at::numbers || member_ == id) return json_handler::numbers(values);
        for (const double value : values) push_number(people_.number(value));
    }
    void null() override {
        if (top() == at::numbers && member_ != id)
            return push_number(std::numeric_limits<float>::quiet_NaN());
        wrong("null");
    }
    void string(std::string_view) override { wrong("a string"); }
    void boolean(bool) override { wrong("true or false"); }

    void note_dropped() {
        if (dropped_)
            people_.out().found.add(finding_kind::left_out, "hands_beside_18",
                                    "recording with hands or face beside 18 body joints");
    }

private:
    enum class at : std::uint8_t { start, root, people, person, numbers };
    static constexpr std::size_t body = 0, left = 1, right = 2, face = 3, id = 4;

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
    void person_id(double value, bool integral) {
        track_ = people_.whole(value, integral, "person_id");
    }
    void push_number(float value) {
        constexpr std::size_t most = 3 * 70;
        if (parts_[member_].size() == most) people_.refuse("at most 70 joints in a list", "more");
        parts_[member_].push_back(value);
    }
    std::size_t joints(std::size_t part) const {
        static constexpr const char* names[] = {"pose", "left hand", "right hand", "face"};
        const std::size_t size = parts_[part].size();
        const std::size_t expected = part == body ? 25 : part == face ? 70 : 21;
        if (size == 3 * expected || (part != body && size == 0)) return size / 3;
        if (part == body && size == 3 * 18) return 18;
        people_.refuse(part == body   ? "75 or 54 numbers (25 or 18 joints) for the pose"
                       : part == face ? "210 numbers or none for the face"
                                      : "63 numbers or none for each hand",
                       text(size, " for the ", names[part]));
    }
    void choose(std::size_t bodies, bool hands, bool faces) {
        using namespace skeleton;
        people_.layout(bodies == 18 ? dynamic::copy_of(openpose18{})
                       : faces      ? dynamic::copy_of(body25_hands_face{})
                       : hands      ? dynamic::copy_of(body25_hands{})
                                    : dynamic::copy_of(body25{}),
                       channel_layout::xyc);
    }
    void end_person() {
        const std::size_t bodies = joints(body);
        const bool hands = joints(left) + joints(right) > 0, faces = joints(face) > 0;
        dropped_ = dropped_ || (bodies == 18 && (hands || faces));
        if (!people_.has_layout()) choose(bodies, hands, faces);
        const std::size_t total = people_.out().topology.joints.size();
        if ((bodies == 18) != (total == 18) || (bodies == 25 && hands && total == 25) ||
            (bodies == 25 && faces && total < 137))
            people_.refuse(
                text("the parts of ", people_.out().topology.name, ", as the person before had"),
                text(bodies, " body joints", hands ? " and hands" : "", faces ? " and a face" : ""),
                "run OpenPose on the whole video with the same flags");
        values_ = parts_[body];
        for (const std::size_t part : {left, right, face}) {
            const std::size_t size = 3 * (part == face ? std::size_t{70} : std::size_t{21});
            if (values_.size() == 3 * total) break;
            if (parts_[part].empty()) parts_[part].assign(size, 0.0f);
            values_.insert(values_.end(), parts_[part].begin(), parts_[part].end());
        }
        people_.end_person(values_, track_ < 0 ? -1 : track_);
    }

    people_builder& people_;
    std::array<at, 8> stack_{};
    std::size_t depth_ = 0, member_ = 0;
    unsigned seen_ = 0;
    bool root_seen_ = false, dropped_ = false;
    std::int64_t track_ = -1;
    std::array<std::vector<float>, 4> parts_;
    std::vector<float> values_;
};

/// One frame's file.
struct openpose_file {
    std::string path, recording;
    std::int64_t number = -1;  ///< -1 without a number in its name
};

inline constexpr std::string_view openpose_ending = "_keypoints.json";

/// Splits "video_000000000012_keypoints.json" into recording and number.
inline openpose_file openpose_name(const std::string& path) {
    openpose_file out{path, stem(path, openpose_ending)};
    std::size_t start = out.recording.size();
    while (start > 0 && out.recording[start - 1] >= '0' && out.recording[start - 1] <= '9') --start;
    if (start < out.recording.size()) {
        out.number = 0;
        for (const char digit : out.recording.substr(start))
            out.number = std::min<std::int64_t>(out.number * 10 + (digit - '0'), 1'000'000'000'000);
        out.recording.resize(start);
        while (!out.recording.empty() && out.recording.back() == '_') out.recording.pop_back();
    }
    return out;
}

/// The frame files of a folder, by recording, then number, then name.
inline std::vector<openpose_file> openpose_files(const std::string& folder) {
    std::vector<openpose_file> out;
    std::error_code code;
    std::filesystem::directory_iterator entry(folder, code), end;
    for (; !code && entry != end; entry.increment(code)) {
        const std::string name = entry->path().filename().string();
        if (name.size() > openpose_ending.size() && name.ends_with(openpose_ending))
            out.push_back(openpose_name(entry->path().string()));
        if (static_cast<std::int64_t>(out.size()) > limits{}.frames)
            throw error(folder, text("at most ", limits{}.frames, " frames"), "more");
    }
    if (code) throw error(folder, "a readable folder", code.message(), "check the name");
    if (out.empty()) throw error(folder, "files *_keypoints.json", "none");
    std::sort(out.begin(), out.end(), [](const openpose_file& a, const openpose_file& b) {
        if (a.recording != b.recording) return a.recording < b.recording;
        return a.number != b.number ? a.number < b.number : a.path < b.path;
    });
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
