// SPDX-License-Identifier: MIT
// Any bytes are the same events, or the same refusal, to both parsers of JSON, and every reader
// makes the same of both.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/json_events_text.hpp"
#include "fuzz/check_people.hpp"
#include "mgkit/data/readers/coco_results.hpp"
#include "mgkit/data/readers/kinetics_skeleton.hpp"
#include "mgkit/data/readers/mediapipe.hpp"
#include "mgkit/data/readers/mmpose.hpp"
#include "mgkit/data/readers/openpose.hpp"

namespace readers = mgkit::data::readers;

namespace {

void compare_events(std::string_view text) {
    bool embedded = false, other = false;
    const std::string one = events_of<readers::nlohmann_json>(text, embedded);
    const std::string two = events_of<readers::simdjson_json>(text, other);
    require(embedded == other);
    require(one == two);
}

template <class Reader, class Provider>
std::string read_by(std::string_view text) {
    try {
        const auto people = Reader::template parse<Provider>(
            text, "input", {.not_finite = mgkit::data::not_finite_rule::mark_invalid});
        std::string out(reinterpret_cast<const char*>(people.values.data()),
                        people.values.size() * sizeof(float));
        out += mgkit::text(" ", people.frames(), " ", people.people(), " ", people.fps);
        for (const auto& said : people.found.sentences()) out += said;
        return out;
    } catch (const mgkit::error& problem) {
        return problem.what();
    }
}

template <class Reader>
void compare_reader(std::string_view text) {
    require(read_by<Reader, readers::nlohmann_json>(text) ==
            read_by<Reader, readers::default_json>(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    compare_events(text);
    compare_reader<readers::mmpose>(text);
    compare_reader<readers::openpose>(text);
    compare_reader<readers::mediapipe>(text);
    compare_reader<readers::coco_results>(text);
    compare_reader<readers::kinetics_skeleton>(text);
    return 0;
}
