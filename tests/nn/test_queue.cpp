// SPDX-License-Identifier: MIT
// The queue of features against a deque.
#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/clone.hpp"
#include "mgkit/nn/queue.hpp"
#include "mgkit/testing/reference.hpp"
#include "nn/pieces.hpp"

using namespace mgkit;
using T = eigen::tensor<float>;
using test::drawn;
using test::numbers;

namespace {

constexpr extent room = 7, width = 3;

template <class Tensor>
std::vector<double> host(context& ctx, const Tensor& t) {
    return test::to_doubles(ctx, t);
}

/// What a queue holds and its mask, from a deque of rows.
struct wanted {
    std::vector<double> values, mask;
    explicit wanted(const std::deque<std::vector<double>>& rows)
        : values(static_cast<std::size_t>(room) * width), mask(room) {
        std::size_t row = room - rows.size();
        for (const auto& r : rows) {
            std::copy(r.begin(), r.end(),
                      values.begin() + static_cast<std::ptrdiff_t>(row) * width);
            mask[row++] = 1;
        }
    }
};

template <class Tensor>
void as_a_deque() {
    context ctx;
    nn::queue<Tensor> queue(nn::scope(ctx), room, width);
    std::deque<std::vector<double>> model;
    const auto agrees = [&] {
        const wanted want(model);
        CHECK(host(ctx, queue.rows) == want.values);
        CHECK(host(ctx, queue.values(ctx)) == want.values);
        CHECK(host(ctx, queue.mask(ctx)) == want.mask);
        CHECK(queue.filled == static_cast<std::int64_t>(model.size()));
    };
    agrees();
    std::uint32_t number = 0;
    for (const extent batch : {1, 2, 3, 0, 5, 1, 7, 2, 6, 6, 7, 1, 1, 4}) {
        const Tensor rows = drawn<Tensor>(ctx, {batch, width}, number++);
        queue.push(ctx, rows);
        const auto values = host(ctx, rows);
        for (auto at = values.begin(); at != values.end(); at += width)
            model.emplace_back(at, at + width);
        while (model.size() > room) model.pop_front();
        agrees();
    }
}

}  // namespace

TEST_CASE("a queue holds the last rows in their order, whatever came at once", "[quick]") {
    as_a_deque<T>();
    as_a_deque<eigen::tensor<double>>();
    as_a_deque<testing::reference>();
}

TEST_CASE("a partly filled queue goes on from an archive on equal bits", "[quick]") {
    const scratch_folder folder;
    context ctx;
    nn::queue<T> queue(nn::scope(ctx), room, width), resumed(nn::scope(ctx), room, width);
    std::uint32_t number = 0;
    const auto push = [&](auto& to, extent batch, std::uint32_t of) {
        to.push(ctx, drawn<T>(ctx, {batch, width}, of));
    };
    for (const extent batch : {2, 2}) push(queue, batch, number++);
    nn::save(ctx, queue, folder / "queue.safetensors");
    nn::load(ctx, resumed, io::safetensors_file(folder / "queue.safetensors"));
    CHECK(resumed.filled == 4);
    for (const extent batch : {0, 1, 5, 3}) {
        CHECK(numbers(ctx, resumed) == numbers(ctx, queue));
        CHECK(host(ctx, resumed.mask(ctx)) == host(ctx, queue.mask(ctx)));
        push(queue, batch, ++number);
        push(resumed, batch, number);
    }
    nn::queue<T> larger(nn::scope(ctx), room + 1, width);
    CHECK_REFUSED(nn::load(ctx, larger, io::safetensors_file(folder / "queue.safetensors")),
                  "rows is [7, 3] instead of [8, 3]");
    // A count that no push makes does not reach beyond the mask.
    queue.filled = 1000;
    CHECK(host(ctx, queue.mask(ctx)) == std::vector<double>(room, 1));
    queue.filled = -5;
    CHECK(host(ctx, queue.mask(ctx)) == std::vector<double>(room, 0));
}

TEST_CASE("no gradient goes through a queue, and a push does not disturb a loss made before it",
          "[quick]") {
    using D = eigen::tensor<double>;
    using X = variable<D>;
    context ctx;
    nn::queue<D> queue(nn::scope(ctx), 4, 2);
    queue.push(ctx, drawn<D>(ctx, {4, 2}, 1));
    const auto rows = host(ctx, queue.rows);
    gradient_slot<D> q, k;
    const recording<D> record(ctx);
    const X query = watch(drawn<D>(ctx, {3, 2}, 2), q), key = watch(drawn<D>(ctx, {3, 2}, 3), k);
    const X scores = matmul(ctx, query, queue.values<X>(ctx), false, true);
    queue.push(ctx, square(ctx, key));
    backward(ctx, sum(ctx, scores));
    CHECK_FALSE(k.filled);
    const auto gradient = host(ctx, q.gradient);
    for (std::size_t i = 0; i < gradient.size(); ++i)
        CHECK(gradient[i] ==
              Catch::Approx(rows[i % 2] + rows[2 + i % 2] + rows[4 + i % 2] + rows[6 + i % 2]));
    // What is computed again is not pushed again.
    const auto held = numbers(ctx, queue);
    ctx.recomputing = true;
    queue.push(ctx, key);
    CHECK(numbers(ctx, queue) == held);
}

TEST_CASE("a queue refuses rows that it has no room for", "[quick]") {
    context ctx;
    nn::queue<T> queue(nn::scope(ctx), room, width);
    CHECK_REFUSED(queue.push(ctx, drawn<T>(ctx, {8, 3}, 1)), "rows [B, 3] with B up to 7");
    CHECK_REFUSED(queue.push(ctx, drawn<T>(ctx, {2, 4}, 1)), "found [2, 4]");
    CHECK_REFUSED(queue.push(ctx, drawn<T>(ctx, {3}, 1)), "found [3]");
    CHECK_REFUSED(nn::queue<T>(nn::scope(ctx), 0, 3), "0 rows of 3");
    CHECK(queue.filled == 0);
    nn::queue<T> copy = nn::clone(ctx, queue);
    copy.push(ctx, drawn<T>(ctx, {2, 3}, 1));
    CHECK(queue.filled == 0);
    CHECK(host(ctx, queue.rows) == std::vector<double>(room * width, 0));
}
