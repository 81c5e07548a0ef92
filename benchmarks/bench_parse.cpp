// SPDX-License-Identifier: MIT
// From JSON to a recording on one core, beside what reading the same bytes must cost anyhow.
//
// Rows parse/<case>/<variant>: mmpose133 and mmpose17 with three decimals, mmpose133_full with all
// the digits of a float (one text in memory, as `mmpose::write` writes it), openpose137 (a folder
// of files, read from the page cache). Counter: bytes_per_second counts the text. `ours` is our
// reader with its default parser up to `recording_of`, `ours_on_nlohmann` the same with the
// embedded one, `simdjson_dom` (where that library is installed) parses the same bytes, or loads
// the same files, into its own document and makes nothing of it; `simdjson_in_memory` the files'
// texts, read before. `nlohmann_events` is the embedded parser as its authors ship it with every
// event dropped.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/data/readers/mmpose.hpp"
#include "mgkit/data/readers/openpose.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/body25_hands_face.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/dynamic.hpp"

#if defined(MGKIT_JSON_SIMDJSON)
#include <simdjson.h>
#endif

namespace {

using namespace mgkit;
using data::readers::default_json;
using data::readers::mmpose;
using data::readers::nlohmann_json;
using data::readers::openpose;

/// A walk, coordinates of a thousandth of a pixel or, `full`, of all the digits that a network puts
/// out.
template <class Skeleton>
data::recording walk(Skeleton skeleton, int frames, bool full) {
    data::recording one;
    one.name = "walk";
    one.fps = 25;
    one.topology = skeleton::dynamic::copy_of(skeleton);
    const int joints = skeleton::joint_count(one.topology);
    one.poses.resize({skeleton::channel_layout::xyc, frames, joints, 1}, frames);
    random_stream random({.seed = 3}, "bench");
    const auto view = one.poses.view();
    const auto digits = [&](double value) {
        return static_cast<float>(full ? value : static_cast<int>(value * 1000) / 1000.0);
    };
    for (int t = 0; t < frames; ++t)
        for (int v = 0; v < joints; ++v) {
            view.at(0, t, v) = digits(640 + 4 * v + random.uniform(-3, 3));
            view.at(1, t, v) = digits(360 + 2 * v + random.uniform(-3, 3));
            view.at(2, t, v) = digits(random.uniform(0.2, 1));
        }
    return one;
}

std::string temporary(const char* name) {
    return (std::filesystem::temp_directory_path() / name).string();
}

std::string mmpose_text(const data::recording& one) {
    const std::string path = temporary("mgkit_bench_parse.json");
    mmpose{}.write(path, one);
    std::string text(io::mapped_file(path).text());
    std::filesystem::remove(path);
    return text;
}

/// The three texts: 80 seconds at 25 fps, 400 of 17 joints.
const std::string& text_of(int which) {
    static const std::string texts[] = {
        mmpose_text(walk(skeleton::coco_wholebody133{}, 2000, false)),
        mmpose_text(walk(skeleton::coco_wholebody133{}, 2000, true)),
        mmpose_text(walk(skeleton::coco17{}, 10000, false))};
    return texts[which];
}

/// A folder of 40 seconds.
struct frame_files {
    std::string folder = temporary("mgkit_bench_parse_openpose");
    std::vector<std::string> paths, texts;
    std::size_t bytes = 0;

    frame_files() {
        std::filesystem::remove_all(folder);
        openpose{}.write(folder, walk(skeleton::body25_hands_face{}, 1000, false));
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            paths.push_back(entry.path().string());
            texts.emplace_back(io::mapped_file(paths.back()).text());
            bytes += texts.back().size();
        }
    }
    ~frame_files() { std::filesystem::remove_all(folder); }
};
const frame_files& openpose_files() {
    static const frame_files files;
    return files;
}

