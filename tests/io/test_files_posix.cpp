// SPDX-License-Identifier: MIT
// What files promise on POSIX systems: permissions, links, pipes, devices, killed writers.
#if defined(__unix__) || defined(__APPLE__)
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "support.hpp"

namespace io = mgkit::io;

namespace {

void put_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string text_of(const std::string& path) {
    return std::string(io::mapped_file(path).text());
}

}  // namespace

TEST_CASE("pipes and devices are refused", "[io]") {
    const scratch_folder folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_REFUSED(io::mapped_file(folder / "pipe"), "a device");
    CHECK_REFUSED(io::write_file("/dev/null", std::string_view("new")), "a device");
}

TEST_CASE("a written file is readable by others", "[io]") {
    const scratch_folder folder;
    const mode_t old = ::umask(022);
    io::write_file(folder / "f", std::string_view("first"));
    ::umask(old);
    struct stat info {};
    REQUIRE(::stat((folder / "f").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0644);
}

TEST_CASE("an existing file keeps its permissions, a link stays a link", "[io]") {
    const scratch_folder folder;
    put_text(folder / "f", "old");
    REQUIRE(::chmod((folder / "f").c_str(), 0640) == 0);
    REQUIRE(::symlink("f", (folder / "link").c_str()) == 0);
    io::write_file(folder / "link", std::string_view("new"));
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(text_of(folder / "f") == "new");
    struct stat info {};
    REQUIRE(::stat((folder / "f").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0640);
}

TEST_CASE("missing permission is refused", "[io]") {
    const scratch_folder folder;
    std::filesystem::create_directory(folder / "closed");
    put_text(folder / "closed/f", "old");
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
    CHECK(text_of(folder / "closed/f") == "old");
    ::chmod((folder / "closed").c_str(), 0755);
    CHECK(std::distance(std::filesystem::directory_iterator(folder / "closed"), {}) == 1);
}

TEST_CASE("a write that fails half-way leaves the old file and no temporary", "[io]") {
    const scratch_folder folder;
    put_text(folder / "f", "old");
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
    CHECK(text_of(folder / "f") == "old");
    CHECK(folder.files() == 1);
}

TEST_CASE("a killed writer harms nothing and its leftover is reused", "[io]") {
    const scratch_folder folder;
    put_text(folder / "f", "old");
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
        CHECK(text_of(folder / "f") == "old");
        CHECK(folder.files() == 2);
    }
    io::write_file(folder / "f", std::string_view("new"));
    CHECK(text_of(folder / "f") == "new");
    CHECK(folder.files() == 1);
}

TEST_CASE("a temporary that is a link or has two names is never written to", "[io]") {
    const scratch_folder folder;
    put_text(folder / "precious", "keep");
    REQUIRE(::symlink("precious", (folder / ".f.tmp0").c_str()) == 0);
    REQUIRE(::link((folder / "precious").c_str(), (folder / ".f.tmp1").c_str()) == 0);
    io::write_file(folder / "f", std::string_view("new"));
    CHECK(text_of(folder / "precious") == "keep");
    CHECK(text_of(folder / "f") == "new");
}
#endif
