// SPDX-License-Identifier: MIT
// What every method of the list keeps: gradients, archives, words, and what it refuses.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "nn/leaves.hpp"
#include "pretext/sample_methods.hpp"

using namespace mgkit;
using T = eigen::tensor<double>;
using X = variable<T>;

namespace {

constexpr int clip_count = 6, classes = 3;
const encode::clip_extents extents{2, 5, 3, 1};

T views_of_clips(context& ctx, int view_count) {
    std::vector<double> values(static_cast<std::size_t>(view_count * clip_count) * 30);
    random_stream draws({1}, "clips");
    for (double& v : values) v = draws.normal();
    ctx.rows.clear();
    for (int k = 0; k < view_count; ++k)
        for (int i = 0; i < clip_count; ++i)
            ctx.rows.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)});
    return backend_traits<T>::from_host(ctx, values, {view_count * clip_count, 2, 5, 3, 1});
}

template <operand V>
pretext::batch<V> batch_of(const V& all, std::span<const int> labels) {
    const auto stacked = static_cast<int>(shape_of(all)[0]) / clip_count;
    return {{{"clips", all, stacked}}, {{"labels", labels}}};
}

/// Buffers and counters as they are now, to be put back: passes may move them on.
class kept_state {
public:
    kept_state(context& ctx, const nn::leaf_list<T>& all) : ctx_(ctx), all_(all) {
        for (const auto& l : all_) {
            values_.push_back(l.weights == nullptr && l.value != nullptr
                                  ? nn::host_values(ctx, *l.value)
                                  : std::vector<double>{});
            counters_.push_back(l.counter != nullptr ? *l.counter : 0);
        }
    }
    void restore() const {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            const auto& l = all_[i];
            if (l.counter != nullptr)
                *l.counter = counters_[i];
            else if (l.weights == nullptr)
                backend_traits<T>::assign(
                    ctx_, *l.value,
                    backend_traits<T>::from_host(ctx_, values_[i], shape_of(*l.value)));
        }
    }

private:
    context& ctx_;
    nn::leaf_list<T> all_;
    std::vector<std::vector<double>> values_;
    std::vector<std::int64_t> counters_;
};

/// A method on the encoder for it, at these sizes.
test::made_method<T> made(const test::sample_method<T>& sample, context& ctx,
                          const encode::clip_extents& clip = extents) {
    return sample.make(nn::scope(ctx), test::encoder_for<T>(sample, clip), classes);
}

}  // namespace

TEST_CASE("every method has a name of its own and says what it is made of", "[pretext][quick]") {
    std::set<std::string> names;
    for (const auto& sample : test::sample_methods<T>()) {
        INFO(sample.name);
        CHECK(names.insert(sample.name).second);
        context ctx{.seed = 1};
        const auto model = made(sample, ctx);
        const auto encoder = test::encoder_for<T>(sample, extents);
        CHECK_CONTAINS(std::string(model.method.made_of().words("encoder")), encoder.at("encoder"));
        // The same method on another size is another run.
        auto wider = extents;
        wider.joints = 4;
        const auto other = made(sample, ctx, wider);
        CHECK_FALSE(model.method.made_of() == other.method.made_of());
        auto by_name = pretext::make_method<T>(sample.name, nn::scope(ctx), encoder, {classes});
        CHECK(by_name.made_of().words("method") == sample.name);
        CHECK(by_name.encoder<encode::any_encoder<T>>().name() == encoder.at("encoder"));
    }
    context ctx;
    const std::string names_known = "a method among " + pretext::method_names<pretext::all<T>>();
    CHECK_REFUSED(pretext::make_method<T>("nothing", nn::scope(ctx), {}), names_known);
    CHECK_REFUSED(pretext::traits_of<pretext::all<T>>("nothing"), names_known);
    CHECK_REFUSED(pretext::words_of<pretext::all<T>>("nothing", {}), names_known);
}

