// SPDX-License-Identifier: MIT
// Where the time of a peer goes.
#pragma once

#include <cstdio>
#include <string>

#include "zoo/parity.hpp"
// LibTorch's own headers follow ours.
#include "peers/blas_threads.hpp"

namespace bench {

inline void print_operators(const char* what, const operator_watch& watch) {
    double all = 0;
    for (const auto& [name, cost] : watch.by_name()) all += cost.seconds;
    std::printf("%s: %.1f ms in operators\n", what, 1e3 * all);
    for (const auto& [name, cost] : watch.by_time())
        if (cost.seconds > .01 * all)
            std::printf("  %-36s %5lld calls %9.2f ms %5.1f %%\n", name.c_str(),
                        static_cast<long long>(cost.calls), 1e3 * cost.seconds,
                        100 * cost.seconds / all);
}

/// One training step of 16 clips on two threads and one clip on one, both layouts.
inline void print_profile(const mgkit::nn::fact_map& settings) {
    constexpr int rows = 16, classes = 60;
    for (const bool channels_last : {false, true}) {
        peer::zoo_settings s = peer_settings(settings);
        s.channels_last = channels_last;
        peer_classifier<float> theirs(s, classes);
        const auto values =
            static_cast<std::size_t>(s.channels * s.frames * s.graph.joints * s.persons);
        const random_batch<float> batch(0, rows, values, classes);
        const auto threads = [](int n) {
            at::set_num_threads(n);
            set_blas_threads(n);
        };
        std::printf("%s, %s\n", s.encoder.c_str(), channels_last ? "channels last" : "contiguous");
        threads(2);
        theirs.step(batch.clips, batch.labels, .01);
        {
            const operator_watch watch;
            theirs.step(batch.clips, batch.labels, .01);
            print_operators("step of 16 clips, 2 threads", watch);
        }
        threads(1);
        const std::span<const float> one(batch.clips.data(), values);
        theirs.scores(one, 1);
        const operator_watch watch;
        theirs.scores(one, 1);
        print_operators("one clip, 1 thread", watch);
        if (peer::recurrent_name(s.encoder)) return;
    }
}

}  // namespace bench
