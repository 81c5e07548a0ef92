// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "mgkit/io/npy.hpp"
#include "real_files.hpp"
#include "support.hpp"

namespace io = mgkit::io;

namespace {

const std::string magic("\x93NUMPY", 6);

/// An .npy file with the given dictionary, padded as NumPy does.
std::string file_of(std::string dictionary, const std::string& data, int version = 1) {
    const std::size_t width = version == 1 ? 2 : 4;
    while ((8 + width + dictionary.size() + 1) % 64 != 0) dictionary += ' ';
    dictionary += '\n';
    return magic + static_cast<char>(version) + '\0' +
           little(dictionary.size(), static_cast<int>(width)) + dictionary + data;
}

std::string dict(const std::string& descr, const std::string& shape,
                 const std::string& order = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

io::npy_array array_in(const std::string& file) {
    return io::parse_npy(as_bytes(file), "x.npy");
}

template <class S>
std::vector<S> values(const std::string& file) {
    const io::npy_array array = array_in(file);
    return io::convert<S>(array.type, array.bytes, "x.npy");
}

}  // namespace

TEST_CASE("a written array equals NumPy's file byte for byte", "[io][npy]") {
    const scratch_folder folder;
    io::write_npy(folder / "a.npy", std::vector<float>{1.5f, -2, 0, 4, 5, 6}, {2, 3});
    const std::string expected = magic + std::string("\x01\x00\x76\x00", 4) +
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" +
                                 std::string(58, ' ') + "\n" + raw<float>({1.5f, -2, 0, 4, 5, 6});
    CHECK(io::mapped_file(folder / "a.npy").text() == expected);
}

TEMPLATE_TEST_CASE("arrays of any type and rank survive a round trip", "[io][npy]", float, double,
                   std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                   std::uint16_t, std::uint32_t, std::uint64_t) {
    const scratch_folder folder;
    using limits = std::numeric_limits<TestType>;
    const std::vector<TestType> numbers{0, 1, limits::max(), limits::lowest(), 5, 6};
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{6}, {2, 3}, {1, 6, 1}, {3, 1, 1, 2, 1}}) {
        io::write_npy(folder / "a.npy", numbers, shape);
        const io::npy_file file(folder / "a.npy");
        CHECK(file.shape() == shape);
        CHECK(file.type() == io::dtype_of<TestType>());
        CHECK(file.read<TestType>() == numbers);
        const auto view = file.view<TestType>();
        CHECK(std::vector<TestType>(view.begin(), view.end()) == numbers);
    }
}

TEST_CASE("single values, empty arrays and booleans", "[io][npy]") {
    const scratch_folder folder;
    io::write_npy(folder / "a.npy", std::array{2.5}, {});
    CHECK(io::npy_file(folder / "a.npy").shape().empty());
    CHECK(io::npy_file(folder / "a.npy").read<double>() == std::vector{2.5});
    io::write_npy(folder / "a.npy", std::vector<double>{}, {3, 0, 2});
    const io::npy_file empty(folder / "a.npy");
    CHECK(empty.shape() == std::vector<std::int64_t>{3, 0, 2});
    CHECK(empty.view<double>().empty());
    CHECK(empty.read<float>().empty());
    io::write_npy(folder / "a.npy", std::array{true, false, true}, {3});
    CHECK(io::npy_file(folder / "a.npy").read<bool>() == std::vector{true, false, true});
    CHECK(io::npy_file(folder / "a.npy").read<int>() == std::vector{1, 0, 1});
}

TEST_CASE("all three versions, key orders and spacings are read", "[io][npy]") {
    const std::string data = raw<std::int32_t>({1, 2, 3});
    const std::vector<int> expected{1, 2, 3};
    for (int version : {1, 2, 3})
        CHECK(values<int>(file_of(dict("<i4", "(3,)"), data, version)) == expected);
    for (const char* dictionary :
         {"{'shape': (3,), 'fortran_order': False, 'descr': '<i4'}",
          "{\"descr\":\"<i4\",\"fortran_order\":False,\"shape\":(3,)}",
          "{ 'descr' : '<i4' , 'fortran_order' : True , 'shape' : ( 3 , ) , }",
          "{'descr': '<i4', 'fortran_order': False, 'shape': (3L,), }",
          "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 3), }"})
        CHECK(values<int>(file_of(dictionary, data)) == expected);
}

