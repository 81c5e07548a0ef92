// SPDX-License-Identifier: MIT
// What LibTorch's operators of a pass multiply and how long each takes.
#pragma once

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// One kind of operator: calls, seconds without those of operators below it, multiply-adds.
struct operator_cost {
    std::int64_t calls = 0, multiply_adds = 0;
    double seconds = 0;
};

/// Watches every operator that is dispatched in its lifetime, of all threads' calls together; one
/// at a time, none beside other work.
///
/// Multiply-adds are those of products, by the extents of what operators see: a convolution's
/// results times the values of one filter; n k m for [n, k] by [k, m], and so for each of a batch.
/// Linear layers, einsum and the library's GRU and LSTM reach these operators. oneDNN's LSTM does
/// not: 4 hidden (input + hidden) for each row and step. Sums, norms and elementwise work count
/// nothing. Backward convolutions are not counted: watch a forward pass for the count.
class operator_watch {
public:
    using costs = std::map<std::string, operator_cost>;

    operator_watch() {
        found().clear();
        handle_ = at::addGlobalCallback(at::RecordFunctionCallback(start, end)
                                            .needsInputs(true)
                                            .needsOutputs(true)
                                            .scopes({at::RecordScope::FUNCTION}));
    }
    ~operator_watch() { at::removeCallback(handle_); }
    operator_watch(const operator_watch&) = delete;
    operator_watch& operator=(const operator_watch&) = delete;

    const costs& by_name() const { return found(); }
    std::int64_t multiply_adds() const {
        std::int64_t sum = 0;
        for (const auto& [name, cost] : found()) sum += cost.multiply_adds;
        return sum;
    }
    /// Most expensive first.
    std::vector<std::pair<std::string, operator_cost>> by_time() const {
        std::vector<std::pair<std::string, operator_cost>> out(found().begin(), found().end());
        std::sort(out.begin(), out.end(),
                  [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
        return out;
    }

private:
    using clock = std::chrono::steady_clock;

    struct running : at::ObserverContext {
        clock::time_point since;
        double outside = below();  ///< of the operator around it, until this one began
        bool outermost = true;     ///< no counted operator around it
        std::int64_t multiply_adds = 0, of_each_result = 0;
    };

    static costs& found() {
        static costs all;
        return all;
    }
    /// Seconds of the operators that ended below the one at hand.
    static double& below() {
        thread_local double seconds = 0;
        return seconds;
    }

    /// Whether this thread is within an operator that is counted: what that calls is not again.
    static bool& inside() {
        thread_local bool within = false;
        return within;
    }

    static std::unique_ptr<at::ObserverContext> start(const at::RecordFunction& call) {
        auto out = std::make_unique<running>();
        if (!inside()) look_at_inputs(call, *out);
        out->outermost = !inside();
        inside() = inside() || out->multiply_adds > 0 || out->of_each_result > 0;
        below() = 0;
        out->since = clock::now();
        return out;
    }
    static void end(const at::RecordFunction& call, at::ObserverContext* context) {
        const auto& began = *static_cast<running*>(context);
        const double took = std::chrono::duration<double>(clock::now() - began.since).count();
        operator_cost& cost = found()[call.name()];
        ++cost.calls;
        cost.seconds += took - below();
        below() = began.outside + took;
        if (began.outermost) inside() = false;
        cost.multiply_adds += began.of_each_result == 0
                                  ? began.multiply_adds
                                  : call.outputs()[0].toTensor().numel() * began.of_each_result;
    }

    /// Inputs are there while an operator starts, and only then.
    static void look_at_inputs(const at::RecordFunction& call, running& out) {
        const std::string_view name = call.name();
        const auto tensor = [&](std::size_t i) { return call.inputs()[i].toTensor(); };
        if (name == "aten::mm" || name == "aten::bmm") {
            out.multiply_adds = tensor(0).numel() * tensor(1).size(-1);
        } else if (name == "aten::addmm" || name == "aten::baddbmm") {
            out.multiply_adds = tensor(1).numel() * tensor(2).size(-1);
        } else if (name == "aten::convolution") {
            out.of_each_result = tensor(1).numel() / tensor(1).size(0);
        } else if (name == "aten::mkldnn_rnn_layer") {
            const at::Tensor x = tensor(0);
            out.multiply_adds = x.numel() / x.size(-1) * (tensor(1).numel() + tensor(2).numel());
        }
    }

    at::CallbackHandle handle_{};
};

}  // namespace bench
