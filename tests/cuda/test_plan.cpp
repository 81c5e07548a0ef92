// SPDX-License-Identifier: MIT
// How the CUDA backend cuts work and keeps memory: plain host logic.
#include <cmath>
#include <cstring>
#include <limits>
#include <thread>

#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "mgkit/testing/gradient_check.hpp"

using namespace mgkit;
using namespace mgkit::cuda;

namespace {

/// Every thread writes the same place: a race.
struct racing {
    float* out;
    template <class Block>
    void operator()(Block& block, extent row) const {
        block.each([&](int thread) { out[row] = static_cast<float>(thread); });
    }
};

}  // namespace

TEST_CASE("launches cover every element with a bounded number of blocks", "[cuda]") {
    const extent huge = std::numeric_limits<extent>::max();
    CHECK(element_blocks(0) == 1);
    CHECK(element_blocks(1) == 1);
    CHECK(element_blocks(256) == 1);
    CHECK(element_blocks(257) == 2);
    CHECK(element_blocks(extent{1} << 33) == most_blocks);
    CHECK(element_blocks(huge) == most_blocks);
    CHECK(row_blocks(0) == 1);
    CHECK(row_blocks(7) == 7);
    CHECK(row_blocks(huge) == most_blocks);
    for (const extent width : {1, 31, 32, 33, 128, 129, 4096, 1 << 20}) {
        CHECK(row_threads(width) % 32 == 0);
        CHECK(row_threads(width) >= 32);
        CHECK(row_threads(width) <= 256);
    }
}

TEST_CASE("division by parts is exact in 32 and in 64 bits", "[cuda]") {
    const extent large = extent{1} << 40;
    for (const extent value : {extent{0}, extent{1}, extent{41}, (extent{1} << 31) - 1,
                               extent{1} << 31, large + 12345, large * 100 + 7})
        for (const extent by : {extent{1}, extent{2}, extent{3}, extent{1000},
                                (extent{1} << 31) - 1, extent{1} << 31, large}) {
            extent rest = value;
            CHECK(split(rest, by) == value % by);
            CHECK(rest == value / by);
        }
}

TEST_CASE("pieces of a sum depend on the extents and cover them once", "[cuda]") {
    for (const extent rows : {1, 31, 32, 33, 4096, 4097, 100000, 12345678}) {
        const extent size = column_piece(rows), pieces = pieces_of(rows, size);
        CHECK(pieces >= 1);
        CHECK(pieces <= 128);
        CHECK((pieces - 1) * size < rows);
        CHECK(pieces * size >= rows);
    }
    CHECK(pieces_of(0, 32) == 0);
    CHECK(pieces_of(std::numeric_limits<extent>::max(), 2) == (extent{1} << 62));
}

TEST_CASE("walks through broadcast axes join what lies in line", "[cuda]") {
    const auto row_bias = broadcast_walk({64, 30, 256}, {256}, {64, 30, 256});
    CHECK(row_bias.rank == 2);
    CHECK(row_bias.extents[0] == 64 * 30);
    CHECK(row_bias.extents[1] == 256);
    CHECK(row_bias.steps[1][0] == 0);
    CHECK(broadcast_walk({5, 1, 7}, {5, 1, 7}, {5, 1, 7}).rank == 1);
    CHECK(broadcast_walk({}, {}, {}).rank == 0);
    CHECK(broadcast_walk({1, 1}, {4, 5}, {4, 5}).rank == 1);

    const shape a{2, 1, 3, 1}, b{4, 1, 5}, out{2, 4, 3, 5};
    const auto both = broadcast_walk(a, b, out);
    for (extent i = 0; i < out.elements(); ++i) {
        extent at[2];
        both.locate(i, at);
        const extent c = i / 15 % 4, d = i / 5 % 3, e = i % 5;
        CHECK(at[0] == i / 60 * 3 + d);
        CHECK(at[1] == c * 5 + e);
    }
}

TEST_CASE("walks through permuted axes", "[cuda]") {
    CHECK(permuted_walk({2, 3, 4}, {0, 1, 2}).rank == 1);
    CHECK(permuted_walk({2, 3, 4, 5}, {2, 3, 0, 1}).rank == 2);
    const auto w = permuted_walk({2, 3, 4}, {2, 0, 1});
    for (extent i = 0; i < 24; ++i) {
        extent at[1];
        w.locate(i, at);
        CHECK(at[0] == i % 6 * 4 + i / 6);
    }
    // Beyond 2^31 elements.
    const auto far = permuted_walk({70000, 70000}, {1, 0});
    extent at[1];
    far.locate(extent{69999} * 70000 + 69998, at);
    CHECK(at[0] == extent{69998} * 70000 + 69999);
}

