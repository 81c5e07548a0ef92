// SPDX-License-Identifier: MIT
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdint>
#include <fstream>
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
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_REFUSED(io::mapped_file(folder / "pipe"), "a device");
}

TEST_CASE("a written file is complete, readable by others and alone", "[io]") {
    const scratch_folder folder;
    const mode_t old = ::umask(022);
    io::write_file(folder / "f", std::string_view("first"));
    ::umask(old);
    struct stat info {};
    REQUIRE(::stat((folder / "f").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0644);
    CHECK(content(folder / "f") == "first");
    io::write_file(folder / "f", std::string_view(""));
    CHECK(content(folder / "f").empty());
    CHECK(folder.files() == 1);
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

TEST_CASE("an existing file keeps its permissions, a link stays a link", "[io]") {
    const scratch_folder folder;
    put(folder / "f", "old");
    REQUIRE(::chmod((folder / "f").c_str(), 0640) == 0);
    REQUIRE(::symlink("f", (folder / "link").c_str()) == 0);
    io::write_file(folder / "link", std::string_view("new"));
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(content(folder / "f") == "new");
    struct stat info {};
    REQUIRE(::stat((folder / "f").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0640);
}

TEST_CASE("an unwritable target gives one clear line and stays as it was", "[io]") {
    const scratch_folder folder;
    const std::string_view text = "new";
    CHECK_REFUSED(io::write_file(folder / "missing/f", text), "create the folder first");
    CHECK_REFUSED(io::write_file(folder.name(), text), "a folder");
    CHECK_REFUSED(io::write_file(folder.name() + "/", text), "a folder");
    CHECK_REFUSED(io::write_file(folder / "new/", text), "expected");
    CHECK_REFUSED(io::write_file("/dev/null", text), "a device");
    CHECK_REFUSED(io::write_file("", text), "an empty one");
    CHECK_REFUSED(io::write_file(folder / std::string(300, 'n'), text), "writable");
    put(folder / "f", "old");
    CHECK_REFUSED(io::write_file(folder / "f/g", text), "create the folder first");
    CHECK(content(folder / "f") == "old");
    CHECK(folder.files() == 1);
}

TEST_CASE("missing permission is refused", "[io]") {
    const scratch_folder folder;
    std::filesystem::create_directory(folder / "closed");
    put(folder / "closed/f", "old");
    REQUIRE(::chmod((folder / "closed/f").c_str(), 0444) == 0);
    REQUIRE(::chmod((folder / "closed").c_str(), 0555) == 0);
    REQUIRE(::chmod(folder.name().c_str(), 0755) == 0);
    // The superuser may write anywhere, so a child process gives that up first.
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(3);
        bool refused[3] = {};
        const std::string names[3] = {folder / "closed/f", folder / "closed/g", folder / "closed"};
        for (int i = 0; i < 3; ++i) {
            try {
                io::write_file(names[i], std::string_view("new"));
            } catch (const mgkit::error&) {
                refused[i] = true;
            }
        }
        ::_exit(refused[0] && refused[1] && refused[2] ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(content(folder / "closed/f") == "old");
    ::chmod((folder / "closed").c_str(), 0755);
    CHECK(std::distance(std::filesystem::directory_iterator(folder / "closed"), {}) == 1);
}

TEST_CASE("a write that fails half-way leaves the old file and no temporary", "[io]") {
    const scratch_folder folder;
    put(folder / "f", "old");
    struct rlimit before {};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = before;
    small.rlim_cur = 4096;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string big(100'000, 'x');
    const std::string line = refusal([&] { io::write_file(folder / "f", std::string_view(big)); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK_CONTAINS(line, "free some space");
    CHECK(content(folder / "f") == "old");
    CHECK(folder.files() == 1);
}

TEST_CASE("a killed writer harms nothing and its leftover is reused", "[io]") {
    const scratch_folder folder;
    put(folder / "f", "old");
    for (int round = 0; round < 3; ++round) {
        const pid_t child = ::fork();
        if (child == 0) {
            io::atomic_file file(folder / "f");
            file.write(std::string_view("half of the new con"));
            ::kill(::getpid(), SIGKILL);
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        CHECK(content(folder / "f") == "old");
        CHECK(folder.files() == 2);
    }
    io::write_file(folder / "f", std::string_view("new"));
    CHECK(content(folder / "f") == "new");
    CHECK(folder.files() == 1);
}

TEST_CASE("a temporary that is a link or has two names is never written to", "[io]") {
    const scratch_folder folder;
    put(folder / "precious", "keep");
    REQUIRE(::symlink("precious", (folder / ".f.tmp0").c_str()) == 0);
    REQUIRE(::link((folder / "precious").c_str(), (folder / ".f.tmp1").c_str()) == 0);
    io::write_file(folder / "f", std::string_view("new"));
    CHECK(content(folder / "precious") == "keep");
    CHECK(content(folder / "f") == "new");
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
