// SPDX-License-Identifier: MIT
#include <array>

#include "mgkit/io/safetensors.hpp"
#include "real_files.hpp"
#include "support.hpp"

namespace io = mgkit::io;

namespace {

std::string file_with(const std::string& header, const std::string& data = "") {
    return little(header.size(), 8) + header + data;
}

io::safetensors_content content_of(const std::string& file) {
    return io::parse_safetensors(as_bytes(file), "x.safetensors");
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
}

std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets,
                const std::string& data) {
    return file_with("{" + tensor("a", dtype, shape, offsets) + "}", data);
}

}  // namespace

TEST_CASE("a file laid out by hand is read", "[io][safetensors]") {
    const std::string header = "{\"__metadata__\":{\"k\":\"v\"}," +
                               tensor("second", "I64", "[]", "[8,16]") + "," +
                               tensor("first", "F32", "[2,1]", "[0,8]") + "," +
                               tensor("empty", "F64", "[0,3]", "[8,8]") + "}   ";
    const scratch_folder folder;
    io::write_file(folder / "f", file_with(header, raw<float>({1.5f, -2}) + little(7, 8)));
    const io::safetensors_file file(folder / "f");
    CHECK(file.metadata() == io::text_map{{"k", "v"}});
    REQUIRE(file.entries().size() == 3);
    CHECK(file.entries()[0].name == "first");
    CHECK(file.entries()[1].name == "empty");
    CHECK(file.entries()[2].name == "second");
    CHECK(file.shape("first") == std::vector<std::int64_t>{2, 1});
    CHECK(file.read<double>("first") == std::vector<double>{1.5, -2});
    CHECK(file.shape("second").empty());
    CHECK(file.read<int>("second") == std::vector<int>{7});
    CHECK(file.read<float>("empty").empty());
    CHECK(file.contains("first"));
    CHECK_FALSE(file.contains("third"));
    CHECK_REFUSED(file.at("third"), "found 3 tensors: empty, first, second");
    CHECK_REFUSED(file.read<int>("first"), "tensor 'first'");
}

TEST_CASE("an empty archive is a file like others", "[io][safetensors]") {
    CHECK(content_of(file_with("{}")).entries.empty());
    const scratch_folder folder;
    io::write_safetensors(folder / "f", {});
    const io::safetensors_file file(folder / "f");
    CHECK(file.entries().empty());
    CHECK_REFUSED(file.at("a"), "0 tensors");
}

TEST_CASE("all element types are read", "[io][safetensors]") {
    const auto read = [](const std::string& dtype, const std::string& bytes) {
        const std::string file = one(dtype, "[2]", mgkit::text("[0,", bytes.size(), "]"), bytes);
        const auto content = content_of(file);
        return io::convert<double>(content.entries[0].type, content.entries[0].bytes, "x");
    };
    const std::vector<double> expected{1, 0};
    CHECK(read("F64", raw<double>({1, 0})) == expected);
    CHECK(read("F32", raw<float>({1, 0})) == expected);
    CHECK(read("F16", little(0x3C00, 4)) == expected);
    CHECK(read("BF16", little(0x3F80, 4)) == expected);
    for (const char* dtype : {"I64", "U64"})
        CHECK(read(dtype, little(1, 8) + little(0, 8)) == expected);
    for (const char* dtype : {"I32", "U32"}) CHECK(read(dtype, little(1, 8)) == expected);
    for (const char* dtype : {"I16", "U16"}) CHECK(read(dtype, little(1, 4)) == expected);
    for (const char* dtype : {"I8", "U8", "BOOL"}) CHECK(read(dtype, little(1, 2)) == expected);
}

TEST_CASE("a written archive has the documented layout", "[io][safetensors]") {
    const scratch_folder folder;
    const std::array<std::uint8_t, 3> small{1, 2, 3};
    const std::vector<double> wide{0.5, -1};
    const std::vector<float> middle{3, 4, 5};
    io::write_safetensors(
        folder / "f",
        {io::entry_of("small", small, {3}), io::entry_of("b.weight", middle, {3, 1}),
         io::entry_of("wide", wide, {2})},
        {{"config", "{\"frames\": 64}"}});
    const io::mapped_file mapped(folder / "f");
    std::uint64_t length = 0;
    std::memcpy(&length, mapped.bytes().data(), 8);
    CHECK(length % 8 == 0);
    CHECK(mapped.bytes().size() == 8 + length + 16 + 12 + 3);
    CHECK(mapped.text().substr(8 + length, 16) == raw(wide));
    CHECK(mapped.text().substr(8 + length + 28) == "\x01\x02\x03");
    const std::string header(mapped.text().substr(8, length));
    CHECK_CONTAINS(header,
                   "\"b.weight\":{\"data_offsets\":[16,28],\"dtype\":\"F32\",\"shape\":[3,1]}");
    const io::safetensors_file file(folder / "f");
    CHECK(file.metadata().at("config") == "{\"frames\": 64}");
    CHECK(file.read<double>("wide") == wide);
    CHECK(file.read<float>("b.weight") == middle);
    CHECK(file.read<int>("small") == std::vector<int>{1, 2, 3});
}

