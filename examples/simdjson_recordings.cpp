// SPDX-License-Identifier: MIT
// Readers parse JSON with simdjson where the component simdjson is linked; here both parsers read
// one text of MMPose, and give the same. (Parsers are arguments of `parse` and `read`, too.)
#include <chrono>
#include <cstdio>
#include <string>

#include "mgkit/data/readers/mmpose.hpp"

namespace readers = mgkit::data::readers;

// 3,000 frames of one person.
static std::string written() {
    std::string text = "[";
    for (int t = 0; t < 3000; ++t) {
        std::string points, scores;
        for (int v = 0; v < 17; ++v) {
            const char* comma = v > 0 ? "," : "";
            points +=
                comma + ("[" + std::to_string(100.5 + v) + "," + std::to_string(t + .25) + "]");
            scores += comma + std::string("0.9");
        }
        text += (t > 0 ? "," : "") + (R"({"frame_id":)" + std::to_string(t)) +
                R"(,"instances":[{"keypoints":[)" + points + R"(],"keypoint_scores":[)" + scores +
                "]}]}";
    }
    return text + "]";
}

template <class Parser>
static mgkit::data::detections timed(const char* name, const std::string& text) {
    const auto started = std::chrono::steady_clock::now();
    auto out = readers::mmpose::parse<Parser>(text, "a text");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    std::printf("%-10s %d frames, %.0f MB/s\n", name, out.frames(),
                double(text.size()) / took.count() / 1e6);
    return out;
}

int main() {
    const std::string text = written();
    const auto one = timed<readers::nlohmann_json>("nlohmann", text);
    const auto other = timed<readers::simdjson_json>("simdjson", text);
    return one.values == other.values ? 0 : 1;
}
