// SPDX-License-Identifier: MIT
#include "terminal.hpp"

#include <unistd.h>

#include <cstdio>

#include "mgkit/report/escape.hpp"
#include "mgkit/report/progress.hpp"

namespace mgfm {

progress_display::progress_display(std::string task, std::string unit)
    : task_(std::move(task)),
      unit_(std::move(unit)),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(clock::now()),
      last_(start_) {}

progress_display::~progress_display() {
    if (open_) std::fputc('\n', stderr);
}

void progress_display::update(std::int64_t done, std::int64_t total, std::int64_t resumed,
                              const std::string& note) {
    const auto now = clock::now();
    const double since = std::chrono::duration<double>(now - last_).count();
    if (done < total && since < (terminal_ ? 0.2 : 10.0)) return;
    last_ = now;
    const std::string line = mgkit::report::progress_line(
        {.task = task_,
         .done = done,
         .total = total,
         .elapsed = std::chrono::duration<double>(now - start_).count(),
         .unit = unit_,
         .resumed = resumed,
         .note = note});
    if (terminal_) {
        std::fprintf(stderr, "\r\033[K%s", line.c_str());
        open_ = true;
    } else {
        std::fprintf(stderr, "%s\n", line.c_str());
    }
    std::fflush(stderr);
}

on_progress progress_display::with_loss() {
    return [this](std::int64_t done, std::int64_t total, std::int64_t resumed, double loss) {
        char note[32];
        std::snprintf(note, sizeof note, "loss %.4g", loss);
        update(done, total, resumed, note);
    };
}

void say(const std::string& line) {
    std::fprintf(stderr, "%s\n", mgkit::report::clean(line).c_str());
}

}  // namespace mgfm
