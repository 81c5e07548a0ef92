// Detections built person by person, every number checked on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/limits.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// File name without folders and, if it is there, without `ending`.
std::string stem(std::string path, std::string_view ending = {});

/// Collects people and frames into detections, and says where in the file it is.
///
/// A NaN among the numbers of a joint stands for a value that was not there: refused, or the joint
/// marked invalid and counted, by policy.
class people_builder {
public:
    people_builder(std::string where, const read_policy& policy, const limits& most = {});

    const std::string& where() const { return where_; }
    /// Another file of the same recording follows.
    void next_file(std::string where) { where_ = std::move(where); }
    detections& out() { return out_; }
    bool has_layout() const { return !out_.topology.joints.empty(); }

    /// Place in words: file, frame, person.
    std::string place() const;
    [[noreturn]] void refuse(const std::string& expected, const std::string& found,
                             const std::string& remedy = {}) const;

    void layout(skeleton::dynamic topology, skeleton::channel_layout channels);

    void begin_frame() { frame_id_ = next_id_ < 0 ? 0 : next_id_; }
    void name_frame(std::int64_t id);
    /// Closes the frame; numbers left out since the one before become frames without anybody.
    void end_frame();

    void begin_person();
    /// One person, joint by joint in the layout; NaN for what was missing. The values are changed.
    void end_person(std::span<float> values, std::int64_t track);

    /// Number as float. Errors: beyond float.
    float number(double value) const;
    /// Track or frame number of whole value.
    std::int64_t whole(double value, bool integral, const char* what) const;

    detections finish();

private:
    std::size_t track_count() const { return out_.track.size(); }

    detections out_;
    std::string where_;
    read_policy policy_;
    limits most_;
    std::int64_t frame_id_ = -1, next_id_ = -1;
    std::int64_t missing_ = 0;
    std::size_t not_finite_ = 0;
    bool in_person_ = false;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/people_builder-inl.hpp"
#endif
