// SPDX-License-Identifier: MIT
// Training that is killed, again and again, by the operating system.
#if defined(__linux__)

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "io/support.hpp"
#include "pretext/sample_methods.hpp"
#include "train/small.hpp"

using namespace mgkit;

namespace {

constexpr int epochs = 5;
constexpr const char* file_variable = "MGKIT_TEST_TRAINED_PROCESS";
constexpr const char* threads_variable = "MGKIT_TEST_TRAINED_THREADS";
constexpr const char* method_variable = "MGKIT_TEST_TRAINED_METHOD";

/// This program again, running the case "a process that trains" into `path`: a method of the list
/// by its name, or the reference's type where that is empty.
pid_t start(const std::string& method, const std::string& path, int threads) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setenv(file_variable, path.c_str(), 1);
    ::setenv(threads_variable, std::to_string(threads).c_str(), 1);
    ::setenv(method_variable, method.c_str(), 1);
    const int silent = ::open("/dev/null", O_WRONLY);
    ::dup2(silent, STDOUT_FILENO);
    ::dup2(silent, STDERR_FILENO);
    ::execl("/proc/self/exe", "mgkit_test_train", "a process that trains", nullptr);
    ::_exit(99);
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

bool finished(const std::string& path) {
    if (!std::filesystem::exists(path)) return false;
    const io::safetensors_file file(path);
    return file.metadata().at("position").starts_with(text("at ", epochs, " "));
}

/// Waits until `child` ends by itself, or has begun to write `writes` files of the name `temporary`
/// and `delay` seconds have passed since; then kills it. Its exit status.
int kill_after(pid_t child, const std::string& temporary, int writes, double delay) {
    using clock = std::chrono::steady_clock;
    int seen = 0, status = 0;
    bool there = false;
    clock::time_point reached{};
    for (;;) {
        if (::waitpid(child, &status, WNOHANG) == child) return status;
        const bool now = std::filesystem::exists(temporary);
        seen += now && !there;
        there = now;
        if (seen >= writes && reached == clock::time_point{}) reached = clock::now();
        const std::chrono::duration<double> since = clock::now() - reached;
        if (seen >= writes && since.count() >= delay) break;
        ::usleep(50);
    }
    ::kill(child, SIGKILL);
    return wait_for(child);
}

}  // namespace

TEST_CASE("a process that trains", "[.child]") {
    const char* path = std::getenv(file_variable);
    if (path == nullptr) return;
    const auto set = small::clips();
    context ctx{.seed = 7, .threads = std::atoi(std::getenv(threads_variable))};
    const train::fit_settings settings{.epochs = epochs, .batch = 8};
    const train::checkpoints kept{path, 1};
    const auto input = small::input(set);
    const std::string name = std::getenv(method_variable);
    if (name.empty()) {
        auto model = small::make(ctx, set);
        train::fit(ctx, model, set, input, small::adam(), train::constant_schedule{}, settings,
                   kept);
        return;
    }
    auto method = pretext::make_method<small::tensor>(
        name, nn::scope(ctx), test::encoder_for<small::tensor>(name, input.extents()),
        test::small_method(set.classes()));
    small::with_views(test::views_for<small::tensor>(name), set, input, [&](auto& views) {
        train::fit(ctx, method, views, small::adam(), train::constant_schedule{}, settings, kept);
    });
}

namespace {

struct kills {
    int killed = 0, while_writing = 0, seen_checkpoints = 0;
};

/// Kills trainings of a method until `enough` have been, at most six from the start.
kills kill_and_compare(const std::string& method, int enough) {
    const scratch_folder folder;
    const std::string whole = folder / "whole";
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(wait_for(start(method, whole, 1)) == 0);
    const std::chrono::duration<double> alone = std::chrono::steady_clock::now() - began;
    REQUIRE(finished(whole));

    random_stream draws({std::uint64_t{20}}, "moments");
    kills out;
    for (int round = 0; round < 6 && (out.killed < enough || out.while_writing < 1); ++round) {
        const std::string broken = folder / text("broken", round);
        const std::string temporary = folder / text(".broken", round, ".tmp0");
        for (int attempt = 0; attempt < 40 && !finished(broken); ++attempt) {
            const pid_t child = start(method, broken, 1 + attempt % 2);
            // Every other time right inside a write: while the file that is not yet renamed is
            // there. Else at some moment of the steps that follow.
            const int writes = 1 + static_cast<int>(draws.below(3));
            const double delay = attempt % 2 == 1 ? 0 : draws.uniform(0, .2) * alone.count();
            const int status = kill_after(child, temporary, writes, delay);
            if (WIFSIGNALED(status)) {
                ++out.killed;
                out.while_writing += std::filesystem::exists(temporary);
            } else {
                REQUIRE(WIFEXITED(status));
                REQUIRE(WEXITSTATUS(status) == 0);
            }
            // Whatever the moment, what is there under the name is whole.
            if (std::filesystem::exists(broken)) {
                ++out.seen_checkpoints;
                CHECK_NOTHROW(io::safetensors_file(broken));
            }
        }
        if (!finished(broken)) REQUIRE(wait_for(start(method, broken, 2)) == 0);
        CHECK(finished(broken));
        CHECK((bytes_of(broken) == bytes_of(whole)));
        // What a killed writer left behind was used again.
        CHECK_FALSE(std::filesystem::exists(temporary));
    }
    return out;
}

}  // namespace

TEST_CASE("training killed at random moments ends with the bits of training left alone",
          "[resume]") {
    const kills seen = kill_and_compare("", 4);
    CHECK(seen.killed >= 4);
    CHECK(seen.while_writing >= 1);
    CHECK(seen.seen_checkpoints >= 1);
}

TEST_CASE("so does every method of the list", "[resume]") {
    for (const std::string& name : test::method_names<small::tensor>()) {
        INFO(name);
        CHECK(kill_and_compare(name, 1).killed >= 1);
    }
}

#endif
