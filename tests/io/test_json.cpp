// SPDX-License-Identifier: MIT
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/io/json.hpp"
#include "support.hpp"

namespace io = mgkit::io;

namespace {

io::json parse(std::string_view text) {
    return io::parse_json(text, "x.json");
}

}  // namespace

TEST_CASE("documents are parsed to what they say", "[io][json]") {
    const io::json value =
        parse(R"({"a": [1, -2, 2.5, true, null, "z"], "b": {"c": {}}, "d": []})");
    CHECK(value == io::json{{"a", {1, -2, 2.5, true, nullptr, "z"}},
                            {"b", {{"c", io::json::object()}}},
                            {"d", io::json::array()}});
    for (const char* text :
         {"1", "\"a\"", "null", " [] ", "{}", "-0.0", "18446744073709551615", "-1", "1e3",
          "-9223372036854775808", "9223372036854775808", "-9223372036854775809", "1E-400",
          "[[], {}, [1, [2, {\"a\": []}]], \"\\ud83d\\ude00\\u00e4\\/\"]", "1.7976931348623157e308",
          "{\"b\": {\"z\": 1, \"\": [true, false]}, \"a\": null, \"ab\": 2, \"\\u00e4\": 3}"}) {
        INFO(text);
        const auto theirs = nlohmann::json::parse(text);
        const io::json ours = parse(text);
        CHECK(ours.dump() == theirs.dump());
        CHECK(ours.dump(2) == theirs.dump(2));
        CHECK(ours.type_name() == std::string_view(theirs.type_name()));
        CHECK(ours.is_number_unsigned() == theirs.is_number_unsigned());
        CHECK(ours.is_number_float() == theirs.is_number_float());
    }
}

TEST_CASE("faults are worded and placed as nlohmann's parser does", "[io][json]") {
    for (const char* text : {"",
                             " ",
                             "{",
                             "[",
                             "[1",
                             "[1,]",
                             "[1 2]",
                             "{\"a\" 1}",
                             "{\"a\":1",
                             "{\"a\":1,}",
                             "{\"a\":}",
                             "{1:2}",
                             "{\"a\":1 \"b\"}",
                             "{'a': 1}",
                             "[1] 2",
                             "1 1",
                             "nul",
                             "// no",
                             "\"\xff\"",
                             "\"\xc3\"",
                             "\"\\ud800\"",
                             "\"\\q\"",
                             "NaN",
                             "1e999",
                             "[-1e999]",
                             "\"a",
                             "\x01",
                             "01",
                             "-",
                             "1.",
                             "1e",
                             "]",
                             "}",
                             ",",
                             ":",
                             "[}",
                             "{]",
                             "\n\n [1,\n 2,, 3]",
                             "\"\t\""}) {
        INFO(text);
        std::string theirs;
        try {
            theirs = nlohmann::json::parse(text).dump();
        } catch (const nlohmann::json::exception& problem) {
            theirs = problem.what();
        }
        REQUIRE(theirs.find("] ") != std::string::npos);
        const std::string reason = theirs.substr(theirs.find("] ") + 2);
        std::string wanted;
        for (const char c : reason.substr(0, 200)) {
            const auto byte = static_cast<unsigned char>(c);
            constexpr char digits[] = "0123456789abcdef";
            if (byte >= 0x20 && byte < 0x7f)
                wanted += c;
            else
                wanted += std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
        }
        CHECK_CONTAINS(refusal([&] { parse(text); }), "valid JSON, found '" + wanted);
    }
}

