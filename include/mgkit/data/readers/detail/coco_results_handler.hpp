// SPDX-License-Identifier: MIT
// The states of reading COCO's keypoint results.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/readers/detail/frame_files.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Keeps all people of such a list; see `coco_results` for what is accepted.
class coco_results_handler final : public json_handler {
public:
    /// One person, or one frame without anybody where there are no numbers.
    struct row {
        std::size_t recording = 0;
        std::int64_t number = 0, track = -1;
        std::size_t first = 0, count = 0;  ///< of the numbers
    };
    struct source {
        std::string key, name;
    };

    explicit coco_results_handler(people_builder& people) : people_(people) {}

    const std::vector<row>& rows() const { return rows_; }
    const std::vector<source>& recordings() const { return sources_; }
    const std::vector<float>& all_numbers() const { return numbers_; }
    bool keyed() const { return keyed_; }

    bool begin_object() override {
        switch (top()) {
            case at::start:
                keyed_ = true;
                return push(at::pictures);
            case at::entries:
            case at::people:
                ++entry_;
                person_ = {};
                parts_seen_ = 0;
                for (auto& part : parts_) part.clear();
                if (top() == at::people) person_ = frame_;
                return push(at::person);
            case at::pictures:
                return push(at::picture);
            default:
                wrong("an object");
        }
    }
    bool begin_array() override {
        switch (top()) {
            case at::start:
                return push(at::entries);
            case at::picture:
                return push(at::people);
            case at::person:
                if (member_ < parts_.size()) return push(at::numbers);
                if (member_ == track || member_ == idx) return push(at::ids);
                [[fallthrough]];
            default:
                wrong("a list");
        }
    }
    void end_object() override {
        if (stack_[depth_--] == at::person) end_person();
    }
    void end_array() override { --depth_; }

    bool key(std::string_view name) override {
        if (top() == at::pictures) {
            frame_ = {};
            take_image(frame_, name);
            keep(frame_);
            return true;
        }
        if (top() == at::picture) return name == "bodies" || name == "people";
        static constexpr std::array<std::string_view, 8> known{
            "keypoints",      "foot_kpts", "face_kpts", "lefthand_kpts",
            "righthand_kpts", "image_id",  "track_id",  "idx"};
        if (name == "pred_xyz_jts")
            people_.found(finding_kind::left_out, "depth_left_out",
                          "people whose 3-D keypoints stand beside others");
        if (keyed_ && (name == "joints" || name == "pose_keypoints_2d")) name = known[0];
        for (std::size_t k = 0; k < known.size(); ++k) {
            if (name != known[k]) continue;
            if ((parts_seen_ >> k & 1u) != 0) refuse("each key once", text("'", name, "' twice"));
            parts_seen_ |= 1u << k;
            member_ = k;
            return !keyed_ || k != image;
        }
        return false;
    }
    void number(double value, bool integral) override {
        if (top() == at::numbers) return push_number(people_.number(value));
        if (top() == at::ids || (top() == at::person && (member_ == track || member_ == idx)))
            return identify(people_.track_id(value));
        if (top() == at::person && member_ == image) {
            const bool whole = integral || value == std::floor(value);
            if (!whole || value < 0 || value > 2147483647.0)
                refuse("'image_id' as a whole number of 0 or more or a name", text(value));
            person_.number = static_cast<std::int64_t>(value);
            person_.recording = source_of("/", "");
            return;
        }
        wrong("a number");
    }
    void null() override {
        if (top() == at::numbers) return push_number(std::numeric_limits<float>::quiet_NaN());
        if (top() == at::ids || (top() == at::person && (member_ == track || member_ == idx)))
            return;
        wrong("null");
    }
    void string(std::string_view value) override {
        if (top() == at::person && member_ == image) return take_image(person_, value);
        if (top() == at::ids || (top() == at::person && (member_ == track || member_ == idx)))
            return identify(people_.track_id(value));
        wrong("a string");
    }
    void boolean(bool) override { wrong("true or false"); }

private:
    enum class at : std::uint8_t {
        start,
        entries,
        pictures,
        picture,
        people,
        person,
        numbers,
        ids
    };
    static constexpr std::size_t image = 5, track = 6, idx = 7;

    at top() const { return stack_[depth_]; }
    bool push(at state) {
        stack_[++depth_] = state;
        return true;
    }
    [[noreturn]] void refuse(const std::string& expected, const std::string& found) const {
        throw error(entry_ == 0 ? people_.where() : text(people_.where(), ", entry ", entry_ - 1),
                    expected, found);
    }
    [[noreturn]] void wrong(const char* found) const {
        static constexpr const char* expected[] = {
            "a list of people with 'image_id' and 'keypoints'",
            "people as objects",
            "an object with 'bodies' for each picture",
            "'bodies' as a list",
            "people as objects",
            "'keypoints' as a list, 'image_id' as a number or a name",
            "keypoints as numbers",
            "track ids as numbers or names"};
        refuse(expected[static_cast<std::size_t>(top())], found);
    }
    void push_number(float value) {
        if (parts_[member_].size() == 3 * 1000) refuse("at most 1000 joints", "more");
        parts_[member_].push_back(value);
    }
    void identify(std::int64_t id) {
        if (id >= 0 && (person_.track < 0 || (member_ == track && top() == at::person)))
            person_.track = id;
    }
    std::size_t source_of(const std::string& key, const std::string& name) {
        // People of one picture follow each other, and so do pictures of one recording.
        if (last_ < sources_.size() && sources_[last_].key == key) return last_;
        const auto same = std::find_if(sources_.begin(), sources_.end(),
                                       [&](const source& s) { return s.key == key; });
        last_ = static_cast<std::size_t>(same - sources_.begin());
        if (same == sources_.end()) {
            if (sources_.size() == most_recordings)
                refuse(text("at most ", most_recordings, " recordings in one list"), "more");
            sources_.push_back({key, name});
        }
        return last_;
    }
    void take_image(row& to, std::string_view called) {
        std::string whole(without_picture_ending(called));
        const auto slash = whole.rfind('/');
        const std::string folder = slash == std::string::npos ? "" : whole.substr(0, slash);
        const auto file = frame_file_of(whole, {});
        to.number = std::max<std::int64_t>(0, file.number);
        if (to.number > 2147483647)
            refuse("frame numbers of at most 2147483647", printable(called));
        if (file.number < 0) {
            to.recording = source_of(whole + "/", file.recording);
            return;
        }
        to.recording = source_of(folder + "/" + file.recording,
                                 names_pictures(file.recording) ? stem(folder) : file.recording);
    }
    void keep(const row& one) { rows_.push_back(one); }
    void end_person() {
        const unsigned needed = keyed_ ? 1u : 1u | 1u << image;
        if ((parts_seen_ & needed) != needed)
            refuse(keyed_ ? "'joints' of each person" : "'image_id' and 'keypoints' of each person",
                   "none");
        person_.first = numbers_.size();
        for (const auto& part : parts_) numbers_.insert(numbers_.end(), part.begin(), part.end());
        person_.count = numbers_.size() - person_.first;
        if (person_.count == 0) refuse("numbers in 'keypoints'", "none");
        keep(person_);
    }

    static constexpr std::size_t most_recordings = 10'000;

    people_builder& people_;
    std::array<at, 8> stack_{};
    std::size_t depth_ = 0, member_ = 0, entry_ = 0, last_ = 0;
    unsigned parts_seen_ = 0;
    bool keyed_ = false;
    row person_, frame_;
    std::array<std::vector<float>, 5> parts_;
    std::vector<row> rows_;
    std::vector<source> sources_;
    std::vector<float> numbers_;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
