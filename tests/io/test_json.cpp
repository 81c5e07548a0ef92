#include <limits>

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
    CHECK(value == nlohmann::json::parse(
                       R"({"a": [1, -2, 2.5, true, null, "z"], "b": {"c": {}}, "d": []})"));
    for (const char* text : {"1", "\"a\"", "null", " [] ", "{}", "-0.0", "18446744073709551615"})
        CHECK(parse(text) == nlohmann::json::parse(text));
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
