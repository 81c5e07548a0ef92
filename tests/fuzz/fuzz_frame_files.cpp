// SPDX-License-Identifier: MIT
// Any bytes as the names of files of one frame each: their recordings and numbers are parts of
// them, and names that differ in the number alone are one recording.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mgkit/data/readers/openpose.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace detail = mgkit::data::readers::detail;
    const std::string name(reinterpret_cast<const char*>(data), size);
    const std::string_view without = detail::without_picture_ending(name);
    if (!name.starts_with(without)) std::abort();
    for (const std::string_view ending : {"", "_keypoints.json", ".json"}) {
        const auto file = detail::frame_file_of(name, ending);
        if (file.path != name || file.number < -1 || file.number > 1'000'000'000'000) std::abort();
        if (name.find(file.recording) == std::string::npos) std::abort();
        detail::names_pictures(file.recording);
        if (file.recording.empty() || file.number < 0) continue;
        // The same recording with the number that it had, and with another.
        for (const std::string number : {"_0", "_000000000012", "_7"}) {
            const auto other =
                detail::frame_file_of(file.recording + number + std::string(ending), ending);
            if (other.recording != file.recording || other.number != std::stoll(number.substr(1)))
                std::abort();
        }
    }
    return 0;
}
