// SPDX-License-Identifier: MIT
// Every method of the list on the emulated device: its recorded steps are the plain ones.
#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "cuda/training_step.hpp"

using namespace mgkit;

TEST_CASE("every method: replayed steps are the steps, bit for bit", "[cuda]") {
    using T = test::emulated_tensor<float>;
    for (const std::string& name : test::method_names<T>()) {
        INFO(name);
        test::training<pretext::any_method<T>> plain(name), stepped(name);
        for (int number = 0; number < 5; ++number) {
            const auto want = plain.plain(number), got = stepped.stepped(number);
            CHECK(got.loss == want.loss);
            CHECK(got.parts == want.parts);
        }
        CHECK(stepped.bits() == plain.bits());
    }
}