TEST_CASE("half precision is read exactly", "[io][npy]") {
    const std::vector<std::uint16_t> bits{0x0000, 0x8000, 0x3C00, 0xC000, 0x7BFF,
                                          0x0001, 0x0400, 0x7C00, 0x3555};
    const auto read = values<float>(file_of(dict("<f2", "(9,)"), raw(bits)));
    const std::vector<float> expected{0,
                                      -0.0f,
                                      1,
                                      -2,
                                      65504,
                                      0x1p-24f,
                                      0x1p-14f,
                                      std::numeric_limits<float>::infinity(),
                                      0.333251953125f};
    CHECK(read == expected);
    CHECK(std::signbit(read[1]));
    CHECK(std::isnan(values<double>(file_of(dict("<f2", "(1,)"), little(0x7E01, 2)))[0]));
}

TEST_CASE("conversion keeps values or says which one does not fit", "[io][npy]") {
    const std::string wide = file_of(dict("<i8", "(3,)"), raw<std::int64_t>({1, 2, 1LL << 40}));
    CHECK(values<double>(wide) == std::vector<double>{1, 2, 1099511627776.0});
    CHECK(values<float>(wide)[2] == 1099511627776.0f);
    CHECK_REFUSED(values<int>(wide), "element 2");
    CHECK_REFUSED(values<bool>(wide), "element 1");
    const std::string negative = file_of(dict("<i2", "(1,)"), raw<std::int16_t>({-1}));
    CHECK_REFUSED(values<std::uint64_t>(negative), "-1 at element 0");
    CHECK(values<std::int8_t>(negative) == std::vector<std::int8_t>{-1});
    const std::string large = file_of(dict("<u8", "(1,)"), little(~0ull, 8));
    CHECK_REFUSED(values<std::int64_t>(large), "element 0");
    CHECK(values<std::uint64_t>(large)[0] == ~0ull);
    const std::string real = file_of(dict("<f8", "(2,)"), raw<double>({0.1, 1e300}));
    CHECK_REFUSED(values<float>(real), "element 1");
    CHECK_REFUSED(values<int>(real), "integers");
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(values<float>(file_of(dict("<f8", "(1,)"), raw<double>({infinity})))[0] == infinity);
    CHECK_REFUSED(values<bool>(file_of(dict("|b1", "(2,)"), "\x01\x02")), "2 at element 1");
}

TEST_CASE("a view wants the exact type and alignment", "[io][npy]") {
    const scratch_folder folder;
    io::write_npy(folder / "a.npy", std::vector<float>{1, 2}, {2});
    CHECK_REFUSED(io::npy_file(folder / "a.npy").view<double>(), "use read()");
    std::string odd = dict("<f4", "(2,)") + "\n";
    if ((10 + odd.size()) % 4 == 0) odd += "\n";
    io::write_file(folder / "b.npy", magic + std::string("\x01\x00", 2) + little(odd.size(), 2) +
                                         odd + raw<float>({1, 2}));
    CHECK_REFUSED(io::npy_file(folder / "b.npy").view<float>(), "aligned");
    CHECK(io::npy_file(folder / "b.npy").read<float>() == std::vector<float>{1, 2});
}