TEST_CASE("text is what nlohmann writes, byte for byte", "[io][json]") {
    std::uint64_t state = 1;
    const auto draw = [&] {  // a fixed sequence
        state = state * 6364136223846793005u + 1442695040888963407u;
        return state ^ state >> 29;
    };
    std::size_t different = 0;
    const auto compare = [&](const auto& value) {
        const std::string ours = io::json(value).dump(), theirs = nlohmann::json(value).dump();
        if (ours != theirs && different++ < 5) CHECK(ours == theirs);
    };
    for (const double x : {0.0,
                           -0.0,
                           1.0,
                           -1.0,
                           0.1,
                           1e15,
                           1e16,
                           1e20,
                           123456789012345678.0,
                           1e-4,
                           1e-5,
                           1.5e-7,
                           5e-324,
                           2.2250738585072014e-308,
                           1.7976931348623157e308,
                           1e100,
                           1e22,
                           1e23,
                           0.3,
                           100.0,
                           std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()})
        compare(x);
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t bits = draw();
        compare(std::bit_cast<double>(bits));
        compare(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits >> 32))));
        compare(static_cast<double>(bits % 100'000) / 1000);
        compare(bits >> (bits & 63u));
        compare(static_cast<std::int64_t>(bits) >> (bits & 63u));
    }
    for (int i = 0; i < 20'000; ++i) {
        std::string bytes;
        for (std::uint64_t left = draw() % 12; left > 0; --left) {
            const std::uint64_t bits = draw();
            // Bytes that begin, continue and break sequences, and plain letters.
            constexpr unsigned char some[] = {0x00, 0x08, 0x1f, '"',  '\\', 0x7f, 0x80, 0x8f,
                                              0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0,
                                              0xe2, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff};
            bytes += static_cast<char>(bits & 1 ? some[bits / 2 % sizeof some] : bits / 2 % 256);
        }
        using handler = nlohmann::json::error_handler_t;
        const nlohmann::json theirs(bytes);
        const io::json ours(bytes);
        std::string strict;
        try {
            strict = theirs.dump();
        } catch (const nlohmann::json::exception&) {
            strict = "refused";
        }
        std::string ours_strict = "refused";
        refusal([&] { ours_strict = ours.dump(); });
        const bool same = ours_strict == strict &&
                          ours.shown() == theirs.dump(-1, ' ', false, handler::replace) &&
                          ours.shown(true) == theirs.dump(-1, ' ', true, handler::replace);
        if (!same && different++ < 5)
            CHECK(ours.shown(true) == theirs.dump(-1, ' ', true, handler::replace));
    }
    CHECK(different == 0);
    // The same value, built in the same way, in every indent.
    const auto build = []<class J>(mgkit::type_tag<J>) {
        J out{{"b", {1, 2.0, "x", nullptr, {{"k", J::array()}}}}, {"a", {{"z", J::object()}}}};
        out["list"].push_back(J::array({J::array(), J::object(), true}));
        out["\xc3\xa4"] = std::vector<double>{0.5, 1e30};
        out["A"] = std::map<std::string, int>{{"two", 2}, {"one", 1}};
        return out;
    };
    for (const int indent : {-1, 0, 1, 2, 4})
        CHECK(build(mgkit::type_tag<io::json>{}).dump(indent) ==
              build(mgkit::type_tag<nlohmann::json>{}).dump(indent));
}

TEST_CASE("values are copied deeply, compared by content and changed in place", "[io][json]") {
    io::json value{{"b", {1, 2, 3}}, {"a", {{"k", "text"}}}};
    const io::json before = value;
    io::json& inside = value["b"];
    for (int i = 0; i < 100; ++i) value[mgkit::text("key ", i)] = i;  // references stay valid
    inside[1] = "new";
    CHECK(before["b"][1] == 2);
    CHECK(value["b"] == io::json{1, "new", 3});
    CHECK(value.size() == 102);
    std::string last;
    for (const auto& [key, of] : value.items()) {
        CHECK(last < key);
        last = key;
    }
    for (int i = 0; i < 100; ++i) value.erase(mgkit::text("key ", i));
    value.erase("no such key");
    value["b"].erase(1);
    CHECK(value == io::json{{"a", {{"k", "text"}}}, {"b", {1, 3}}});
    CHECK(value != before);
    value = value["b"];
    CHECK(value == io::json{1.0, 3u});
    value = std::move(value.back());
    CHECK(value == 3);
    CHECK(io::json(-1) != ~std::uint64_t{0});
    CHECK(io::json(1) == 1.0);
    CHECK(io::json("1") != 1);
    CHECK(io::json() == nullptr);
    CHECK(io::json().empty());
    CHECK(value.size() == 1);
    CHECK(before.at("b").get<std::vector<float>>() == std::vector<float>{1, 2, 3});
    CHECK(before.at("b").get<std::array<int, 3>>() == std::array<int, 3>{1, 2, 3});
    CHECK_REFUSED(before.at("c"), "the key 'c'");
    CHECK_REFUSED(before["b"].at(3), "an index below 3");
    CHECK_REFUSED(before["b"].at("a"), "an object, found array");
    CHECK_REFUSED(before["b"].get<int>(), "a number, found array");
    CHECK_REFUSED(io::json(before["a"]).push_back(1), "an array, found object");
}

