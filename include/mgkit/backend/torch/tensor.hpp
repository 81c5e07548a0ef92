// SPDX-License-Identifier: MIT
// LibTorch's tensor under mgkit's seam.
#pragma once

#include "mgkit/core/compiler.hpp"

#include <ATen/core/ivalue.h>
// ivalue.h first: some compilers meet an incomplete type otherwise.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/tensor/integers.hpp"
#include "mgkit/tensor/native_gradient.hpp"

namespace MGKIT_NAMESPACE::torch {

/// Where tensors of a context are made: `ctx.state.get<torch::placement>().device = "cuda:0"`.
struct placement {
    at::Device device{at::kCPU};
};

/// An `at::Tensor` of a scalar type known to the compiler. Copies share storage.
template <std::floating_point S>
class tensor {
public:
    using scalar = S;
    static constexpr at::ScalarType type = std::is_same_v<S, double> ? at::kDouble : at::kFloat;

    tensor() = default;
    /// Shares the storage of `value`. Errors: mgkit::error for another scalar type, no tensor, or
    /// more than eight axes.
    tensor(at::Tensor value) : value_(std::move(value)) {
        if (!value_.defined())
            throw error("torch::tensor", "a tensor", "none", "give it a value first");
        if (value_.scalar_type() != type)
            throw error("torch::tensor", at::toString(type), at::toString(value_.scalar_type()),
                        "convert it with to()");
        if (value_.dim() > shape::max_rank)
            throw error("torch::tensor", text("at most ", shape::max_rank, " axes"),
                        text(value_.dim()), "join some axes with reshape()");
    }

    /// The same tensor as LibTorch knows it.
    const at::Tensor& value() const { return value_; }
    operator const at::Tensor&() const { return value_; }

private:
    at::Tensor value_;
};

namespace detail {

/// Extents as LibTorch takes them.
class sizes {
public:
    explicit sizes(const shape& extents) : count_(static_cast<std::size_t>(extents.rank())) {
        for (std::size_t i = 0; i < count_; ++i)
            extents_[i] = static_cast<std::int64_t>(extents[static_cast<int>(i)]);
    }
    operator at::IntArrayRef() const { return {extents_.data(), count_}; }

private:
    std::array<std::int64_t, shape::max_rank> extents_{};
    std::size_t count_;
};

template <class S>
at::TensorOptions options(context& ctx) {
    return at::TensorOptions().dtype(tensor<S>::type).device(ctx.state.get<placement>().device);
}

inline shape extents_of(const at::Tensor& t) {
    if (!t.defined()) return shape{0};
    shape out;
    for (const std::int64_t e : t.sizes()) out.push_back(static_cast<extent>(e));
    return out;
}

/// Whole numbers where LibTorch computes: indices with its own 64 bits.
template <std::integral I>
struct integers_in_torch final : integer_storage<I> {
    static constexpr at::ScalarType type = std::is_same_v<I, std::uint8_t> ? at::kByte : at::kLong;
    at::Tensor values;

    explicit integers_in_torch(at::Tensor v) : values(std::move(v)) {}
    void read(context&, std::span<I> to) const override {
        const at::Tensor host = values.to(at::kCPU).contiguous();
        if constexpr (type == at::kByte)
            std::copy_n(host.template data_ptr<std::uint8_t>(), to.size(), to.data());
        else
            std::transform(host.template data_ptr<std::int64_t>(),
                           host.template data_ptr<std::int64_t>() + to.size(), to.begin(),
                           [](std::int64_t v) { return static_cast<I>(v); });
    }
};

/// The numbers as LibTorch takes them, in x's extents, on a device.
template <std::integral I>
at::Tensor numbers(context& ctx, const integers<I>& x, const at::Device& device) {
    if (const auto* const there = x.template stored<integers_in_torch<I>>())
        return there->values.to(device).reshape(sizes(x.extents()));
    const integers<I> from = x.on_host(ctx);
    at::Tensor host = at::empty(sizes(x.extents()), integers_in_torch<I>::type);
    if constexpr (integers_in_torch<I>::type == at::kByte)
        std::copy(from.values().begin(), from.values().end(),
                  host.template data_ptr<std::uint8_t>());
    else
        std::copy(from.values().begin(), from.values().end(),
                  host.template data_ptr<std::int64_t>());
    return host.to(device);
}

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::torch

namespace MGKIT_NAMESPACE {

template <class S>
struct backend_traits<torch::tensor<S>> {
    using scalar = S;
    using T = torch::tensor<S>;

