// One step of a training: views in, an updated model and its loss out.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/pretext/objective.hpp"
#include "mgkit/tensor/repeated_step.hpp"
#include "mgkit/train/optimiser.hpp"

namespace mgkit::train {

/// Loss of a step and its named parts, before the update.
struct step_result {
    double loss = 0;
    std::vector<std::pair<std::string, double>> parts;
};

/// Steps of one model and optimiser state, both of which must stay where they are. On backends that
/// can, the steps of each batch size are recorded once and replayed (see repeated_step): the
/// context's mode and which parameters are trainable must not change between the steps of one
/// stepper. Gradients end with it. The first step demands a gradient of every trainable parameter.
template <class Method, optimiser Optimiser>
class stepper {
public:
    using T = typename Method::tensor_type;
    using scalar = typename backend_traits<T>::scalar;

    stepper(Method& model, updater<T, Optimiser>& update) : model_(model), update_(update) {}
    ~stepper() { nn::zero_gradients(model_); }  // they may hold on to a recording's memory
    stepper(const stepper&) = delete;
    stepper& operator=(const stepper&) = delete;

    /// Forward, backward and update on views of shape [K * B, C, T, V, M], row-major, and the
    /// labels of their B clips or none. Identities of the rows are the context's. Errors: those of
    /// the method.
    step_result operator()(context& ctx, std::span<const float> views, const shape& extents,
                           std::span<const int> labels, double learning_rate) {
        if (static_cast<extent>(views.size()) != extents.elements())
            throw error("training step", text(extents.elements(), " values for ", extents.str()),
                        text(views.size()));
        batch_size& now = sizes_[{extents[0], labels.size()}];
        if (now.extents.elements() == 0) now.extents = extents;
        if (now.extents != extents)
            throw error("training step", text("views of ", now.extents.str(), ", as before"),
                        extents.str(), "use another stepper for clips of another shape");
        now.views = views;
        now.labels.assign(labels.begin(), labels.end());
        update_.learning_rate(learning_rate);
        now.run(ctx, [&] { step(ctx, now); });
        return results(ctx, now);
    }

private:
    /// What the steps of one batch size read and leave.
    struct batch_size {
        shape extents{0};
        std::span<const float> views;
        std::vector<int> labels;
        T loss;
        std::vector<std::pair<std::string, T>> parts;
        repeated_step<T> run;
    };

    void step(context& ctx, batch_size& now) {
        using X = variable<T>;
        now.loss = T{};  // may hold the last step's record
        now.parts.clear();
        nn::zero_gradients(model_);
        const recording<T> record(ctx);
        const auto copy = [](std::span<scalar> to, const batch_size* from) {
            std::transform(from->views.begin(), from->views.end(), to.begin(),
                           [](float value) { return static_cast<scalar>(value); });
        };
        const X clips{step_values<T>(ctx, now.extents, copy, &std::as_const(now))};
        const auto value = model_(ctx, pretext::batch<X>{clips, now.labels});
        backward(ctx, value.loss);
        if (std::exchange(first_, false)) nn::require_gradients(model_, "training step");
        update_.step(ctx, model_);
        now.loss = value_of(value.loss);
        for (const auto& [name, part] : value.parts) now.parts.emplace_back(name, value_of(part));
    }

    static step_result results(context& ctx, const batch_size& now) {
        const auto number = [&](const T& value) {
            scalar out{};
            backend_traits<T>::to_host(ctx, value, std::span(&out, 1));
            return static_cast<double>(out);
        };
        step_result out{number(now.loss), {}};
        for (const auto& [name, part] : now.parts) out.parts.emplace_back(name, number(part));
        return out;
    }

    Method& model_;
    updater<T, Optimiser>& update_;
    bool first_ = true;
    std::map<std::pair<extent, std::size_t>, batch_size> sizes_;
};

}  // namespace mgkit::train
