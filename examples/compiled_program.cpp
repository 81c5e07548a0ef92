// SPDX-License-Identifier: MIT
// A program of the compiled form: what it calls stands in the library of the component compiled, so
// that this file, which opens any format of recordings, compiles in a fraction of the time.
//
//     compiled_program talk.json
#include <cstdio>
#include <filesystem>

#include "mgkit/data/readers/any.hpp"
#include "mgkit/skeleton/coco17.hpp"

namespace mg = mgkit;

int main(int argc, char** argv) try {
    std::string path = argc > 1 ? argv[1] : "";
    if (path.empty()) {
        path = (std::filesystem::temp_directory_path() / "mgkit_compiled_program.json").string();
        mg::data::recording still;
        still.name = "still";
        still.topology = mg::skeleton::dynamic::copy_of(mg::skeleton::coco17{});
        still.poses.resize({mg::skeleton::channel_layout::xyc, 50, 17, 1}, 50);
        const auto to = still.poses.view();
        for (int t = 0; t < 50; ++t)
            for (int v = 0; v < 17; ++v) {
                to.at(0, t, v) = 100.f + 9.f * float(v % 3);
                to.at(1, t, v) = 100.f + 20.f * float(v);
                to.at(2, t, v) = .9f;
            }
        mg::data::readers::write_as("mmpose", path, still);
    }
    const auto read = mg::data::readers::read_any(path);
    std::printf("%s: %d frames, %zu people of %zu joints\n", path.c_str(), read.frames(),
                read.people(), read.topology.joints.size());
    for (const auto& one : read.found.sentences()) std::printf("%s\n", one.c_str());
} catch (const mg::error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
