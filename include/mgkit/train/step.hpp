// SPDX-License-Identifier: MIT
// One step of a training: a batch in, an updated model and its loss out.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/pretext/any_method.hpp"
#include "mgkit/tensor/repeated_step.hpp"
#include "mgkit/train/optimiser.hpp"
#include "mgkit/train/source.hpp"

namespace MGKIT_NAMESPACE::train {

/// Loss of a step and its named parts, before the update.
struct step_result {
    double loss = 0;
    std::vector<std::pair<std::string, double>> parts;
};

/// What listeners do within a step, after the method's own (see pretext::method).
template <tensor T>
struct step_events {
    std::function<void(context&)> before_step;
    std::function<void(context&, const nn::leaf_list<T>&)> gradients;
    std::function<void(context&)> after_step;
};

/// Steps of one method and optimiser state, both of which must stay where they are. On backends
/// that can, the steps of each batch size are recorded once and replayed (see repeated_step): the
/// context's mode and which parameters are trainable must not change between the steps of one
/// stepper. Gradients end with it. The first step demands a gradient of every trainable parameter.
template <tensor T>
class stepper {
public:
    using scalar = typename backend_traits<T>::scalar;

    stepper(pretext::method_base<T>& trained, updater<T>& update,
            std::vector<step_events<T>> listeners = {})
        : method_(&trained),
          update_(update),
          listeners_(std::move(listeners)),
          leaves_(trained.leaves()) {}
    template <pretext::method M>
    stepper(M& trained, updater<T>& update, std::vector<step_events<T>> listeners = {})
        : own_(std::make_unique<pretext::method_view<M>>(trained)),
          method_(own_.get()),
          update_(update),
          listeners_(std::move(listeners)),
          leaves_(method_->leaves()) {}
    ~stepper() { nn::zero_gradients(leaves_); }  // they may hold on to a recording's memory
    stepper(const stepper&) = delete;
    stepper& operator=(const stepper&) = delete;

    /// Forward, backward and update on a batch, whose identities become the context's rows. Errors:
    /// those of the method; fields of other extents than in an earlier step of as many rows.
    /// The result is that of the last step, until the next one.
    const step_result& operator()(context& ctx, const host_batch& batch, double learning_rate);

private:
    using X = variable<T>;

    /// What the steps of one batch size read and leave.
    struct batch_size {
        std::vector<shape> extents;
        const host_batch* values = nullptr;
        std::vector<std::vector<int>> integers;  // where they stay: a recording points to them
        T loss;
        short_list<std::pair<std::string_view, T>, 6> parts;
        repeated_step<T> run;
    };

    static pretext::batch<X> fields_of(context& ctx, const batch_size& now);
    void step(context& ctx, batch_size& now);
    /// Into the memory of the last result.
    void read(context& ctx, const batch_size& now);

    std::unique_ptr<pretext::method_base<T>> own_;
    pretext::method_base<T>* method_;
    updater<T>& update_;
    std::vector<step_events<T>> listeners_;
    nn::leaf_list<T> leaves_;
    bool first_ = true;
    step_result result_;
    std::map<int, batch_size> sizes_;
};

template <tensor T>
MGKIT_COLD const step_result& stepper<T>::operator()(context& ctx, const host_batch& batch,
                                                     double learning_rate) {
    batch_size& now = sizes_[batch.rows()];
    if (now.extents.empty())
        for (std::size_t f = 0; f < batch.fields(); ++f)
            now.extents.push_back(batch.extents(batch.about(f)));
    bool same = now.extents.size() == batch.fields();
    for (std::size_t f = 0; same && f < batch.fields(); ++f)
        same = now.extents[f] == batch.extents(batch.about(f));
    if (!same)
        throw error("training step", text("fields of the extents of before"), "others",
                    "use another stepper for another source");
    ctx.rows = batch.identities;
    now.values = &batch;
    now.integers.resize(batch.fields());
    for (std::size_t f = 0; f < batch.fields(); ++f) {
        const auto from = batch.integers(f);
        now.integers[f].assign(from.begin(), from.end());
    }
    update_.learning_rate(learning_rate);
    now.run(ctx, [&] { step(ctx, now); });
    read(ctx, now);
    return result_;
}

template <tensor T>
MGKIT_COLD auto stepper<T>::fields_of(context& ctx, const batch_size& now) -> pretext::batch<X> {
    const auto copy = [](std::span<scalar> to, const batch_size* from, std::size_t f) {
        const auto put = [&to](const auto& values) {
            std::transform(values.begin(), values.end(), to.begin(),
                           [](auto value) { return static_cast<scalar>(value); });
        };
        from->values->about(f).type == field_type::byte ? put(from->values->bytes(f))
                                                        : put(from->values->reals(f));
    };
    typename pretext::batch<X>::tensor_fields tensors;
    typename pretext::batch<X>::integer_fields integers;
    for (std::size_t f = 0; f < now.extents.size(); ++f) {
        const field& about = now.values->about(f);
        if (about.type == field_type::integer)
            integers.push_back({about.name, now.integers[f]});
        else
            tensors.push_back({about.name,
                               X{step_values<T>(ctx, now.extents[f], copy,
                                                static_cast<const batch_size*>(&now), f)},
                               about.views});
    }
    return {std::move(tensors), std::move(integers)};
}

template <tensor T>
MGKIT_COLD void stepper<T>::step(context& ctx, batch_size& now) {
    now.loss = T{};  // may hold the last step's record
    now.parts.clear();
    nn::zero_gradients(leaves_);
    method_->before_step(ctx);
    for (const auto& l : listeners_)
        if (l.before_step) l.before_step(ctx);
    const recording<T> record(ctx);
    const auto value = method_->objective(ctx, fields_of(ctx, now));
    backward(ctx, value.loss);
    if (std::exchange(first_, false)) nn::require_gradients(leaves_, "training step");
    method_->gradients(ctx, leaves_);
    for (const auto& l : listeners_)
        if (l.gradients) l.gradients(ctx, leaves_);
    update_.step(ctx);
    method_->after_step(ctx);
    for (const auto& l : listeners_)
        if (l.after_step) l.after_step(ctx);
    now.loss = value_of(value.loss);
    for (const auto& [name, part] : value.parts) now.parts.emplace_back(name, value_of(part));
}

template <tensor T>
MGKIT_COLD void stepper<T>::read(context& ctx, const batch_size& now) {
    const auto number = [&](const T& value) {
        scalar out{};
        backend_traits<T>::to_host(ctx, value, std::span(&out, 1));
        return static_cast<double>(out);
    };
    result_.loss = number(now.loss);
    result_.parts.resize(now.parts.size());
    for (std::size_t i = 0; i < now.parts.size(); ++i) {
        result_.parts[i].first = now.parts[i].first;
        result_.parts[i].second = number(now.parts[i].second);
    }
}

}  // namespace MGKIT_NAMESPACE::train

#if defined(MGKIT_COMPILED)
namespace MGKIT_NAMESPACE::train {
extern template class stepper<eigen::tensor<float>>;
extern template class stepper<eigen::tensor<double>>;
}  // namespace MGKIT_NAMESPACE::train
#endif
