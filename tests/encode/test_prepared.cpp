// SPDX-License-Identifier: MIT
// Graph encoders that stand ready.
#include "encode/models.hpp"
#include "mgkit/nn/prepared.hpp"

using namespace mgkit;
using test::t64;

TEST_CASE("a prepared graph encoder has the features of its model", "[prepared]") {
    encode::all<t64>::for_each([](auto tag) {
        using encoder = typename decltype(tag)::type;
        if constexpr (requires(typename encoder::settings s) { s.network.last; }) {
            INFO(encoder::name);
            context ctx{.seed = 5};
            encoder model(nn::scope(ctx), encoder::sample_settings(test::tiny));
            test::shake(ctx, model);
            const t64 clips = test::clips_of<t64>(ctx, test::tiny, {1, 2});
            const auto plain = test::numbers(ctx, model(ctx, clips));
            const nn::prepared ready(ctx, std::as_const(model));
            // Weights are put in another order, or spread as each pass would: the same bits.
            CHECK(test::numbers(ctx, ready(ctx, clips)) == plain);
            // Recorded passes do without ends in the same operation.
            const auto recorded = test::numbers(ctx, model(ctx, variable<t64>{clips}).value);
            REQUIRE(recorded.size() == plain.size());
            for (std::size_t i = 0; i < plain.size(); ++i)
                CHECK(std::abs(recorded[i] - plain[i]) < 1e-11 * (1 + std::abs(plain[i])));
        }
    });
}

TEST_CASE("weights of convolutions stand ready below lists of blocks", "[prepared]") {
    context ctx{.seed = 5};
    const encode::agcn<t64> adaptive(nn::scope(ctx),
                                     encode::agcn<t64>::sample_settings(test::tiny));
    const encode::st_gcn<t64> fixed(nn::scope(ctx),
                                    encode::st_gcn<t64>::sample_settings(test::tiny));
    nn::standing_values values;
    nn::add_standing(ctx, adaptive, values);
    nn::add_standing(ctx, fixed, values);
    for (const auto& block : adaptive.blocks) CHECK(values.find(block.tcn1.conv) != nullptr);
    for (const auto& block : fixed.st_gcn_networks) CHECK(values.find(block.tcn.conv) != nullptr);
}
