// SPDX-License-Identifier: MIT
// Any bytes as MMPose's JSON, and as its files of one frame each between form feeds, either give
// sound detections, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/check_people.hpp"
#include "mgkit/data/readers/mmpose.hpp"

namespace {

/// Reads as `read` does a folder of numbered files.
struct mmpose_frames {
    static mgkit::data::detections parse(std::string_view text, const std::string& where,
                                         const mgkit::data::read_policy& policy) {
        namespace readers = mgkit::data::readers;
        readers::detail::people_builder people(where, policy);
        readers::detail::mmpose_handler handler(people);
        each_frame(text, [&](std::string_view frame, int number) {
            handler.begin_text(readers::detail::mmpose_layout_of(readers::outline_of(frame)),
                               number);
            readers::detail::walk_json(readers::detail::parser_of<readers::nlohmann_json>, frame,
                                       handler, where);
            handler.end_frame_text();
        });
        return handler.finish();
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (std::string_view(reinterpret_cast<const char*>(data), size).find('\f') !=
        std::string_view::npos)
        fuzz_reader<mmpose_frames>(data, size);
    else
        fuzz_reader<mgkit::data::readers::mmpose>(data, size);
    return 0;
}
