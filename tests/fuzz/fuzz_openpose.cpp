// SPDX-License-Identifier: MIT
// Any bytes as OpenPose's JSON of one frame, and of several between form feeds, either give sound
// detections, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/check_people.hpp"
#include "mgkit/data/readers/openpose.hpp"

namespace {

/// Reads as `read` does a folder: the first frames missing, then a gap.
struct openpose_frames {
    static mgkit::data::detections parse(std::string_view text, const std::string& where,
                                         const mgkit::data::read_policy& policy) {
        namespace readers = mgkit::data::readers;
        readers::detail::people_builder people(where, policy);
        readers::detail::openpose_handler handler(people);
        readers::detail::count_frames_from(
            people, readers::detail::frame_file_of("a_000000000002_keypoints.json",
                                                   readers::detail::openpose_ending));
        each_frame(text, [&](std::string_view frame, int number) {
            handler.begin_frame();
            people.name_frame(2 * number + 2);
            readers::detail::walk_json(readers::detail::parser_of<readers::nlohmann_json>, frame,
                                       handler, where);
            handler.end_frame();
        });
        return handler.finish();
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (std::string_view(reinterpret_cast<const char*>(data), size).find('\f') !=
        std::string_view::npos)
        fuzz_reader<openpose_frames>(data, size);
    else
        fuzz_reader<mgkit::data::readers::openpose>(data, size);
    return 0;
}
