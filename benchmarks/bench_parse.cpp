// Reading a recording from JSON on one core, beside what reading the same bytes must cost anyhow.
//
// Rows parse/mmpose/<variant>/full:<0 three decimals, 1 float digits>. Counter: bytes_per_second
// counts the text. `ours` is our reader, numbers kept as detections; `nlohmann_events` the parser
// below it with every event dropped; `simdjson_dom` (where that library is installed) parses the
// same bytes into its own document, `ours_on_simdjson` is our reader fed by it. The text is in
// memory, 133 joints a frame, as `mmpose::write` writes it.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "mgkit/core/random.hpp"
#include "mgkit/data/readers/mmpose.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/dynamic.hpp"

#ifdef MGKIT_BENCH_SIMDJSON
#include <simdjson.h>
#endif

namespace {

using namespace mgkit;
using data::readers::mmpose;

/// A walk of 133 joints over 2,000 frames, 80 seconds at 25 fps, coordinates of a thousandth of a
/// pixel or, `full`, of all the digits that a network puts out.
std::string sample_text(bool full) {
    data::recording one;
    one.name = "walk";
    one.fps = 25;
    one.topology = skeleton::dynamic::copy_of(skeleton::coco_wholebody133{});
    constexpr int frames = 2000, joints = 133;
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
    const std::string path =
        (std::filesystem::temp_directory_path() / "mgkit_bench_parse.json").string();
    mmpose{}.write(path, one);
    std::string text(io::mapped_file(path).text());
    std::filesystem::remove(path);
    return text;
}

const std::string& text_of(benchmark::State& state) {
    static const std::string texts[] = {sample_text(false), sample_text(true)};
    return texts[state.range(0)];
}

void count(benchmark::State& state, const std::string& text) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
    state.SetLabel(state.range(0) == 0 ? "3 decimals" : "float digits");
}

void mmpose_reader(benchmark::State& state) {
    const std::string& text = text_of(state);
    for (auto _ : state) benchmark::DoNotOptimize(mmpose::parse(text, "bench").values.data());
    count(state, text);
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

void nlohmann_events(benchmark::State& state) {
    const std::string& text = text_of(state);
    for (auto _ : state) {
        drop_events events;
        if (!nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &events))
            std::abort();
        benchmark::DoNotOptimize(events.sum);
    }
    count(state, text);
}

#ifdef MGKIT_BENCH_SIMDJSON
void simdjson_dom(benchmark::State& state) {
    const std::string& text = text_of(state);
    const simdjson::padded_string padded(text);
    simdjson::dom::parser parser;
    for (auto _ : state) {
        simdjson::dom::element root;
        if (parser.parse(padded).get(root)) std::abort();
        benchmark::DoNotOptimize(root);
    }
    count(state, text);
}

/// A provider on simdjson: any parser can feed the readers like this. Its document is built first,
/// at eight to sixteen bytes a number; its forward-only interface is as fast only where the whole
/// program is compiled for one processor.
struct simdjson_provider {
    template <class Events>
    static void parse(std::string_view json, Events& events) {
        simdjson::dom::parser parser;
        simdjson::dom::element root;
        if (const auto problem = parser.parse(json.data(), json.size(), true).get(root))
            throw error(events.where(), "valid JSON", simdjson::error_message(problem));
        walk(root, events);
    }

private:
    template <class Events>
    static void walk(simdjson::dom::element value, Events& events) {
        using simdjson::dom::element_type;
        switch (value.type()) {
            case element_type::OBJECT:
                events.begin_object();
                for (const auto field : simdjson::dom::object(value)) {
                    events.key(field.key);
                    walk(field.value, events);
                }
                return events.end_object();
            case element_type::ARRAY:
                events.begin_array();
                for (const auto part : simdjson::dom::array(value)) walk(part, events);
                return events.end_array();
            case element_type::DOUBLE:
                return events.number(double(value), false);
            case element_type::INT64:
                return events.number(double(std::int64_t(value)), true);
            case element_type::UINT64:
                return events.number(double(std::uint64_t(value)), true);
            case element_type::STRING:
                return events.string(std::string_view(value));
            case element_type::BOOL:
                return events.boolean(bool(value));
            default:
                return events.null();
        }
    }
};

void mmpose_on_simdjson(benchmark::State& state) {
    const std::string& text = text_of(state);
    if (mmpose::parse<simdjson_provider>(text, "bench").values !=
        mmpose::parse(text, "bench").values)
        state.SkipWithError("the two parsers disagree");
    for (auto _ : state)
        benchmark::DoNotOptimize(mmpose::parse<simdjson_provider>(text, "bench").values.data());
    count(state, text);
}
BENCHMARK(mmpose_on_simdjson)
    ->Name("parse/mmpose/ours_on_simdjson")
    ->ArgName("full")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(simdjson_dom)
    ->Name("parse/mmpose/simdjson_dom")
    ->ArgName("full")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);
#endif

BENCHMARK(mmpose_reader)
    ->Name("parse/mmpose/ours")
    ->ArgName("full")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(nlohmann_events)
    ->Name("parse/mmpose/nlohmann_events")
    ->ArgName("full")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