TEST_CASE("neighbouring axes are reduced in one run", "[cuda]") {
    shape extents{2, 3, 4, 5};
    reduced_run run;
    int axis = 0;
    REQUIRE(next_run(extents, 0b0110u, axis, run));
    CHECK(run.outer == 2);
    CHECK(run.count == 12);
    CHECK(run.inner == 5);
    CHECK(extents == shape{2, 1, 1, 5});
    CHECK_FALSE(next_run(extents, 0b0110u, axis, run));

    extents = {2, 3, 4};
    axis = 0;
    REQUIRE(next_run(extents, 0b101u, axis, run));
    CHECK((run.outer == 1 && run.count == 2 && run.inner == 12));
    REQUIRE(next_run(extents, 0b101u, axis, run));
    CHECK((run.outer == 3 && run.count == 4 && run.inner == 1));
    CHECK(extents == shape{1, 3, 1});
    CHECK_FALSE(next_run(extents, 0, axis = 0, run));
}

TEST_CASE("bf16 rounds to the nearest, ties to even", "[cuda]") {
    const auto through = [](float x) { return to_float(to_bf16(x)); };
    for (const float exact : {0.0f, -0.0f, 1.0f, -1.5f, 0.15625f, 3.0e38f * 0, 128.0f})
        CHECK(through(exact) == exact);
    CHECK(through(1.0f + 1.0f / 256) == 1.0f);              // tie, even below
    CHECK(through(1.0f + 3.0f / 256) == 1.0f + 1.0f / 64);  // tie, even above
    CHECK(through(1.0f + 1.1f / 256) == 1.0f + 1.0f / 128);
    CHECK(std::isnan(through(NAN)));
    CHECK(through(INFINITY) == INFINITY);
    CHECK(through(std::numeric_limits<float>::max()) == INFINITY);
    float signalling;
    const std::uint32_t bits = 0x7F800001u;
    std::memcpy(&signalling, &bits, sizeof bits);
    CHECK(std::isnan(through(signalling)));
}

TEST_CASE("memory is reused, counted and given back", "[cuda]") {
    using pool = cuda::pool<test::host_memory>;
    using storage = cuda::storage<test::host_memory>;
    test::host_memory memory;
    {
        auto some = std::make_shared<pool>(memory);
        for (int i = 0; i < 10; ++i) storage(some->take(1000));
        CHECK(some->allocations() == 1);
        storage first(some->take(1000)), second(some->take(1000));
        CHECK(some->allocations() == 2);
        CHECK(first.data() != second.data());
        const storage alias = first;
        void* const place = first.data();
        first = storage();
        storage third(some->take(1000));
        CHECK(third.data() != place);
        CHECK(alias.data() == place);
        // Storage outlives the pool's owner and may be dropped elsewhere.
        std::thread([moved = std::move(second)]() mutable { moved = storage(); }).join();
        some.reset();
        CHECK(memory.about->used > 0);
        CHECK(third.data() != nullptr);
    }
    CHECK(memory.about->used == 0);
}

TEST_CASE("size classes waste at most a quarter", "[cuda]") {
    using pool = cuda::pool<test::host_memory>;
    std::size_t last_class = 0;
    for (std::size_t bytes = 1; bytes < 2000000; bytes += 1 + bytes / 7) {
        const auto [size, index] = pool::size_class(bytes);
        CHECK(size >= bytes);
        CHECK(size % 64 == 0);
        if (bytes >= 512) CHECK(static_cast<double>(size) < 1.26 * static_cast<double>(bytes));
        CHECK(index >= last_class);
        CHECK(pool::size_class(size) == std::pair(size, index));
        last_class = index;
    }
    const std::size_t huge = (std::size_t{1} << 40) + 1;
    CHECK(pool::size_class(huge).first >= huge);
}

TEST_CASE("a full device gives back what is free, then says so", "[cuda]") {
    using pool = cuda::pool<test::host_memory>;
    using storage = cuda::storage<test::host_memory>;
    test::host_memory memory;
    memory.about->limit = 10000;
    const auto some = std::make_shared<pool>(memory);
    { const storage dropped(some->take(4000)), too(some->take(600)); }
    const storage large(some->take(8000));
    CHECK(large.data() != nullptr);
    CHECK(some->reserved() == memory.about->used);
    try {
        some->take(5000);
        FAIL("no error");
    } catch (const error& e) {
        CHECK_THAT(e.what(), Catch::Contains("5120 more bytes") && Catch::Contains("8192 in use"));
    }
    CHECK(storage(some->take(500)).data() != nullptr);
}

TEST_CASE("the emulated device notices a kernel that depends on the order of threads", "[cuda]") {
    using T = test::emulated_tensor<float>;
    std::vector<double> results;
    for (const int threads : {1, 2}) {
        context ctx{.threads = threads};
        T out = backend_traits<T>::full(ctx, {3}, 0);
        test::emulated::of(ctx).blocks("racing", 3, 64, racing{out.data()});
        results.push_back(testing::detail::to_doubles(ctx, out)[0]);
    }
    CHECK(results[0] != results[1]);
}

TEST_CASE("a batch that does not fit 31 bits is refused", "[cuda]") {
    using T = test::emulated_tensor<float>;
    context ctx;
    cuda::multiplication<float> p{false, false, 1, 1, 1};
    p.batch = extent{1} << 31;
    CHECK_THROWS_AS(cuda::multiply<T>(ctx, p), error);
}