TEST_CASE("what a method will be made of is known before it is", "[pretext][quick]") {
    const auto stated = [](int queue, double smoothing) {
        pretext::method_settings out = test::small_method(classes);
        out.queue = queue;
        out.labels.label_smoothing = smoothing;
        return out;
    };
    int told = 0;
    std::set<std::string> by_queue, by_labels, with_queue;
    for (const auto& sample : test::sample_methods<T>()) {
        INFO(sample.name);
        const auto words = [&](const pretext::method_settings& s) {
            return pretext::words_of<pretext::all<T>>(sample.name, s);
        };
        const auto now = stated(10, .25);
        context ctx{.seed = 1};
        const auto encoder = test::encoder_for<T>(sample, extents);
        auto model = pretext::make_method<T>(sample.name, nn::scope(ctx), encoder, now);
        recipe whole{{"method", sample.name},
                     {"encoder", std::string(model.made_of().words("encoder"))}};
        CHECK(model.made_of() == whole.add(words(now)));
        CHECK(model.all_traits() == sample.traits);
        told += words(now).parts().empty() ? 0 : 1;
        if (!(words(now) == words(stated(0, .25)))) by_queue.insert(sample.name);
        if (!(words(now) == words(stated(10, 0)))) by_labels.insert(sample.name);
        for (const auto& l : model.leaves())
            if (l.name.starts_with("queue") || l.name.find(".queue") != std::string::npos)
                with_queue.insert(sample.name);
    }
    CHECK(told >= 10);
    CHECK(by_queue == with_queue);
    CHECK(with_queue.contains("moco"));
    CHECK(by_labels == std::set<std::string>{"supervised"});
}

TEST_CASE("every method: gradients by central differences", "[pretext]") {
    int checked = 0;
    for (const auto& sample : test::sample_methods<T>()) {
        INFO(sample.name);
        // These have a check of their own, with the targets held: see test_contrastive.cpp.
        if (sample.traits.own_targets) continue;
        ++checked;
        context ctx{.seed = 2, .training = true};
        auto of_sample = made(sample, ctx);
        auto& model = of_sample.method;
        test::shake(ctx, model);
        const T input = views_of_clips(ctx, sample.views);
        const std::vector<int> labels{0, 2, 1, 1, 0, 2};
        // One pass before, so that a queue holds something.
        model(ctx, batch_of(X{input}, labels));
        const kept_state state(ctx, nn::leaves(model));
        const auto loss = [&]<operand V>(context& c, const std::vector<V>& in) -> V {
            state.restore();
            if constexpr (std::is_same_v<V, T>)
                return of_sample.plain(c, batch_of(in[0], labels));
            else
                return model(c, batch_of(in[0], labels)).loss;
        };
        // Clips are held fixed: a method may take the gradient of some of its passes out.
        const auto report = testing::gradient_check(ctx, model, loss, std::vector<T>{input},
                                                    {.step = 4e-6, .samples = 6, .constants = 1});
        CAPTURE(report.where);
        CHECK(report.worst < 1e-6);
        CHECK(report.checked > 6);
    }
    CHECK(checked > 6);
}

TEST_CASE("every method: archives give back every value", "[pretext][quick]") {
    const scratch_folder folder;
    for (const auto& sample : test::sample_methods<T>()) {
        INFO(sample.name);
        context ctx{.seed = 2, .training = true}, other{.seed = 3};
        auto model = made(sample, ctx).method, copy = made(sample, other).method;
        model(ctx,
              batch_of(X{views_of_clips(ctx, sample.views)}, std::vector<int>{0, 2, 1, 1, 0, 2}));
        nn::save(ctx, model, folder / sample.name);
        REQUIRE(bits_of(other, copy) != bits_of(ctx, model));
        nn::load(other, copy, io::safetensors_file(folder / sample.name));
        CHECK(bits_of(other, copy) == bits_of(ctx, model));
    }
}

TEST_CASE("every method refuses what is no whole number of views, or lacks what it reads",
          "[pretext][quick]") {
    for (const auto& sample : test::sample_methods<T>()) {
        INFO(sample.name);
        context ctx{.seed = 2, .training = true};
        auto model = made(sample, ctx).method;
        const T input = views_of_clips(ctx, sample.views);
        // Any number of rows is a whole number of single views, but none.
        const int rows = sample.views == 1 ? 0 : sample.views * clip_count - 1;
        const X some{slice(ctx, input, 0, 0, rows)};
        CHECK_REFUSED(
            model(ctx, pretext::batch<X>{{{"clips", some, sample.views}},
                                         {{"labels", std::vector<int>{0, 2, 1, 1, 0, 2}}}}),
            text("rows in ", sample.views, " views"));
        if (sample.traits.wanted_views > 0)
            CHECK_REFUSED(
                model(ctx, pretext::batch<X>{{{"clips", X{input}, sample.views + 1}}, {}}),
                text(sample.views, " views"));
        CHECK_REFUSED(model(ctx, pretext::batch<X>{}), "a field 'clips'");
        if (sample.traits.uses_labels)
            CHECK_REFUSED(model(ctx, pretext::batch<X>{{{"clips", X{input}, sample.views}}, {}}),
                          "a label for each of 6 clips");
    }
}
