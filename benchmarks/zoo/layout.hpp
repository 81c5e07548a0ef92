// SPDX-License-Identifier: MIT
// The order of a peer's values in memory that is faster for it.
#pragma once

#include <memory>
#include <utility>

#include "measure.hpp"
#include "peers/zoo_torch.hpp"

namespace bench {

/// Makes a peer `P(settings, arguments...)` in each layout, runs `work` on it twice, and gives the
/// one whose second call was faster. Recurrent networks have one layout.
template <class P, class F, class... A>
std::unique_ptr<P> faster_layout(peer::zoo_settings settings, F&& work, const A&... arguments) {
    std::unique_ptr<P> best;
    double least = 0;
    for (const bool channels_last : {false, true}) {
        if (channels_last && peer::recurrent_name(settings.encoder)) break;
        settings.channels_last = channels_last;
        auto candidate = std::make_unique<P>(settings, arguments...);
        work(*candidate);
        const double took = seconds_of([&] { work(*candidate); });
        if (best == nullptr || took < least) best = std::move(candidate), least = took;
    }
    return best;
}

inline void name_layout(benchmark::State& state, const peer::zoo_settings& settings) {
    state.SetLabel(settings.channels_last ? "channels last" : "contiguous");
}

}  // namespace bench