void count(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void refuse_if_different(benchmark::State& state, const data::detections& a,
                         const data::detections& b) {
    if (a.values != b.values || a.first != b.first) state.SkipWithError("the two parsers disagree");
}

template <class Provider>
void read_mmpose(benchmark::State& state, int which) {
    const std::string& text = text_of(which);
    refuse_if_different(state, mmpose::parse<Provider>(text, "bench"),
                        mmpose::parse<nlohmann_json>(text, "bench"));
    for (auto _ : state)
        benchmark::DoNotOptimize(
            data::recording_of(mmpose::parse<Provider>(text, "bench")).poses.view());
    count(state, text.size());
}

template <class Provider>
void read_openpose(benchmark::State& state, int) {
    const auto& files = openpose_files();
    refuse_if_different(state, openpose{}.read<Provider>(files.folder, 0),
                        openpose{}.read<nlohmann_json>(files.folder, 0));
    for (auto _ : state)
        benchmark::DoNotOptimize(
            data::recording_of(openpose{}.read<Provider>(files.folder, 0)).poses.view());
    count(state, files.bytes);
}

struct drop_events {
    using json = nlohmann::json;
    bool null() { return true; }
    bool boolean(bool) { return true; }
    bool number_integer(json::number_integer_t) { return true; }
    bool number_unsigned(json::number_unsigned_t) { return true; }
    bool number_float(json::number_float_t v, const json::string_t&) {
        sum += v;
        return true;
    }
    bool string(json::string_t&) { return true; }
    bool binary(json::binary_t&) { return true; }
    bool start_object(std::size_t) { return true; }
    bool key(json::string_t&) { return true; }
    bool end_object() { return true; }
    bool start_array(std::size_t) { return true; }
    bool end_array() { return true; }
    template <class E>
    bool parse_error(std::size_t, const std::string&, const E&) {
        return false;
    }
    double sum = 0;
};

void nlohmann_events(benchmark::State& state, int which) {
    const std::string& text = text_of(which);
    for (auto _ : state) {
        drop_events events;
        if (!nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &events))
            std::abort();
        benchmark::DoNotOptimize(events.sum);
    }
    count(state, text.size());
}

#if defined(MGKIT_JSON_SIMDJSON)
void simdjson_dom(benchmark::State& state, int which) {
    const std::string& text = text_of(which);
    const simdjson::padded_string padded(text);
    simdjson::dom::parser parser;
    for (auto _ : state)
        if (parser.parse(padded).error()) std::abort();
    count(state, text.size());
}

void simdjson_dom_files(benchmark::State& state, int) {
    const auto& files = openpose_files();
    simdjson::dom::parser parser;
    for (auto _ : state)
        for (const auto& path : files.paths)
            if (parser.load(path).error()) std::abort();
    count(state, files.bytes);
}

void simdjson_dom_texts(benchmark::State& state, int) {
    const auto& files = openpose_files();
    const std::vector<simdjson::padded_string> texts(files.texts.begin(), files.texts.end());
    simdjson::dom::parser parser;
    for (auto _ : state)
        for (const auto& text : texts)
            if (parser.parse(text).error()) std::abort();
    count(state, files.bytes);
}
#endif

void add(const std::string& name, void (*run)(benchmark::State&, int), int which = 0) {
    benchmark::RegisterBenchmark(("parse/" + name).c_str(), run, which)
        ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
    const char* cases[] = {"mmpose133/", "mmpose133_full/", "mmpose17/"};
    for (int k = 0; k < 3; ++k) {
        add(cases[k] + std::string("ours"), read_mmpose<default_json>, k);
        add(cases[k] + std::string("ours_on_nlohmann"), read_mmpose<nlohmann_json>, k);
        add(cases[k] + std::string("nlohmann_events"), nlohmann_events, k);
#if defined(MGKIT_JSON_SIMDJSON)
        add(cases[k] + std::string("simdjson_dom"), simdjson_dom, k);
#endif
    }
    add("openpose137/ours", read_openpose<default_json>);
    add("openpose137/ours_on_nlohmann", read_openpose<nlohmann_json>);
#if defined(MGKIT_JSON_SIMDJSON)
    add("openpose137/simdjson_dom", simdjson_dom_files);
    add("openpose137/simdjson_in_memory", simdjson_dom_texts);
#endif
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
