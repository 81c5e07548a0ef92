// Every method of the list on the emulated device: its recorded steps are the plain ones.
#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "cuda/training_step.hpp"

using namespace mgkit;

TEST_CASE("every method: replayed steps are the steps, bit for bit", "[cuda]") {
    using T = test::emulated_tensor<float>;
    pretext::all<T>::for_each([](auto tag) {
        using M = typename decltype(tag)::type;
        INFO(M::name);
        test::training<M> plain, stepped;
        for (int number = 0; number < 5; ++number) {
            const auto want = plain.plain(number), got = stepped.stepped(number);
            CHECK(got.loss == want.loss);
            CHECK(got.parts == want.parts);
        }
        CHECK(stepped.bits() == plain.bits());
    });
}
