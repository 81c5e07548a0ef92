// SPDX-License-Identifier: MIT
// A model and a set small enough to train in a blink.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/fit.hpp"

namespace small {

using namespace mgkit;

using tensor = eigen::tensor<float>;
using encoder = encode::dste<tensor>;
using four_views = augment::n_views<4, augment::reference>;
using method = pretext::decorrelation<tensor, encoder, four_views>;
using classifier = pretext::supervised<tensor, encoder, augment::n_views<1, augment::reference>>;

constexpr int frames = 16;

/// 24 clips of 2 people, or more; centred and scaled.
inline data::clip_set clips(int repetitions = 2) {
    return clip::prepare(clip::reference_preprocessing(),
                         data::make_synthetic(
                             {.seed = 5, .subjects = 2, .repetitions = repetitions, .frames = 24}))
        .clips;
}

inline encode::clip_input input(const data::clip_set& set) {
    return {set.topology, set.shape, {.frames = frames}};
}

inline augment::reference policy() {
    augment::reference out = augment::reference_preset(8);
    out.get<augment::crop_resize>().frames = frames;
    return out;
}

/// `f(views)` with so many views of each clip: one to four.
template <class F>
void with_views(int count, const data::clip_set& set, const encode::clip_input& input, F&& f) {
    const auto call = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
        train::skeleton_views views(set, input, augment::n_views<K, augment::reference>{policy()});
        f(views);
    };
    if (count == 4)
        call(std::integral_constant<std::size_t, 4>{});
    else if (count == 3)
        call(std::integral_constant<std::size_t, 3>{});
    else if (count == 1)
        call(std::integral_constant<std::size_t, 1>{});
    else
        call(std::integral_constant<std::size_t, 2>{});
}

inline encode::dste_settings settings(const data::clip_set& set) {
    return {.clip = input(set).extents(), .width = 16, .heads = 2};
}

inline method make(context& ctx, const data::clip_set& set) {
    return {nn::scope(ctx), settings(set), four_views{policy()}};
}

inline train::adam adam() {
    return {.rate = 1e-3};
}

/// Ends training by an exception at step `at`; notes the first step it hears of.
struct stop_at {
    std::int64_t at;
    std::int64_t* first = nullptr;
    void on_step(const train::step_info& s) {
        if (first != nullptr && *first == 0) *first = s.steps;
        if (s.steps == at) throw std::runtime_error("stopped");
    }
};

}  // namespace small
