// SPDX-License-Identifier: MIT
// One const model in two threads at a time, each with a context of its own: the bits of one thread.
// Built twice, the second time with -fsanitize=thread. Prints what differs; returns 1 if anything.
#include <array>
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/nn/frozen.hpp"
#include "mgkit/nn/projector.hpp"
#include "mgkit/skeleton/kinect20.hpp"

using namespace mgkit;
using T = eigen::tensor<float>;

namespace {

constexpr std::size_t clips = 6, half = 3;
const skeleton::pose_shape shape_of_clips{skeleton::channel_layout::xyz, 12, 20, 1};

std::vector<std::vector<float>> drawn_clips() {
    std::vector<std::vector<float>> out;
    for (std::uint32_t i = 0; i < clips; ++i) {
        random_stream draws({.seed = 3, .clip = i}, "frames");
        out.emplace_back(shape_of_clips.size());
        for (float& v : out.back()) v = static_cast<float>(draws.normal());
    }
    return out;
}

/// Calls f(0) and f(1) at a time, each in a thread of its own.
template <class F>
void in_two_threads(F&& f) {
    std::atomic<int> waiting{2};
    const auto run = [&](std::size_t part) {
        for (--waiting; waiting > 0;) std::this_thread::yield();
        f(part);
    };
    std::thread first(run, 0), second(run, 1);
    first.join();
    second.join();
}

encode::clip_input input_of_clips() {
    return {skeleton::kinect20{}, shape_of_clips, {.frames = 8}};
}

template <class Encoder>
encode::any_encoder<T> made(context& ctx) {
    auto settings = Encoder::sample_settings(input_of_clips().extents());
    if constexpr (requires { settings.heads; }) settings.heads = 1;  // maps are merged
    return encode::any_encoder<T>::of(Encoder(nn::scope(ctx, "model"), settings));
}

int differences(context& making, const encode::any_encoder<T>& model,
                const std::vector<std::vector<float>>& frames) {
    const encode::clip_input input = input_of_clips();
    const nn::projector<T> head(nn::scope(making, "head"), model.features(), 8, 8);
    const nn::frozen teacher(making, head);
    const nn::prepared ready(making, model);

    using answer = std::vector<std::vector<float>>;
    // What a thread makes of its half of the clips: features of the model and of the prepared one,
    // and what modules with running statistics make of them.
    const auto answers = [&](std::size_t part) {
        context ctx{.threads = static_cast<int>(1 + part)};
        const auto clip_at = [&](std::size_t i) {
            return skeleton::pose_view<const float>{frames[part * half + i].data(), shape_of_clips,
                                                    shape_of_clips.frames};
        };
        answer out;
        for (int round = 0; round < 3; ++round) {
            out.push_back(encode::embed<T>(ctx, model, input, half, clip_at, 2).values);
            const auto table = encode::embed<T>(ctx, ready, input, half, clip_at, 2);
            out.push_back(table.values);
            const T features = backend_traits<T>::from_host(
                ctx, table.values, {half, static_cast<extent>(table.columns)});
            for (const T& y : {head(ctx, features), teacher(ctx, features)})
                out.emplace_back(y.values().begin(), y.values().end());
        }
        return out;
    };
    const std::array alone{answers(0), answers(1)};
    std::array<answer, 2> beside;
    in_two_threads([&](std::size_t part) { beside[part] = answers(part); });
    if (alone[0] == alone[1]) {
        std::printf("%s: other clips give the same features\n", model.name().c_str());
        return 1;
    }
    if (beside == alone) return 0;
    std::printf("%s: features of two threads differ from those of one\n", model.name().c_str());
    return 1;
}

}  // namespace

int main() {
    const auto frames = drawn_clips();
    int failed = 0;
    encode::all<T>::for_each([&](auto tag) {
        context making{.seed = 5};
        const auto model = made<typename decltype(tag)::type>(making);
        failed += differences(making, model, frames);
    });
    return failed == 0 ? 0 : 1;
}