TEST_CASE("names in any language and awkward characters survive", "[io][safetensors]") {
    const scratch_folder folder;
    const std::vector<float> value{1};
    const std::string name =
        "Gr\xc3\xb6\xc3\x9f"
        "e \"quoted\"\n\\ \xf0\x9f\x91\x8b";
    io::write_safetensors(folder / "f", {io::entry_of(name, value, {1})}, {{name, name}});
    const io::safetensors_file file(folder / "f");
    CHECK(file.contains(name));
    CHECK(file.metadata().at(name) == name);
}

TEST_CASE("headers that do not describe the file are refused", "[io][safetensors]") {
    CHECK_REFUSED(content_of(""), "cut short");
    CHECK_REFUSED(content_of(little(~0ull, 8) + "{}"), "100 MB");
    CHECK_REFUSED(content_of(little(3, 8) + "{}"), "within the file");
    CHECK_REFUSED(content_of(little(0, 8)), "a JSON object");
    CHECK_REFUSED(content_of(file_with(" {}")), "a JSON object");
    CHECK_REFUSED(content_of(file_with("[]")), "a JSON object");
    CHECK_REFUSED(content_of(file_with("{")), "valid JSON");
    CHECK_REFUSED(content_of(file_with("{}x")), "valid JSON");
    CHECK_REFUSED(content_of(file_with(std::string("{}\0", 3))), "valid JSON");
    CHECK_REFUSED(content_of(file_with("{\"a\":1}")), "an object");
    CHECK_REFUSED(content_of(file_with("{\"a\xff\":{}}")), "valid JSON");
    CHECK_REFUSED(content_of(file_with("{}", "left over")), "damaged");
    CHECK_REFUSED(content_of(file_with("{\"__metadata__\":{\"k\":1}}")), "a string");
    CHECK_REFUSED(content_of(file_with("{\"__metadata__\":[]}")), "an object");
}

TEST_CASE("nesting and sheer numbers do not exhaust memory", "[io][safetensors]") {
    CHECK_REFUSED(content_of(file_with("{\"a\":" + std::string(1'000'000, '['))), "nested");
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
    CHECK_REFUSED(content_of(file_with(deep)), "nested");
    std::string many = "{\"a\":[0";
    for (int i = 0; i < 4'000'000; ++i) many += ",0";
    CHECK_REFUSED(content_of(file_with(many + "]}")), "values");
}

TEST_CASE("entries that lie are refused", "[io][safetensors]") {
    const std::string data = raw<float>({1, 2});
    CHECK(content_of(one("F32", "[2]", "[0,8]", data)).entries.size() == 1);
    CHECK_REFUSED(content_of(one("F32", "[3]", "[0,8]", data)), "12 bytes");
    CHECK_REFUSED(content_of(one("F64", "[2]", "[0,8]", data)), "16 bytes");
    CHECK_REFUSED(content_of(one("F32", "[-2]", "[0,8]", data)), "'-2'");
    CHECK_REFUSED(content_of(one("F32", "[2.0]", "[0,8]", data)), "integer");
    CHECK_REFUSED(content_of(one("F32", "[18446744073709551615]", "[0,8]", data)), "fits I64");
    CHECK_REFUSED(content_of(one("F32", "[4611686018427387905]", "[0,4]", data.substr(4))),
                  "overflow");
    CHECK_REFUSED(content_of(one("F32", "[4294967296,4294967296,4294967296]", "[0,8]", data)),
                  "overflow");
    CHECK_REFUSED(content_of(one("F32", "2", "[0,8]", data)), "an array");
    CHECK_REFUSED(content_of(one("F32", "[2]", "[8,0]", data)), "bytes 8 to 0");
    CHECK_REFUSED(content_of(one("F32", "[2]", "[0,9]", data)), "cut short");
    CHECK_REFUSED(content_of(one("F32", "[2]", "[4,12]", data)), "cut short");
    CHECK_REFUSED(content_of(one("F32", "[2]", "[0,8,8]", data)), "two data_offsets");
    CHECK_REFUSED(content_of(one("F32", "[2]", "[0,18446744073709551615]", data)), "cut short");
    CHECK_REFUSED(content_of(one("F32", "[2]", "[0,184467440737095516150]", data)), "integer");
    CHECK_REFUSED(content_of(one("F8_E4M3", "[8]", "[0,8]", data)), "'F8_E4M3'");
    CHECK_REFUSED(content_of(one("f32", "[2]", "[0,8]", data)), "'f32'");
    CHECK_REFUSED(content_of(file_with("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", data)),
                  "'data_offsets'");
    CHECK_REFUSED(
        content_of(file_with("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],"
                             "\"x\":0}}",
                             data)),
        "only");
}

