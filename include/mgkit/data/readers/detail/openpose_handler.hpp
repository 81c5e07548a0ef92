// The states of reading a frame of OpenPose, and the names of its files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/readers/detail/people_builder.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Keeps the people of one frame's JSON after the other; see `openpose` for what is accepted.
class openpose_handler {
public:
    explicit openpose_handler(people_builder& people) : people_(people) {}

    /// Before each frame's text.
    void begin_frame();
    /// After each frame's text.
    void end_frame();

    bool begin_object();
    bool begin_array();
    void end_object();
    void end_array() { --depth_; }

    bool key(std::string_view name);
    void number(double value, bool integral);
    void null();
    void string(std::string_view) { wrong("a string"); }
    void boolean(bool) { wrong("true or false"); }

    void note_dropped();

private:
    enum class at : std::uint8_t { start, root, people, person, numbers };
    static constexpr std::size_t body = 0, left = 1, right = 2, face = 3, id = 4;

    at top() const { return stack_[depth_]; }
    bool push(at state);
    [[noreturn]] void wrong(const char* found) const;
    void person_id(double value, bool integral);
    void push_number(float value);
    std::size_t joints(std::size_t part) const;
    void choose(std::size_t bodies, bool hands, bool faces);
    void end_person();

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

/// The frame files of a folder, by recording, then number, then name.
std::vector<openpose_file> openpose_files(const std::string& folder);

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/openpose_handler-inl.hpp"
#endif
