// SPDX-License-Identifier: MIT
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "support.hpp"

namespace io = mgkit::io;

namespace {

void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string content(const std::string& path) {
    return std::string(io::mapped_file(path).text());
}

}  // namespace

TEST_CASE("a mapped file shows the bytes on disk and survives a move", "[io]") {
    const scratch_folder folder;
    const std::string text("a\0b\xff", 4);
    put(folder / "f", text);
    io::mapped_file first(folder / "f");
    CHECK(first.text() == text);
    const std::byte* place = first.bytes().data();
    const io::mapped_file second(std::move(first));
    CHECK(second.text() == text);
    CHECK(second.bytes().data() == place);
}

TEST_CASE("an empty file maps to an empty span", "[io]") {
    const scratch_folder folder;
    put(folder / "f", "");
    CHECK(io::mapped_file(folder / "f").bytes().empty());
}

TEST_CASE("files of every size show their bytes, aligned", "[io]") {
    scratch_folder folder;
    for (const std::size_t size : {1, 63, 4096, 65535, 65536, 65537, 200000}) {
        INFO(size);
        std::string content(size, ' ');
        for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 7 + i / 251);
        io::write_file(folder / "f", content);
        io::mapped_file first(folder / "f");
        const io::mapped_file file(std::move(first));
        CHECK(file.text() == content);
        CHECK(reinterpret_cast<std::uintptr_t>(file.bytes().data()) % 64 == 0);
    }
}

TEST_CASE("what cannot be mapped is refused with its name", "[io]") {
    const scratch_folder folder;
    CHECK_REFUSED(io::mapped_file(folder / "nothing"), folder / "nothing");
    CHECK_REFUSED(io::mapped_file(folder.name()), "a folder");
    CHECK_REFUSED(io::mapped_file(""), "an empty one");
    CHECK_REFUSED(io::mapped_file(std::string("a\0b", 3)), "zero byte");
}

TEST_CASE("a written file is complete and alone", "[io]") {
    const scratch_folder folder;
    io::write_file(folder / "f", std::string_view("first"));
    CHECK(content(folder / "f") == "first");
    io::write_file(folder / "f", std::string_view(""));
    CHECK(content(folder / "f").empty());
    CHECK(folder.files() == 1);
}

TEST_CASE("the front of a file is replaced before it is complete", "[io]") {
    const scratch_folder folder;
    io::atomic_file file(folder / "f");
    file.write(std::string_view("0000 and more"));
    file.rewrite_front("1234");
    file.write(std::string_view(" behind"));
    CHECK_REFUSED(file.rewrite_front(std::string(21, 'x')), "at least 21 bytes written");
    file.commit();
    CHECK(content(folder / "f") == "1234 and more behind");
}

TEST_CASE("nothing is visible before commit, nothing is left without it", "[io]") {
    const scratch_folder folder;
    put(folder / "f", "old");
    {
        io::atomic_file file(folder / "f");
        file.write(std::string_view("new"));
        CHECK(content(folder / "f") == "old");
        CHECK(folder.files() == 2);
    }
    CHECK(content(folder / "f") == "old");
    CHECK(folder.files() == 1);
    io::atomic_file file(folder / "f");
    file.write(std::string_view("ne"));
    file.write(std::string_view("w"));
    file.commit();
    CHECK(content(folder / "f") == "new");
    CHECK_REFUSED(file.commit(), "one commit");
    CHECK_REFUSED(file.write(std::string_view("x")), "closed");
}

TEST_CASE("a mapped file keeps its content while it is replaced", "[io]") {
    const scratch_folder folder;
    put(folder / "f", "old");
    const io::mapped_file mapped(folder / "f");
    io::write_file(folder / "f", std::string_view("new content"));
    CHECK(mapped.text() == "old");
}

TEST_CASE("an unwritable target gives one clear line and stays as it was", "[io]") {
    const scratch_folder folder;
    const std::string_view text = "new";
    CHECK_REFUSED(io::write_file(folder / "missing/f", text), "create the folder first");
    CHECK_REFUSED(io::write_file(folder.name(), text), "a folder");
    CHECK_REFUSED(io::write_file(folder.name() + "/", text), "a folder");
    CHECK_REFUSED(io::write_file(folder / "new/", text), "expected");
    CHECK_REFUSED(io::write_file("", text), "an empty one");
    CHECK_REFUSED(io::write_file(folder / std::string(300, 'n'), text), "writable");
    put(folder / "f", "old");
    CHECK_REFUSED(io::write_file(folder / "f/g", text), "create the folder first");
    CHECK(content(folder / "f") == "old");
    CHECK(folder.files() == 1);
}

TEST_CASE("concurrent writers of one file never mix", "[io]") {
    const scratch_folder folder;
    const auto work = [&](char c) {
        for (int i = 0; i < 20; ++i)
            io::write_file(folder / "f", std::string_view(std::string(5000, c)));
    };
    std::thread a(work, 'a'), b(work, 'b');
    for (int i = 0; i < 50; ++i) {
        if (!std::filesystem::exists(folder / "f")) continue;
        const std::string seen = content(folder / "f");
        if (seen != std::string(5000, 'a') && seen != std::string(5000, 'b')) FAIL("mixed content");
    }
    a.join();
    b.join();
    CHECK(folder.files() == 1);
}
