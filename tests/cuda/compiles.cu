// SPDX-License-Identifier: MIT
// The backend in one small program: kernels in every precision, a graph, and its error where there
// is no GPU.
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "mgkit/backend/cuda.hpp"
#include "mgkit/tensor/ops/parts.hpp"

namespace {

using namespace mgkit;

/// Loss after a few steps of a small model.
template <class C>
double trained() {
    using T = cuda::tensor<C>;
    using X = variable<T>;
    using traits = backend_traits<T>;
    context ctx;
    ctx.training = true;
    ctx.rows = {{0, 0}, {1, 0}};
    parameter<T> weight{traits::full(ctx, {18, 6}, 0.1)}, bias{traits::full(ctx, {18}, 0)};
    const T tokens = traits::full(ctx, {2, 4, 6}, 0.5), scale = traits::full(ctx, {6}, 1),
            mixing = traits::full(ctx, {4, 4}, 0.25), shift = traits::full(ctx, {4}, 1);
    T m = traits::full(ctx, {18, 6}, 0), v = traits::full(ctx, {18, 6}, 0),
      buffer = traits::full(ctx, {18}, 0), rates = traits::full(ctx, {2}, 0.1), loss;
    const auto step = [&] {
        weight.slot.clear();
        bias.slot.clear();
        const recording<T> record(ctx);
        const X x{tokens}, one{scale};
        const X mixed =
            token_mix(ctx, layer_norm(ctx, x, one, one), X{mixing}, X{shift}, activation::gelu);
        const X y = attention(
            ctx, linear(ctx, restore_tokens(ctx, mixed, x, 2), use<X>(weight), use<X>(bias)), 2);
        const X z = attend(ctx, y, mixed, 0.5);
        const X p = softmax(ctx, relu(ctx, gelu(ctx, z)));
        const auto first = [](std::span<std::int32_t> to) { to[0] = 1; };
        const auto which = step_integers<T, std::int32_t>(ctx, {2}, {0, 3}, first);
        std::vector<X> parts = unstack(ctx, dropout(ctx, sigmoid(ctx, p), "part", 0.1), 1);
        parts.push_back(reshape(ctx, top_k(ctx, gather(ctx, p, 1, which), 6).values, {2, 12}));
        parts.back() = slice(ctx, parts.back(), 1, 0, 6);
        const X rows = stack(ctx, std::span<const X>(parts), 1);
        const X seen = masked_softmax(ctx, rows, cast<T>(ctx, which.reshaped({2, 1, 1})));
        const X flat = reshape(ctx, add(ctx, seen, rows), {10, 6});
        const X out = mean(ctx, max(ctx, batch_norm(ctx, flat, one, one, 2).out, 1));
        backward(ctx, out);
        adam_step(ctx, op::adam_step{}, weight.value, weight.slot.gradient, rates, m, v);
        sgd_step(ctx, op::sgd_step{}, bias.value, bias.slot.gradient, slice(ctx, rates, 0, 0, 1),
                 buffer);
        loss = out.value;
    };
    cuda::graph replayed = cuda::capture(ctx, step);
    for (int i = 0; i < 3; ++i) replayed.replay();
    std::vector<typename traits::scalar> host(1);
    traits::to_host(ctx, loss, host);
    return static_cast<double>(host[0]);
}

}  // namespace

int main() {
    try {
        std::printf("float %f\n", trained<float>());
        std::printf("double %f\n", trained<double>());
        std::printf("bf16 %f\n", trained<cuda::bf16>());
    } catch (const error& e) {
        std::printf("%s\n", e.what());
        return 77;
    }
}