TEST_CASE("every way to be wrong names the file", "[io][json]") {
    for (const char* text :
         {"", "{", "[1,]", "{\"a\" 1}", "{'a': 1}", "[1] 2", "nul", "// no", "\"\xff\"", "\"\xc3\"",
          "\"\\ud800\"", "NaN", "1e999", "-1e999", "[1", "\"a", "\x01", "01", "{\"a\":1,}"}) {
        INFO(text);
        CHECK_REFUSED(parse(text), "x.json: expected valid JSON");
    }
    CHECK_REFUSED(parse(std::string_view("[]\0", 3)), "valid JSON");
    CHECK_REFUSED(parse(std::string_view("[]\0behind", 9)), "zero byte at 2");
    CHECK_REFUSED(parse(R"({"a": 1, "b": {"a": 1, "a": 2}})"), "'a' twice");
}

TEST_CASE("depth, size and number of values are limited", "[io][json]") {
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    CHECK(parse(nested(64)).is_array());
    CHECK_REFUSED(parse(nested(65)), "nested at most 64");
    CHECK_REFUSED(parse(std::string(3'000'000, '[')), "nested");
    CHECK_REFUSED(io::parse_json("[1, 2, 3]", "x", {.bytes = 8}), "at most 8 bytes");
    CHECK_REFUSED(io::parse_json("[1, 2, 3]", "x", {.values = 3}), "at most 3 values");
    CHECK(io::parse_json("[1, 2]", "x", {.values = 3}).size() == 2);
}

