// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "mgkit/core/context.hpp"
#include "mgkit/core/parallel.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/core/type_list.hpp"

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mgkit;

TEST_CASE("parallel_for calls every piece exactly once") {
    for (int threads : {0, 1, 2, 3, 8}) {
        for (int count : {0, 1, 2, 7, 1000}) {
            std::vector<std::atomic<int>> calls(count);
            parallel_for(threads, count, [&](std::ptrdiff_t i) { ++calls[i]; });
            for (const auto& n : calls) REQUIRE(n == 1);
        }
    }
}

TEST_CASE("A negative count is no work") {
    parallel_for(2, -3, [](std::ptrdiff_t) { FAIL("called"); });
}

TEST_CASE("An exception of a piece reaches the caller after the others have run") {
    for (int threads : {2, 4}) {
        std::atomic<int> calls{0};
        try {
            parallel_for(threads, 100, [&](std::ptrdiff_t i) {
                ++calls;
                if (i == 42) throw std::runtime_error("piece " + std::to_string(i));
            });
            FAIL("no exception");
        } catch (const std::runtime_error& failure) {
            CHECK(std::string(failure.what()) == "piece 42");
        }
#ifdef _OPENMP
        CHECK(calls == 100);
#endif
    }
    CHECK_THROWS_AS(parallel_for(1, 3, [](std::ptrdiff_t) { throw std::runtime_error("serial"); }),
                    std::runtime_error);
}

TEST_CASE("Several pieces may throw; one exception arrives and the loop can run again") {
    for (int repeat = 0; repeat < 3; ++repeat)
        CHECK_THROWS_AS(
            parallel_for(4, 64,
                         [](std::ptrdiff_t i) { throw std::out_of_range(std::to_string(i)); }),
            std::out_of_range);
}

TEST_CASE("Results do not depend on the number of threads") {
    const auto run = [](int threads) {
        std::vector<double> out(257);
        parallel_for(threads, 257, [&](std::ptrdiff_t i) {
            random_stream stream({7, 1, static_cast<std::uint32_t>(i), 0}, "law");
            double sum = 0;
            for (int k = 0; k < 50; ++k) sum += stream.normal();
            out[i] = sum;
        });
        return out;
    };
    const auto one = run(1);
    CHECK(run(2) == one);
    CHECK(run(5) == one);
}

TEST_CASE("A context keeps one state object per type") {
    struct first_state {
        int value = 1;
    };
    struct second_state {
        int value = 2;
    };
    context ctx;
    ctx.state.get<first_state>().value = 10;
    CHECK(ctx.state.get<second_state>().value == 2);
    CHECK(ctx.state.get<first_state>().value == 10);

    context other;
    CHECK(other.state.get<first_state>().value == 1);

    first_state* before = &ctx.state.get<first_state>();
    context moved = std::move(ctx);
    CHECK(&moved.state.get<first_state>() == before);
}

namespace {

/// A type whose name another scope repeats.
template <int Start>
int counted(context& ctx) {
    const auto next = [&ctx](auto) {
        struct local {
            int more;  // clang 16 ends itself where a value for it stands here
        };
        return Start + ctx.state.get<local>().more++;
    };
    return next(std::integral_constant<int, Start>{});
}

}  // namespace

TEST_CASE("Local types whose names repeat keep states of their own") {
    context ctx;
    CHECK(counted<10>(ctx) == 10);
    CHECK(counted<20>(ctx) == 20);
    CHECK(counted<10>(ctx) == 11);
    int first = 0, second = 0;
    {
        struct repeated {
            int value = 1;
        };
        first = ctx.state.get<repeated>().value++;
    }
    {
        struct repeated {
            int value = 5;
        };
        second = ctx.state.get<repeated>().value;
    }
    CHECK(first == 1);
    CHECK(second == 5);
    const auto own = mgkit::detail::type_mark::of<type_tag<std::vector<float>>>();
    CHECK(own.same_name(own));  // found by other libraries of the program
}

TEST_CASE("The key of a context carries seed, epoch and row") {
    context ctx{.seed = 9, .threads = 1};
    ctx.epoch = 4;
    const random_key key = ctx.key({.clip = 12, .view = 2});
    CHECK(key.seed == 9);
    CHECK(key.epoch == 4);
    CHECK(key.clip == 12);
    CHECK(key.view == 2);
}
