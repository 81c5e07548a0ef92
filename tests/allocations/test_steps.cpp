// SPDX-License-Identifier: MIT
// What a training step takes from the system once it has run twice: nothing. Every call of operator
// new in this program is counted.
#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/adamw.hpp"
#include "mgkit/train/lars.hpp"
#include "mgkit/train/sgd.hpp"
#include "mgkit/train/step.hpp"

// g++ sees both ends of a pair through inlining and takes our free for another's.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace {
std::atomic<long> calls{0};
}

void* operator new(std::size_t bytes) {
    ++calls;
    if (void* p = std::malloc(bytes == 0 ? 1 : bytes)) return p;
    throw std::bad_alloc();
}
void* operator new(std::size_t bytes, std::align_val_t align) {
    ++calls;
    void* p = nullptr;
    if (posix_memalign(&p, static_cast<std::size_t>(align), bytes == 0 ? 1 : bytes) == 0) return p;
    throw std::bad_alloc();
}
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    std::free(p);
}

using namespace mgkit;

namespace {

constexpr encode::clip_extents small{3, 12, 7, 1};
constexpr int views = 4, clips = 8;

train::host_batch some_batch() {
    train::host_batch out({{.name = "clips",
                            .extents = {small.channels, small.frames, small.joints, small.persons},
                            .views = views}});
    out.start(clips);
    random_stream draws(random_key{7}, "values");
    for (float& v : out.reals("clips")) v = static_cast<float>(draws.uniform(-1, 1));
    for (std::uint32_t k = 0; k < views; ++k)
        for (std::uint32_t i = 0; i < clips; ++i) out.identities.push_back({i, k});
    return out;
}

/// Calls of operator new in each of `count` steps after the second.
template <class Step>
std::vector<long> calls_of(context& ctx, int count, Step&& step) {
    std::vector<long> out;
    out.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count + 2; ++i) {
        const long before = calls;
        step();
        if (i >= 2) out.push_back(calls - before);
        ++ctx.epoch;
    }
    return out;
}

template <class T, class Optimiser>
std::vector<long> calls_of_training(int threads, double drop_path, const Optimiser& by) {
    context ctx{.seed = 1, .threads = threads, .training = true};
    auto settings = test::sized<encode::dste<T>>(small, 16, 1);
    settings.drop_path = drop_path;
    test::pretraining<T, views> model(nn::scope(ctx), settings);
    train::updater<T> update(ctx, model, by);
    train::stepper<T> step(model, update);
    const train::host_batch batch = some_batch();
    return calls_of(ctx, 8, [&] { step(ctx, batch, 1e-3); });
}

const std::vector<long> none(8, 0);

}  // namespace

TEMPLATE_TEST_CASE("a step after the second takes nothing from the system", "[allocations]",
                   eigen::tensor<float>, eigen::tensor<double>) {
    for (const int threads : {1, 2}) {
        CAPTURE(threads);
        CHECK(calls_of_training<TestType>(threads, 0, train::adam{}) == none);
        CHECK(calls_of_training<TestType>(threads, 0, train::sgd{}) == none);
        CHECK(calls_of_training<TestType>(threads, 0, train::adamw{}) == none);
        CHECK(calls_of_training<TestType>(threads, 0, train::lars{}) == none);
    }
}

TEMPLATE_TEST_CASE("nor does one whose random layers leave out other rows each time",
                   "[allocations]", eigen::tensor<float>, eigen::tensor<double>) {
    for (const int threads : {1, 2}) {
        CAPTURE(threads);
        CHECK(calls_of_training<TestType>(threads, .1, train::adam{}) == none);
    }
}

TEMPLATE_TEST_CASE("nor a loop of one's own", "[allocations]", eigen::tensor<float>,
                   eigen::tensor<double>) {
    using T = TestType;
    context ctx{.seed = 1, .threads = 2, .training = true};
    nn::projector<T> model(nn::scope(ctx, "m"), 16, 32, 8);
    train::updater<T> update(ctx, model, train::adam{});
    const T x = backend_traits<T>::full(ctx, {8, 16}, .5);
    CHECK(calls_of(ctx, 8, [&] {
              nn::zero_gradients(model);
              const recording<T> record(ctx);
              backward(ctx, sum(ctx, square(ctx, model(ctx, variable<T>{x}))));
              update.step(ctx, 1e-3);
          }) == none);
}
