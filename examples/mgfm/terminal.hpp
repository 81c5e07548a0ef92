// How mgfm talks: results on standard output, progress and problems on standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mgfm {

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

private:
    using clock = std::chrono::steady_clock;
    std::string task_, unit_;
    bool terminal_;
    bool open_ = false;
    clock::time_point start_, last_;
};

/// One line on standard error.
void say(const std::string& line);

}  // namespace mgfm
