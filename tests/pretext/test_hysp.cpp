// SPDX-License-Identifier: MIT
// Laws of HYSP: when its distance is curved, and when the slow encoder moves.
#include <string>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/st_gcn.hpp"
#include "mgkit/pretext/hysp.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace paced {

using T = eigen::tensor<double>;
using X = variable<T>;
using network = encode::st_gcn<T>;
using method = pretext::hysp<T, network, pretext::no_views>;

constexpr pretext::hysp_settings small{
    .hidden = 6, .features = 4, .momentum = 0.9, .flat_epochs = 2, .curving_epochs = 4};

method made(context& ctx) {
    return {nn::scope(ctx), network::sample_settings({2, 5, 3, 1}), {}, small};
}
T clips(context& ctx) {
    std::vector<double> values(240);
    random_stream draws({1}, "paced clips");
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, {8, 2, 5, 3, 1});
}
template <operand V>
pretext::batch<V> two_views(const V& all) {
    return {{{"clips", all, 2}}, {}};
}

}  // namespace paced

TEST_CASE("HYSP: flat at first, curved by and by, as its count of epochs says", "[hysp][quick]") {
    using namespace paced;
    context ctx{.seed = 4};
    method model = made(ctx);
    const T x = clips(ctx);
    std::vector<double> by_epoch;
    for (int epoch = 0; epoch < 9; ++epoch) {
        by_epoch.push_back(nn::host_values(ctx, model(ctx, two_views(x)).loss).at(0));
        model.after_epoch(ctx, epoch);
    }
    CHECK(by_epoch[0] == by_epoch[2]);
    for (std::size_t e = 3; e < 7; ++e)
        CHECK(by_epoch[e] - by_epoch[e - 1] == Approx((by_epoch[6] - by_epoch[0]) / 4));
    CHECK(by_epoch[6] == by_epoch[8]);
    CHECK(by_epoch[6] != by_epoch[0]);
}

TEST_CASE("HYSP: the slow encoder moves behind the backward pass, by parameters alone",
          "[hysp][quick]") {
    using namespace paced;
    context ctx{.seed = 4, .training = true};
    method model = made(ctx);
    auto& first = model.pair.query.fc.first.weight.value;
    const auto before = nn::host_values(ctx, model.pair.key.fc.first.weight.value);
    first = mgkit::affine(ctx, first, 3);
    {
        const recording<T> record(ctx);
        backward(ctx, model(ctx, two_views(X{clips(ctx)})).loss);
    }
    CHECK(nn::host_values(ctx, model.pair.key.fc.first.weight.value) == before);
    const auto statistics = nn::host_values(ctx, model.pair.key.fc.norm.running_mean);
    for (const auto& l : nn::leaves(model.pair.key))
        if (l.weights != nullptr) CHECK_FALSE(l.weights->slot.filled);
    model.gradients(ctx, nn::leaves(model));
    const auto after = nn::host_values(ctx, model.pair.key.fc.first.weight.value);
    for (std::size_t i = 0; i < before.size(); ++i)
        CHECK(after[i] == Approx(1.2 * before[i]).margin(1e-15));
    CHECK(nn::host_values(ctx, model.pair.key.fc.norm.running_mean) == statistics);
    CHECK_REFUSED(
        method(nn::scope(ctx), network::sample_settings({2, 5, 3, 1}), {}, {.curving_epochs = 0}),
        "curving ones of 1 or more");
}

TEST_CASE("HYSP: gradients by central differences where its distance is curved", "[hysp]") {
    using namespace paced;
    context ctx{.seed = 4};
    method model = made(ctx);
    test::shake(ctx, model);
    model.epochs = 4;
    const auto loss = [&]<operand V>(context& c, const std::vector<V>& in) -> V {
        return model(c, two_views(in[0])).loss;
    };
    const auto report = testing::gradient_check(ctx, model, loss, std::vector<T>{clips(ctx)},
                                                {.samples = 6, .constants = 1});
    CAPTURE(report.where);
    CHECK(report.worst < 1e-6);
    CHECK(report.checked > 6);
}