TEST_CASE("Fortran order and big-endian elements are turned", "[io][npy]") {
    const scratch_folder folder;
    const auto read = [&](const std::string& file) {
        io::write_file(folder / "a.npy", file);
        return io::npy_file(folder / "a.npy");
    };
    // [[1, 2, 3], [4, 5, 6]] by columns.
    const auto turned =
        read(file_of(dict("<f4", "(2, 3)", "True"), raw<float>({1, 4, 2, 5, 3, 6})));
    CHECK(turned.read<float>() == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(turned.view<float>()[1] == 2);
    CHECK_FALSE(turned.mapped());
    // Element (i, j, k) of a (2, 3, 4) array is 100 i + 10 j + k.
    std::vector<std::int16_t> columns, rows;
    for (int k = 0; k < 4; ++k)
        for (int j = 0; j < 3; ++j)
            for (int i = 0; i < 2; ++i)
                columns.push_back(static_cast<std::int16_t>(100 * i + 10 * j + k));
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 3; ++j)
            for (int k = 0; k < 4; ++k)
                rows.push_back(static_cast<std::int16_t>(100 * i + 10 * j + k));
    CHECK(read(file_of(dict("<i2", "(2, 3, 4)", "True"), raw(columns))).read<std::int16_t>() ==
          rows);
    const auto plain = read(file_of(dict("<i2", "(2, 3, 4)"), raw(rows)));
    CHECK(plain.mapped());
    CHECK(plain.read<std::int16_t>() == rows);
    // One axis has one order; no elements have none.
    CHECK(read(file_of(dict("<i2", "(24,)", "True"), raw(rows))).read<std::int16_t>() == rows);
    CHECK(read(file_of(dict("<i2", "(3, 0)", "True"), "")).size() == 0);

    const std::string doubles("\x3F\xF8\0\0\0\0\0\0\xC0\0\0\0\0\0\0\0", 16);
    CHECK(read(file_of(dict(">f8", "(2,)"), doubles)).read<double>() ==
          std::vector<double>{1.5, -2});
    CHECK(read(file_of(dict(">i4", "(1,)"), std::string("\0\0\1\2", 4))).read<int>() ==
          std::vector<int>{258});
    CHECK(read(file_of(dict(">u2", "(2, 1)", "True"), "\x01\x02\x03\x04")).read<int>() ==
          std::vector<int>{0x102, 0x304});
    CHECK(read(file_of(dict(">f2", "(1,)"), std::string("\x3C\0", 2))).read<float>()[0] == 1);
    CHECK(read(file_of(dict("|b1", "(2, 1)", "True"), std::string("\1\0", 2))).read<int>() ==
          std::vector<int>{1, 0});
}

TEST_CASE("texts are read as UTF-8", "[io][npy]") {
    const scratch_folder folder;
    const auto texts = [&](const std::string& file) {
        io::write_file(folder / "a.npy", file);
        return io::read_npy_texts(folder / "a.npy");
    };
    const auto wide = [](const std::vector<std::uint32_t>& points, bool big = false) {
        std::string out;
        for (const auto p : points) {
            std::string four = little(p, 4);
            out += big ? std::string(four.rbegin(), four.rend()) : four;
        }
        return out;
    };
    const auto two = texts(file_of(dict("<U2", "(3,)"), wide({'P', '1', 'a', 0, 0, 0})));
    REQUIRE(two);
    CHECK(two->shape == std::vector<std::int64_t>{3});
    CHECK(two->values == std::vector<std::string>{"P1", "a", ""});
    CHECK(texts(file_of(dict(">U1", "(1,)"), wide({0xE9}, true)))->values[0] == "\xC3\xA9");
    CHECK(texts(file_of(dict("<U2", "(1,)"), wide({0x20AC, 0x1F600})))->values[0] ==
          "\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(texts(file_of(dict("|S3", "(2, 1)"), std::string("ab\0cde", 6)))->values ==
          std::vector<std::string>{"ab", "cde"});
    CHECK_FALSE(texts(file_of(dict("<i4", "(1,)"), "abcd")));
    CHECK_REFUSED(texts(file_of(dict("<U1", "(1,)"), wide({0x110000}))), "Unicode");
    CHECK_REFUSED(texts(file_of(dict("<U1", "(1,)"), wide({0xD800}))), "Unicode");
    CHECK_REFUSED(texts(file_of(dict("|S1", "(1,)"), "\xE9")), "plain ASCII");
    CHECK_REFUSED(texts(file_of(dict("<U2", "(2,)"), wide({1, 2, 3}))), "cut short");
    CHECK_REFUSED(texts(file_of(dict("<U99999999", "(2,)"), "")), "an element type");
    const std::string whole = file_of(dict("<U1", "(2,)"), wide({'a', 'b'}));
    for (std::size_t n = 0; n < whole.size(); n += 3)
        CHECK_REFUSED(texts(whole.substr(0, n)), "expected");
}