TEST_CASE("getters are exact about types", "[io][json]") {
    const io::json value = parse(
        R"({"i": 300, "n": -1, "f": 2.5, "s": "text", "b": true, "v": [1, 2], "w": [1, "x"],
            "big": 18446744073709551615, "huge": 1e300, "none": null, "o": {"k": 1}})");
    const auto get = [&]<class T>(mgkit::type_tag<T>, const char* key) {
        return io::get<T>(value, key, "x.json");
    };
    CHECK(get(mgkit::type_tag<int>{}, "i") == 300);
    CHECK(get(mgkit::type_tag<int>{}, "n") == -1);
    CHECK(get(mgkit::type_tag<double>{}, "f") == 2.5);
    CHECK(get(mgkit::type_tag<double>{}, "i") == 300.0);
    CHECK(get(mgkit::type_tag<std::uint64_t>{}, "big") == ~std::uint64_t{0});
    CHECK(get(mgkit::type_tag<std::string>{}, "s") == "text");
    CHECK(get(mgkit::type_tag<bool>{}, "b"));
    CHECK(get(mgkit::type_tag<std::vector<int>>{}, "v") == std::vector<int>{1, 2});
    CHECK(io::get<int>(get(mgkit::type_tag<io::json>{}, "o"), "k", "x") == 1);
    CHECK_REFUSED(get(mgkit::type_tag<std::uint8_t>{}, "i"), "x.json: 'i': expected an integer");
    CHECK_REFUSED(get(mgkit::type_tag<unsigned>{}, "n"), "found -1");
    CHECK_REFUSED(get(mgkit::type_tag<std::int64_t>{}, "big"), "fits I64");
    CHECK_REFUSED(get(mgkit::type_tag<int>{}, "f"), "an integer");
    CHECK_REFUSED(get(mgkit::type_tag<int>{}, "b"), "an integer");
    CHECK_REFUSED(get(mgkit::type_tag<int>{}, "none"), "null");
    CHECK_REFUSED(get(mgkit::type_tag<float>{}, "huge"), "fits float");
    CHECK_REFUSED(get(mgkit::type_tag<double>{}, "s"), "a number");
    CHECK_REFUSED(get(mgkit::type_tag<bool>{}, "i"), "true or false");
    CHECK_REFUSED(get(mgkit::type_tag<std::string>{}, "o"), "found object");
    CHECK_REFUSED(get(mgkit::type_tag<std::vector<int>>{}, "w"), "'w'[1]");
    CHECK_REFUSED(get(mgkit::type_tag<std::vector<int>>{}, "s"), "an array");
    CHECK_REFUSED(get(mgkit::type_tag<int>{}, "missing"), "the key 'missing', found 'b', 'big'");
    CHECK_REFUSED(io::get<int>(parse("[]"), "a", "x"), "an object");
    CHECK_REFUSED(io::get<int>(parse("{}"), "a", "x"), "no keys");
    CHECK(io::get_or<int>(value, "missing", 5, "x") == 5);
    CHECK(io::get_or<int>(value, "i", 5, "x") == 300);
    CHECK_REFUSED(io::get_or<int>(value, "s", 5, "x"), "an integer");
    CHECK_REFUSED(io::get_or<int>(parse("3"), "s", 5, "x"), "an object");
}

TEST_CASE("hostile text in a message stays one printable line", "[io][json]") {
    const std::string line =
        refusal([] { parse("{\"a\\u001b[2J\\nb\": 1, \"a\\u001b[2J\\nb\": 1}"); });
    CHECK_CONTAINS(line, "\\x1b[2J\\x0ab");
    for (char c : line) CHECK((c >= ' ' && c < '\x7f'));
    CHECK(refusal([] { parse(std::string(100'000, 'x')); }).size() < 1000);
}

TEST_CASE("what is written is read back bit for bit", "[io][json]") {
    const scratch_folder folder;
    const io::json value = {
        {"x", 0.1}, {"y", {1e-300, -0.0, 3}}, {"text", "\xc3\xa4\n\""}, {"n", nullptr}};
    io::write_json(folder / "f.json", value);
    CHECK(io::read_json(folder / "f.json") == value);
    CHECK(io::to_text({{"a", {1, 2}}}, "x") == "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n");
}

TEST_CASE("what JSON cannot hold is refused and leaves the old file", "[io][json]") {
    const scratch_folder folder;
    io::write_json(folder / "f.json", 1);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK_REFUSED(io::write_json(folder / "f.json", {{"a", {1.0, nan}}}), "value/a/1");
    CHECK_REFUSED(io::write_json(folder / "f.json", -infinity), "NaN or infinity");
    CHECK_REFUSED(io::write_json(folder / "f.json", "\xff"), "UTF-8");
    CHECK_REFUSED(io::write_json(folder / "no/f.json", 1), "create the folder");
    CHECK(io::read_json(folder / "f.json") == 1);
    CHECK(folder.files() == 1);
}

TEST_CASE("json: every truncation is refused, no mutation crashes", "[io][json]") {
    const std::string whole = R"({"a": [1, -2.5e3, "\u00e4\n"], "b": {"c": null, "d": true}})";
    const auto attempt = [](std::span<const std::byte> bytes) {
        io::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "x");
    };
    attempt(as_bytes(whole));
    check_truncations(whole, attempt);
    check_mutations(whole, attempt);
}