    static shape shape_of(const T& t) { return torch::detail::extents_of(t.value()); }
    static T empty(context& ctx, const shape& extents) {
        return at::empty(torch::detail::sizes(extents), torch::detail::options<S>(ctx));
    }
    static T full(context& ctx, const shape& extents, double value) {
        return at::full(torch::detail::sizes(extents), value, torch::detail::options<S>(ctx));
    }
    static T from_host(context& ctx, std::span<const S> values, const shape& extents) {
        if (static_cast<extent>(values.size()) != extents.elements())
            throw error("from_host", text(extents.elements(), " values for ", extents.str()),
                        text(values.size(), " values"));
        at::Tensor host = at::empty(torch::detail::sizes(extents), T::type);
        std::copy(values.begin(), values.end(), host.template data_ptr<S>());
        return host.to(ctx.state.get<torch::placement>().device);
    }
    static void to_host(context&, const T& t, std::span<S> target) {
        if (static_cast<extent>(target.size()) != shape_of(t).elements())
            throw error("to_host", text("room for ", shape_of(t).elements(), " values"),
                        text("room for ", target.size()));
        if (target.empty()) return;
        const at::Tensor host = t.value().detach().to(at::kCPU).contiguous();
        std::copy_n(host.template data_ptr<S>(), target.size(), target.data());
    }
    static T reshape(const T& t, const shape& extents) {
        return t.value().reshape(torch::detail::sizes(extents));
    }
    static void assign(context&, T& target, const T& source) {
        if (shape_of(target) != shape_of(source))
            throw error("assign", text("a source of shape ", shape_of(target).str()),
                        shape_of(source).str());
        const at::NoGradGuard not_recorded;
        at::Tensor to = target.value();
        to.copy_(source.value());
    }
    template <std::integral I>
    static integers<I> on_backend(context& ctx, const integers<I>& x) {
        if (x.template stored<torch::detail::integers_in_torch<I>>()) return x;
        return integers<I>::kept(
            x.extents(),
            std::make_shared<torch::detail::integers_in_torch<I>>(
                torch::detail::numbers(ctx, x, ctx.state.get<torch::placement>().device)),
            x.limits());
    }
    template <std::integral I>
    static T cast(context& ctx, const integers<I>& x, const channel_affine& how) {
        const at::Device device = ctx.state.get<torch::placement>().device;
        at::Tensor out = torch::detail::numbers(ctx, x, device).to(T::type);
        const auto factor = [&](const std::vector<double>& v) {
            const at::Tensor all = at::tensor(v, at::TensorOptions().dtype(T::type)).to(device);
            if (v.size() == 1) return all.reshape({});
            const int axis = x.extents().axis(how.axis);
            std::vector<std::int64_t> broadcast(static_cast<std::size_t>(x.extents().rank() - axis),
                                                1);
            broadcast[0] = -1;
            return all.reshape(broadcast);
        };
        if (!how.scale.empty()) out = at::mul(out, factor(how.scale));
        if (!how.shift.empty()) out = at::add(out, factor(how.shift));
        return out;
    }
    /// LibTorch's order is ours: missing values first, equal ones by place.
    static index_tensor top_places(context&, const T& x, int k) {
        const at::Tensor order =
            std::get<1>(at::sort(x.value().detach(), /*stable=*/true, -1, /*descending=*/true))
                .narrow(-1, 0, k)
                .contiguous();
        shape out = shape_of(x);
        const auto last = static_cast<std::int32_t>(out[-1] - 1);
        out[-1] = k;
        return index_tensor::kept(
            out, std::make_shared<torch::detail::integers_in_torch<std::int32_t>>(order),
            std::pair{0, last});
    }
    /// Any number of tensors one after the other.
    static T concat_all(context&, std::span<const T> parts, int axis) {
        return at::cat(std::vector<at::Tensor>(parts.begin(), parts.end()), axis);
    }
    /// Consecutive parts of an axis, of which LibTorch gathers the gradient at once.
    static std::vector<T> split_all(context&, const T& x, int axis,
                                    std::span<const extent> lengths) {
        const std::vector<std::int64_t> sizes(lengths.begin(), lengths.end());
        const std::vector<at::Tensor> parts = at::split_with_sizes(x.value(), sizes, axis);
        return {parts.begin(), parts.end()};
    }

    static constexpr bool deterministic = false;  ///< for any number of threads

    static T detached(const T& t) { return t.value().detach(); }
    static T leaf(const T& t) { return t.value().detach().requires_grad_(); }
    /// t, whose gradient is handed on as f(gradient).
    template <class F>
    static T rerouted(const T& t, F f) {
        const at::Tensor out = t.value().view_as(t.value());
        if (out.requires_grad())
            out.register_hook([f = std::move(f)](const at::Tensor& g) { return f(T(g)).value(); });
        return out;
    }
    static bool needs_gradient(const T& t) {
        return t.value().defined() && t.value().requires_grad();
    }
    static std::vector<T> native_gradients(const T& result, const T& weights,
                                           const std::vector<T>& leaves, std::vector<char>& found) {
        const std::vector<at::Tensor> inputs(leaves.begin(), leaves.end());
        const auto grads = ::torch::autograd::grad({result.value()}, inputs, {weights.value()},
                                                   /*retain_graph=*/false, /*create_graph=*/false,
                                                   /*allow_unused=*/true);
        std::vector<T> out(grads.size());
        for (std::size_t i = 0; i < grads.size(); ++i)
            if (grads[i].defined()) {
                out[i] = T(grads[i]);
                found[i] = 1;
            }
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
