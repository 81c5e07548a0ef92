// SPDX-License-Identifier: MIT
// What is in a folder of clips, as plain data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/data/read_folder.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "options.hpp"

namespace mgfm {

/// Smallest, middle and largest of a list.
struct spread {
    int least = 0, median = 0, most = 0;
};

/// One joint over all clips and persons.
struct joint_survey {
    std::int64_t seen = 0, missing = 0;
    std::int64_t gaps = 0;  ///< runs of frames without it, in clips that show it at all
    int longest_gap = 0;    ///< frames
    double confidence = 0;  ///< mean over the frames that show it

    double missing_share() const {
        const auto all = static_cast<double>(seen + missing);
        return all > 0 ? static_cast<double>(missing) / all : 0;
    }
};

/// Joints, ranges and persons over any number of stretches of pose.
struct pose_survey {
    std::vector<joint_survey> joints;
    std::int64_t exact_zero = 0;                 ///< visible joints with all coordinates exactly 0
    std::vector<std::int64_t> clips_per_person;  ///< clips that show person m at all
    std::vector<double> low, high;               ///< of each coordinate, over visible joints

    pose_survey() = default;
    explicit pose_survey(const mgkit::skeleton::pose_shape& shape);
    /// Looks at every value once.
    void add(const mgkit::skeleton::pose_view<const float>& clip);
    /// Turns sums of confidence into means.
    void finish();
};

/// Every joint with its parent, mirror joint, gaps and confidence.
std::string joint_table(const mgkit::skeleton::dynamic& topology, const pose_survey& poses,
                        bool confidence);
mgkit::io::json joints_json(const mgkit::skeleton::dynamic& topology, const pose_survey& poses,
                            bool confidence);
/// "x 0.1 to 3.2, y ...".
std::string ranges_text(const pose_survey& poses);
mgkit::io::json ranges_json(const pose_survey& poses);

struct survey {
    mgkit::skeleton::channel_layout channels{};  ///< of the file
    mgkit::data::clip_set clips;
    mgkit::data::read_report report;
    std::map<std::string, int> unusable;  ///< clips that training would leave out, by reason
    spread frames;
    std::optional<double> fps;
    std::vector<std::int64_t> per_class;
    std::map<int, std::int64_t> per_subject;
    std::int64_t train = 0, test = 0;  ///< of the published split
    pose_survey poses;
    int best_clip = 0, best_frame = 0;  ///< where most joints are visible
    std::vector<std::string> notes;
    mgkit::data::findings found;
};

/// Reads a folder and looks at every value once. Errors: as data::read_folder.
survey look_at(const data_options& options);

}  // namespace mgfm
