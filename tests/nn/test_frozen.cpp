// SPDX-License-Identifier: MIT
// Teachers: kept out of training, known to archives.
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/frozen.hpp"
#include "mgkit/testing/reference.hpp"
#include "nn/pieces.hpp"

using namespace mgkit;
using T = eigen::tensor<float>;
using D = eigen::tensor<double>;
using test::drawn;
using test::numbers;
using test::redraw;
using test::small_net;

namespace {

/// A student in double with a teacher in float.
struct method {
    nn::linear<D> head;
    nn::frozen<small_net<T>> teacher;

    static constexpr auto fields() {
        return nn::members(nn::field("teacher", &method::teacher),
                           nn::field("head", &method::head));
    }
};

small_net<T> taught(context& ctx, std::uint32_t number) {
    small_net<T> out(nn::scope(ctx), 3);
    redraw(ctx, out, number);
    backend_traits<T>::assign(ctx, out.norm.running_var, backend_traits<T>::full(ctx, {3}, 2));
    return out;
}

}  // namespace

TEST_CASE("a frozen module has no leaves and is known by the digest of its values", "[quick]") {
    const scratch_folder folder;
    context ctx{.seed = 4};
    small_net<T> original = taught(ctx, 10);
    method one{nn::linear<D>(nn::scope(ctx, "head"), 3, 2), {ctx, original}};
    std::vector<std::string> names;
    for (const auto& l : nn::leaves(one)) names.push_back(l.name);
    CHECK(names == std::vector<std::string>{"head.weight", "head.bias"});
    const auto facts = nn::facts_of(one);
    CHECK(facts.at("teacher.frozen").size() == 32);

    const std::string path = folder / "student.safetensors";
    nn::save(ctx, one, path);
    const io::safetensors_file file(path);
    CHECK(file.entries().size() == 2);
    method same{nn::linear<D>(nn::scope(ctx, "other"), 3, 2), {ctx, original}};
    nn::load(ctx, same, file);
    CHECK(numbers(ctx, same) == numbers(ctx, one));

    // One value, buffer or count that differs makes another teacher.
    for (const auto& l : nn::leaves(original)) {
        if (l.alias) continue;
        INFO(l.name);
        small_net<T> changed = nn::clone(ctx, original);
        for (const auto& own : nn::leaves(changed)) {
            if (own.name != l.name) continue;
            if (own.counter != nullptr)
                ++*own.counter;
            else
                own.value->data()[0] += 1;
        }
        method other{nn::linear<D>(nn::scope(ctx, "other"), 3, 2), {ctx, changed}};
        const auto before = numbers(ctx, other);
        CHECK_REFUSED(nn::load(ctx, other, file),
                      "teacher.frozen is " + facts.at("teacher.frozen"));
        CHECK(numbers(ctx, other) == before);
    }

    // Copies of the holder share the teacher.
    const method copy = nn::clone(ctx, one);
    CHECK(nn::facts_of(copy) == facts);
    CHECK(copy.teacher.model().layers[0].weight.value.data() ==
          one.teacher.model().layers[0].weight.value.data());
}

TEST_CASE("equal values have equal digests on any backend", "[quick]") {
    context ctx{.seed = 4};
    small_net<D> ours(nn::scope(ctx), 4);
    small_net<testing::reference> plain(nn::scope(ctx), 4);
    redraw(ctx, ours, 10);
    redraw(ctx, plain, 10);
    CHECK(nn::digest_of(ctx, ours) == nn::digest_of(ctx, plain));
    redraw(ctx, plain, 11);
    CHECK_FALSE(nn::digest_of(ctx, ours) == nn::digest_of(ctx, plain));
}

TEST_CASE("a frozen module answers as in evaluation and stays as it was", "[quick]") {
    context ctx{.seed = 4};
    small_net<T> original = taught(ctx, 10);
    const T x = drawn<T>(ctx, {5, 3}, 1);
    const auto want = nn::host_values(ctx, original(ctx, x));
    nn::frozen<small_net<T>> teacher(ctx, original);
    const auto values = [&] { return numbers(ctx, const_cast<small_net<T>&>(teacher.model())); };
    const auto before = values();

    ctx.training = true;
    gradient_slot<T> slot;
    const recording<T> record(ctx);
    const variable<T> in = watch(x, slot);
    const T out = teacher(ctx, in);
    CHECK(nn::host_values(ctx, out) == want);
    CHECK(nn::host_values(ctx, teacher(ctx, x)) == want);
    CHECK(ctx.training);
    CHECK_FALSE(recorded(variable<T>{out}));
    CHECK_THROWS_AS(teacher(ctx, drawn<T>(ctx, {5, 4}, 1)), error);
    CHECK(ctx.training);
    CHECK(values() == before);
    backward(ctx, sum(ctx, mul(ctx, in, variable<T>{out})));
    CHECK(nn::host_values(ctx, slot.gradient) == want);

    // The original goes on by itself.
    redraw(ctx, original, 30);
    CHECK(values() == before);
    CHECK(nn::host_values(ctx, teacher(ctx, x)) == want);
}
