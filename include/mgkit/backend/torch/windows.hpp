// SPDX-License-Identifier: MIT
// Convolution and pooling by LibTorch's own operations.
#pragma once

#include <cstdint>
#include <vector>

#include "mgkit/backend/torch/primitives.hpp"
#include "mgkit/tensor/ops/conv.hpp"
#include "mgkit/tensor/ops/pool.hpp"

namespace MGKIT_NAMESPACE {

namespace torch::detail {

/// A window as LibTorch takes it.
struct window_lists {
    std::vector<std::int64_t> kernel, stride, padding, dilation, around;
    bool dilated = false;

    explicit window_lists(const window& over) {
        around.assign(2, 0);  // of the channels, which LibTorch lists first
        for (int i = 0; i < over.axes(); ++i) {
            kernel.push_back(over[i].kernel);
            stride.push_back(over[i].stride);
            padding.push_back(over[i].padding);
            dilation.push_back(over[i].dilation);
            dilated = dilated || over[i].dilation > 1;
        }
        for (int i = over.axes() - 1; i >= 0; --i)
            around.insert(around.end(), 2, static_cast<std::int64_t>(over[i].padding));
    }
    std::vector<std::int64_t> none() const { return std::vector<std::int64_t>(kernel.size(), 0); }
    /// x [N, D1, .., Dk, C] with what lies beside it, channels second. LibTorch's pooling pads by
    /// half a window at most, with values of its own choice.
    at::Tensor padded(const at::Tensor& x, const window& over, double beside) const {
        return (over.padded() ? at::constant_pad_nd(x, around, beside) : x).movedim(-1, 1);
    }
};

}  // namespace torch::detail

template <class S>
struct kernel<op::conv, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::conv& o, saved<T>&, const T& x, const T& weight,
                     const T& bias) {
        const torch::detail::window_lists w(o.over);
        return at::convolution(x.value().movedim(-1, 1), weight, bias.value(), w.stride, w.padding,
                               w.dilation, /*transposed=*/false, w.none(), o.groups)
            .movedim(1, -1);
    }
};
template <class S>
struct kernel<op::max_pool, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::max_pool& o, saved<T>&, const T& x) {
        const torch::detail::window_lists w(o.over);
        const at::Tensor in = w.padded(x, o.over, o.beside);
        const int axes = o.over.axes();
        const at::Tensor out =
            axes == 1   ? at::max_pool1d(in, w.kernel, w.stride, w.none(), w.dilation)
            : axes == 2 ? at::max_pool2d(in, w.kernel, w.stride, w.none(), w.dilation)
                        : at::max_pool3d(in, w.kernel, w.stride, w.none(), w.dilation);
        return out.movedim(1, -1);
    }
};
/// LibTorch has no mean over a dilated window.
template <class S>
struct kernel<op::mean_pool, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context& ctx, const op::mean_pool& o, saved<T>&, const T& x) {
        const torch::detail::window_lists w(o.over);
        if (w.dilated) return op::mean_pool::compose(ctx, o, x);
        const at::Tensor in = w.padded(x, o.over, 0);
        const int axes = o.over.axes();
        const at::Tensor out = axes == 1   ? at::avg_pool1d(in, w.kernel, w.stride)
                               : axes == 2 ? at::avg_pool2d(in, w.kernel, w.stride)
                                           : at::avg_pool3d(in, w.kernel, w.stride);
        return out.movedim(1, -1);
    }
};

}  // namespace MGKIT_NAMESPACE
