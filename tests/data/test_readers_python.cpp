// SPDX-License-Identifier: MIT
// The Python lines of docs/recordings.md exchange recordings with us in both directions.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/skeleton/upper_body.hpp"

using namespace mgkit;
using namespace mgkit::data;

namespace {

/// The code below the mark that names this test.
std::string documented_code() {
    const auto document =
        std::filesystem::path(__FILE__).parent_path() / "../../docs/recordings.md";
    std::ifstream file(document);
    std::ostringstream text;
    text << file.rdbuf();
    const std::string all = text.str(), fence = "```";
    const auto mark = all.find("test_readers_python.cpp");
    if (mark == std::string::npos) return {};
    const auto start = all.find('\n', all.find(fence, mark)) + 1;
    return all.substr(start, all.find(fence, start) - start);
}

}  // namespace

TEST_CASE("Python reads what we write and writes what we read", "[data][readers][machine]") {
    if (std::system("python3 -c 'import numpy' >/dev/null 2>&1") != 0)
        return skip("python3 with numpy is not installed, the documented lines were not run");
    scratch_folder scratch;
    std::vector<recording> talks;
    for (int i = 0; i < 2; ++i) {
        talks.push_back(recordings::random_recording<skeleton::upper_body>(
            4 + i, skeleton::channel_layout::xyc, 20 + static_cast<std::uint64_t>(i)));
        talks.back().name = text("talk ", i);
    }
    readers::untrimmed::write_all(scratch / "talks", talks);
    const std::string code = documented_code();
    REQUIRE(contains(code, "read_recordings"));
    io::write_file(scratch / "lines.py", code);
    REQUIRE(std::system(("cd '" + scratch.name() + "' && python3 lines.py").c_str()) == 0);

    CHECK(readers::recognise(scratch / "halved") == "untrimmed");
    CHECK(readers::list_any(scratch / "halved") == std::vector<std::string>{"talk 0", "talk 1"});
    for (std::size_t i = 0; i < 2; ++i) {
        const auto back = recording_of(readers::read_any(scratch / "halved", i));
        CHECK(back.fps == 25);
        CHECK(back.topology.name == "upper_body");
        REQUIRE(back.poses.shape() == talks[i].poses.shape());
        const auto was = std::as_const(talks[i]).poses.view();
        const auto is = back.poses.view();
        for (int t = 0; t < was.length; ++t)
            for (int v = 0; v < 41; ++v) {
                CHECK(is.at(0, t, v) == was.at(0, t, v) / 2);
                CHECK(is.at(1, t, v) == was.at(1, t, v) / 2);
                CHECK(is.at(2, t, v) == was.at(2, t, v));
            }
    }
}
