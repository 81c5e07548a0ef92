// OpenPose's folders of one JSON file per frame.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/openpose_handler.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/write_folder.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// OpenPose's output of --write_json: a folder of `NAME_NUMBER_keypoints.json`, one per frame.
///
/// Body of 25 (BODY_25) or 18 (COCO) joints; beside 25, hands of 21 each (--hand) and the face of
/// 70 (--face), zeros where a person has none. `people[].pose_keypoints_2d` and its like are x, y,
/// confidence in turn; 0, 0, 0 is a joint not seen. `person_id` is kept as track unless negative.
/// A folder of several NAMEs holds several recordings. Frames go by NUMBER; numbers left out become
/// frames without anybody and are noted; a file without one is a recording of its own. 3-D
/// keypoints are skipped. Errors: mgkit::error naming file, frame and person. Cost: one pass,
/// memory for the numbers.
struct openpose {
    static constexpr std::string_view name = "openpose";
    static constexpr std::string_view describes =
        "folder of OpenPose *_keypoints.json, one per frame: 25 or 18 joints, hands, face";

    bool recognises(const std::string& path) const;
    std::vector<std::string> list(const std::string& path) const;
    template <class Provider = nlohmann_json>
    detections read(const std::string& path, std::size_t index,
                    const read_policy& policy = {}) const;

    /// The text of one frame's file; `where` names it in errors.
    template <class Provider = nlohmann_json>
    static detections parse(std::string_view json, const std::string& where,
                            const read_policy& policy = {}) {
        detail::people_builder people(where, policy);
        detail::openpose_handler handler(people);
        handler.begin_frame();
        detail::walk_json<Provider>(json, handler, where);
        handler.end_frame();
        handler.note_dropped();
        return people.finish();
    }
    /// A new folder, complete or not at all. A recording of another skeleton is converted to
    /// BODY_25 with hands and face. Frames where nothing is valid have no people.
    void write(const std::string& path, const recording& one) const;
};

template <class Provider>
detections openpose::read(const std::string& path, std::size_t index,
                          const read_policy& policy) const {
    const auto files = detail::openpose_files(path);
    std::size_t first = 0;
    for (std::size_t before = 0; before < index && first < files.size(); ++before) {
        const std::string& passed = files[first].recording;
        while (first < files.size() && files[first].recording == passed) ++first;
    }
    if (first == files.size())
        throw error(path, "one of the recordings in the folder", text("number ", index));
    detail::people_builder people(path, policy);
    detail::openpose_handler handler(people);
    for (std::size_t k = first; k < files.size() && files[k].recording == files[first].recording;
         ++k) {
        people.next_file(files[k].path);
        handler.begin_frame();
        people.name_frame(std::max<std::int64_t>(0, files[k].number));
        const io::mapped_file file(files[k].path);
        detail::walk_json<Provider>(file.text(), handler, people.where());
        handler.end_frame();
    }
    handler.note_dropped();
    people.next_file(path);
    auto out = people.finish();
    out.name = files[first].recording.empty() ? detail::stem(path) : files[first].recording;
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/openpose-inl.hpp"
#endif
