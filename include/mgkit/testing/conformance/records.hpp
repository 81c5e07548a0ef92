// SPDX-License-Identifier: MIT
// Records of forward passes as the conformance kit tries them: which results may meet, and when a
// gradient is owed.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/nn/norm.hpp"
#include "mgkit/tensor/ops/rows.hpp"
#include "mgkit/testing/conformance/trial.hpp"

namespace MGKIT_NAMESPACE::testing {

/// Nested recordings, results carried from one record into another, parameters that move between
/// forward and backward, passes that are made again.
struct record_operations {
    static constexpr std::string_view name = "records";
};

namespace detail {

/// Whether `f` throws mgkit::error; anything else it throws goes on.
template <class F>
bool refuses(F&& f) {
    try {
        f();
    } catch (const error&) {
        return true;
    }
    return false;
}

template <tensor T>
class record_trial {
public:
    using X = variable<T>;

    explicit record_trial(ledger& laws) : laws_(laws) {}

    void nested() {
        context ctx;
        gradient_slot<T> a, b;
        const recording<T> outer(ctx);
        const X y = square(ctx, watch(line(ctx, 3), a));
        {
            const recording<T> inner(ctx);
            backward(ctx, mgkit::sum(ctx, square(ctx, watch(line(ctx, 5), b))));
        }
        {
            const recording<T> abandoned(ctx);
            square(ctx, watch(line(ctx, 7), b));
        }
        backward(ctx, mgkit::sum(ctx, affine(ctx, y, 2)));
        equal("nested", ctx, a, 12, "the outer gradient");
        equal("nested", ctx, b, 10, "the inner gradient");
    }

    void results_of_other_records() {
        context ctx;
        gradient_slot<T> slot, other;
        X kept, ended;
        const T two = line(ctx, 2);
        const recording<T> outer(ctx);
        const X p = watch(two, slot);
        {
            const recording<T> first(ctx);
            kept = mul(ctx, p, p);
        }
        refused("a result of a record that was left", [&] { mul(ctx, kept, p); });
        const X mine = square(ctx, p);
        {
            const recording<T> inner(ctx);
            const X q = watch(two, other);
            refused("a result of the outer record", [&] { mul(ctx, q, mine); });
            refused("a result of the outer record, reshaped", [&] { reshape(ctx, mine, {1}); });
            refused("backward from the outer record",
                    [&] { backward(ctx, mgkit::sum(ctx, mine)); });
            backward(ctx, mgkit::sum(ctx, mul(ctx, q, detach(mine))));
        }
        equal("detach", ctx, other, 4, "the gradient beside a detached value");
        backward(ctx, mgkit::sum(ctx, add(ctx, mine, mul(ctx, detach(kept), p))));
        equal("detach", ctx, slot, 8, "the gradient around a detached value");
        refused("a result of before backward", [&] { add(ctx, mine, p); });
        refused("backward twice", [&] { backward(ctx, mgkit::sum(ctx, mine)); });
        slot.clear();
        backward(ctx, mgkit::sum(ctx, square(ctx, p)));
        equal("detach", ctx, slot, 4, "the gradient of a new pass in the same scope");
    }

    void places_that_are_gone() {
        context ctx;
        const recording<T> record(ctx);
        parameter<T> first{line(ctx, 2)};
        const X loss = mgkit::sum(ctx, square(ctx, use<X>(first)));
        const parameter<T> moved(std::move(first));
        refused(
            "a parameter moved before backward", [&] { backward(ctx, loss); }, "places");
        X gone;
        {
            gradient_slot<T> slot;
            gone = mgkit::sum(ctx, square(ctx, watch(line(ctx, 2), slot)));
        }
        refused(
            "a watched value's place destroyed before backward", [&] { backward(ctx, gone); },
            "places");
    }

    void passes_made_again() {
        context ctx{.training = true};
        nn::batch_norm<T> once(nn::scope(ctx, "norm"), 1), again(nn::scope(ctx, "norm"), 1);
        const T in = from_doubles<T>(ctx, std::vector<double>{1, 2, 3, 6}, {4, 1});
        const auto pass = [&](nn::batch_norm<T>& norm, bool keep) {
            gradient_slot<T> slot;
            const recording<T> record(ctx);
            const X x = watch(in, slot);
            const auto f = [&norm](context& c, const auto& v) { return norm(c, v); };
            backward(ctx, mgkit::sum(ctx, square(ctx, keep ? f(ctx, x) : checkpoint(ctx, f, x))));
        };
        pass(once, true);
        pass(again, false);
        laws_.require("recomputation", again.num_batches_tracked == once.num_batches_tracked,
                      "batch norm", "its count moved twice");
        laws_.require("recomputation",
                      to_doubles(ctx, again.running_mean) == to_doubles(ctx, once.running_mean) &&
                          to_doubles(ctx, again.running_var) == to_doubles(ctx, once.running_var),
                      "batch norm", "its running statistics moved twice");
        laws_.require("recomputation", !ctx.recomputing, "batch norm", "the context stayed marked");
    }

    void values_of_a_step() {
        context ctx;
        const auto some = [](std::span<typename backend_traits<T>::scalar> to, double value) {
            to[1] = static_cast<typename backend_traits<T>::scalar>(value);
        };
        full_of_garbage(ctx);
        laws_.require(
            "step values",
            to_doubles(ctx, step_values<T>(ctx, {3}, some, 4.0)) == std::vector<double>{0, 4, 0},
            "one value of three written", "the others are not 0");
        full_of_garbage(ctx);
        const row_choice rows(4, {{1, 1}, {3, 1}});
        laws_.require("step values",
                      to_doubles(ctx, rows.matrix<T>(ctx, false)) ==
                          std::vector<double>{0, 1, 0, 0, 0, 0, 0, 1},
                      "the matrix of two rows of four", "other values");
    }

private:
    static T line(context& ctx, double value) {
        return from_doubles<T>(ctx, std::span(&value, 1), {1});
    }

    /// Leaves memory of the sizes below that holds no zeros.
    static void full_of_garbage(context& ctx) {
        for (const extent size : {3, 8}) backend_traits<T>::full(ctx, {size}, 7);
    }
    void equal(std::string_view law, context& ctx, const gradient_slot<T>& slot, double want,
               const std::string& what) {
        const double found = slot.filled ? to_doubles(ctx, slot.gradient).at(0) : 0;
        laws_.require(law, found == want, what, text(found, " instead of ", want));
    }
    void refused(const std::string& what, const std::function<void()>& f,
                 std::string_view law = "other records") {
        laws_.require(law, refuses(f), what, "was accepted");
    }

    ledger& laws_;
};

template <tensor T>
void check_records(conformance_report& report) {
    ledger laws(report, record_operations::name, "tape");
    record_trial<T> trial(laws);
    trial.nested();
    trial.results_of_other_records();
    trial.places_that_are_gone();
    trial.passes_made_again();
    trial.values_of_a_step();
}

}  // namespace detail
}  // namespace MGKIT_NAMESPACE::testing