TEST_CASE("what mgkit does not load is refused with a remedy", "[io][npy]") {
    CHECK_REFUSED(array_in(file_of(dict("|O", "(1,)"), "")), "Python objects");
    CHECK_REFUSED(array_in(file_of(dict("|O8", "(1,)"), "")), "Python objects");
    CHECK_REFUSED(array_in(file_of(dict("<c8", "(1,)"), std::string(8, 'x'))), "'<c8'");
    CHECK_REFUSED(array_in(file_of(dict("<U3", "(1,)"), std::string(12, 'x'))), "'<U3'");
    CHECK_REFUSED(array_in(file_of(dict(">c8", "(1,)"), std::string(8, 'x'))), "'>c8'");
    CHECK_REFUSED(array_in(file_of(
                      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd")),
                  "structured");
}

TEST_CASE("lying and damaged headers are refused", "[io][npy]") {
    const std::string data = raw<float>({1, 2});
    CHECK_REFUSED(array_in(""), "an .npy file");
    CHECK_REFUSED(array_in("PK\x03\x04 a zip archive"), "an .npy file");
    std::string version = file_of(dict("<f4", "(2,)"), data);
    version[6] = 4;
    CHECK_REFUSED(array_in(version), "4.0");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(3,)"), data)), "cut short");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(1,)"), data)), "damaged");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(-2,)"), data)), "zero or more");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(2)"), data)), "tuple");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(2.0,)"), data)), "header");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "2"), data)), "header");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(,)"), data)), "extent");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(99999999999999999999,)"), data)), "2^63");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(4294967296, 4294967296)"), "")), "overflow");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(9223372036854775807,)"), "")), "overflow");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(2,)", "None"), data)), "True or False");
    CHECK_REFUSED(array_in(file_of("{'descr': '<f4', 'shape': (2,)}", data)), "fewer");
    CHECK_REFUSED(array_in(file_of("{'descr': '<f4', 'descr': '<f4'}", data)), "twice");
    CHECK_REFUSED(array_in(file_of("{'code': '__import__'}", data)), "'code'");
    CHECK_REFUSED(array_in(file_of(dict("<f4", "(2,)") + " x", data)), "end of the header");
    CHECK_REFUSED(array_in(file_of("{'descr': '<f4", data)), "closing quote");
    CHECK_REFUSED(array_in(magic + std::string("\x02\x00", 2) + little(0xFFFFFFFF, 4) + "{}"),
                  "at most 65535");
    std::string axes = "(";
    for (int i = 0; i < 65; ++i) axes += "1, ";
    CHECK_REFUSED(array_in(file_of(dict("<f4", axes + ")"), "abcd")), "64 axes");
}

TEST_CASE("zero extents hide no overflow", "[io][npy]") {
    CHECK(array_in(file_of(dict("<f8", "(9223372036854775807, 0, 4294967296)"), "")).bytes.empty());
    CHECK_REFUSED(array_in(file_of(dict("<f8", "(9223372036854775807, 0)"), "x")), "damaged");
}

TEST_CASE("npy: every truncation is refused, no mutation crashes", "[io][npy]") {
    const auto attempt = [](std::span<const std::byte> bytes) {
        const auto array = io::parse_npy(bytes, "x");
        static_cast<void>(io::convert<float>(array.type, array.bytes, "x"));
    };
    for (int version : {1, 2}) {
        const std::string whole = file_of(dict("<f4", "(2, 1)"), raw<float>({1, 2}), version);
        attempt(as_bytes(whole));
        check_truncations(whole, attempt);
        check_mutations(whole, attempt);
    }
}

TEST_CASE("a wrong shape or target writes nothing", "[io][npy]") {
    const scratch_folder folder;
    const std::vector<float> numbers{1, 2, 3};
    CHECK_REFUSED(io::write_npy(folder / "a.npy", numbers, {2, 2}), "3 values for (2, 2)");
    CHECK_REFUSED(io::write_npy(folder / "a.npy", numbers, {-3, -1}), "zero or more");
    CHECK_REFUSED(io::write_npy(folder / "no/a.npy", numbers, {3}), "create the folder");
    CHECK(folder.files() == 0);
}

TEST_CASE("real data sets are read, headers as NumPy wrote them", "[io][npy][real]") {
    const auto paths = files_below(real_files("MGKIT_DATA_DIR"), ".npy");
    if (paths.empty()) return skip("no *.npy below $MGKIT_DATA_DIR");
    for (const std::string& path : paths) {
        INFO(path);
        const io::npy_file file(path);
        CHECK(file.read<double>().size() == file.size());
        const std::string header = io::npy_header(file.type(), file.shape());
        CHECK(io::mapped_file(path).text().substr(0, header.size()) == header);
    }
}