TEST_CASE("overlaps, holes and doubles are refused", "[io][safetensors]") {
    const std::string data(12, 'x');
    const auto two = [&](const std::string& a, const std::string& b, const std::string& second) {
        return file_with("{" + tensor("a", "U8", "[" + std::to_string(6) + "]", a) + "," +
                             tensor(second, "U8", "[6]", b) + "}",
                         data);
    };
    CHECK(content_of(two("[0,6]", "[6,12]", "b")).entries.size() == 2);
    CHECK_REFUSED(content_of(two("[0,6]", "[0,6]", "b")), "overlap");
    CHECK_REFUSED(content_of(two("[0,6]", "[5,11]", "b")), "overlap");
    CHECK_REFUSED(content_of(two("[6,12]", "[6,12]", "b")), "overlap");
    CHECK_REFUSED(content_of(two("[0,6]", "[6,12]", "a")), "twice");
    CHECK_REFUSED(content_of(file_with("{" + tensor("a", "U8", "[6]", "[0,6]") + "," +
                                           tensor("b", "U8", "[5]", "[7,12]") + "}",
                                       data)),
                  "hole");
    CHECK_REFUSED(content_of(one("U8", "[6]", "[0,6]", data)), "damaged");
    CHECK_REFUSED(content_of(file_with("{" + tensor("a", "U8", "[12]", "[0,12]") + "," +
                                           tensor("b", "U8", "[0]", "[5,5]") + "}",
                                       data)),
                  "overlap");
}

TEST_CASE("safetensors: every truncation is refused, no mutation crashes", "[io][safetensors]") {
    const std::string whole =
        file_with("{\"__metadata__\":{\"k\":\"v\"}," + tensor("a", "F32", "[2]", "[0,8]") + "," +
                      tensor("b", "BOOL", "[1,1]", "[8,9]") + "}",
                  raw<float>({1, 2}) + "\x01");
    const auto attempt = [](std::span<const std::byte> bytes) {
        for (const auto& entry : io::parse_safetensors(bytes, "x").entries)
            static_cast<void>(io::convert<double>(entry.type, entry.bytes, "x"));
    };
    attempt(as_bytes(whole));
    check_truncations(whole, attempt);
    check_mutations(whole, attempt);
}

TEST_CASE("what cannot be written leaves the old archive", "[io][safetensors]") {
    const scratch_folder folder;
    const std::vector<float> value{1, 2};
    io::write_safetensors(folder / "f", {io::entry_of("old", value, {2})});
    const auto write = [&](std::vector<io::tensor_entry> entries, const io::text_map& text = {}) {
        io::write_safetensors(folder / "f", std::move(entries), text);
    };
    CHECK_REFUSED(write({io::entry_of("a", value, {3})}), "tensor 'a'");
    CHECK_REFUSED(write({io::entry_of("a", value, {2}), io::entry_of("a", value, {2})}), "taken");
    CHECK_REFUSED(write({io::entry_of("__metadata__", value, {2})}), "taken");
    CHECK_REFUSED(write({io::entry_of("\xff", value, {2})}), "UTF-8");
    CHECK_REFUSED(write({}, {{"k", "\xff"}}), "UTF-8");
    CHECK_REFUSED(io::write_safetensors(folder / "no/f", {}), "create the folder");
    CHECK(io::safetensors_file(folder / "f").contains("old"));
    CHECK(folder.files() == 1);
}

TEST_CASE("real archives are read and survive a round trip", "[io][safetensors][golden]") {
    const auto paths = files_below(real_files("MGKIT_GOLDEN_DIR"), ".safetensors");
    if (paths.empty()) return skip("no *.safetensors below $MGKIT_GOLDEN_DIR");
    const scratch_folder folder;
    std::size_t copies = 0;
    for (const std::string& path : paths) {
        INFO(path);
        const io::safetensors_file file(path);
        for (const auto& entry : file.entries())
            CHECK(file.read<double>(entry.name).size() == entry.bytes.size() / size_of(entry.type));
        if (++copies % 16 != 1) continue;
        io::write_safetensors(folder / "copy", file.entries(), file.metadata());
        const io::safetensors_file copy(folder / "copy");
        CHECK(copy.metadata() == file.metadata());
        REQUIRE(copy.entries().size() == file.entries().size());
        for (const auto& entry : file.entries()) {
            CHECK(copy.shape(entry.name) == entry.shape);
            CHECK(std::equal(entry.bytes.begin(), entry.bytes.end(),
                             copy.at(entry.name).bytes.begin()));
        }
    }
}
