// SPDX-License-Identifier: MIT
// How mgfm talks: results on standard output, progress and problems on standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace mgfm {

/// Called after every training step with clips done, clips in all, clips of an earlier run, loss.
using on_progress = std::function<void(std::int64_t, std::int64_t, std::int64_t, double)>;

/// Progress of long work: one line that is rewritten on a terminal, a plain line now and then
/// elsewhere.
class progress_display {
public:
    progress_display(std::string task, std::string unit);
    ~progress_display();
    progress_display(const progress_display&) = delete;
    progress_display& operator=(const progress_display&) = delete;

    void update(std::int64_t done, std::int64_t total, std::int64_t resumed,
                const std::string& note);
    /// A callback that shows the loss; it must not outlive the display.
    on_progress with_loss();

private:
    using clock = std::chrono::steady_clock;
    std::string task_, unit_;
    bool terminal_;
    bool open_ = false;
    clock::time_point start_, last_;
};

/// One clean line on standard error.
void say(const std::string& line);

}  // namespace mgfm
