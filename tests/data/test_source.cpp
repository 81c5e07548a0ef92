// SPDX-License-Identifier: MIT
#include "mgkit/data/source.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/data/write_folder.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/npy.hpp"
#include "mgkit/io/safetensors.hpp"
#include "mgkit/skeleton/coco17.hpp"

using namespace mgkit;
using data::source_at;
using data::source_kind;

TEST_CASE("one place says what lies at a path", "[data][source]") {
    const scratch_folder scratch;
    const std::string clips = scratch / "clips", table = scratch / "table.npy",
                      weights = scratch / "w.safetensors", corpus = scratch / "corpus",
                      result = scratch / "r.json", text = scratch / "text.txt";
    data::write_folder(clips, data::make_synthetic());
    io::write_npy(table, std::vector<float>(6), {2, 3});
    io::write_safetensors(weights, {}, {{"a", "b"}});
    std::filesystem::create_directory(corpus);
    const std::string one = corpus + "/one.json";
    data::readers::write_as("mmpose", one, recordings::random_recording<skeleton::coco17>(4));
    io::write_file(result, std::string_view("{\"program\": \"mgfm study\", \"version\": \"1\"}"));
    io::write_file(text, std::string_view("words"));

    CHECK(source_at(clips).kind == source_kind::clips);
    CHECK(source_at(one).kind == source_kind::recording);
    CHECK_THAT(source_at(one).words, Catch::Contains("mmpose"));
    CHECK(source_at(corpus).kind == source_kind::corpus);
    CHECK(source_at(table).kind == source_kind::features);
    CHECK_THAT(source_at(table).words, Catch::Contains("2") && Catch::Contains("3"));
    CHECK(source_at(weights).kind == source_kind::weights);
    CHECK(source_at(result).kind == source_kind::result);
    CHECK(source_at(text).kind == source_kind::unknown);
    CHECK_FALSE(source_at(text).words.empty());
    CHECK(source_at(scratch / "nowhere").kind == source_kind::nothing);
    CHECK(source_at("").kind == source_kind::nothing);

    CHECK_NOTHROW(data::require_clips(clips));
    CHECK_NOTHROW(data::require_recordings(one));
    CHECK_NOTHROW(data::require_recordings(corpus));
    CHECK_THROWS_WITH(data::require_clips(corpus), Catch::Contains("mgfm cut"));
    CHECK_THROWS_WITH(data::require_clips(table), Catch::Contains("--features"));
    CHECK_THROWS_WITH(data::require_clips(weights), Catch::Contains("--weights"));
    CHECK_THROWS_WITH(data::require_recordings(clips), Catch::Contains("--data"));
    CHECK_THROWS_WITH(data::require_recordings(text), Catch::Contains("formats are"));
}
