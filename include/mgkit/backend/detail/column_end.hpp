// SPDX-License-Identifier: MIT
// What follows a product on the default tensor, applied to its parts while they are in cache.
#pragma once

#include <cmath>

#include "mgkit/backend/detail/batch_norm.hpp"
#include "mgkit/tensor/ops/normalise.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

/// y = relu(scale * y + shift + residual) over rows of y [.., width], scale and shift of each
/// column; relu and residual where they are asked for. NaN stays NaN.
template <class S, class P>
class column_end {
public:
    using T = tensor<S, P>;

    /// The bias, then the normalisation, where they are not null.
    column_end(context& ctx, extent width, const T* bias, const normalised_end<T>* end)
        : tile_(width), table_(ctx, {2, tile_.span}) {
        S *const scale = table_.data(), *const shift = scale + tile_.span;
        for (extent c = 0; c < tile_.width; ++c) {
            scale[c] = S(1);
            shift[c] = bias ? bias->data()[c] : S(0);
            if (!end) continue;
            scale[c] = end->scale.data()[c] *
                       (S(1) / std::sqrt(end->variance.data()[c] + static_cast<S>(end->epsilon)));
            shift[c] = (shift[c] - end->mean.data()[c]) * scale[c] + end->shift.data()[c];
        }
        tile_.repeat(scale, scale);
        tile_.repeat(shift, shift);
        if (!end) return;
        residual_ = end->then.residual ? end->then.residual->data() : nullptr;
        relu_ = end->then.relu;
    }

    /// Values [begin, end) of y.
    void operator()(S* y, extent begin, extent end) const {
        tile_.for_runs(begin, end,
                       [&](extent at, extent column, extent count) { run(y, at, column, count); });
    }
    /// Columns [column, column + columns) of rows [row, row + rows).
    void operator()(S* y, extent row, extent rows, extent column, extent columns) const {
        if (columns == tile_.width)
            (*this)(y, row * columns, (row + rows) * columns);
        else
            for (extent r = row; r < row + rows; ++r)
                run(y, r * tile_.width + column, column, columns);
    }

private:
    void run(S* y, extent at, extent column, extent count) const {
        const S* const r = residual_ ? residual_ + at : nullptr;
        const S* const scale = table_.data() + column;
        if (relu_ && r)
            run<true, true>(y + at, r, scale, count);
        else if (relu_)
            run<true, false>(y + at, r, scale, count);
        else if (r)
            run<false, true>(y + at, r, scale, count);
        else
            run<false, false>(y + at, r, scale, count);
    }
    template <bool Relu, bool Residual>
    void run(S* y, const S* residual, const S* scale, extent count) const {
        const S* const shift = scale + tile_.span;
        for (extent i = 0; i < count; ++i) {
            S v = y[i] * scale[i] + shift[i];
            if constexpr (Residual) v += residual[i];
            if constexpr (Relu) v = v < S(0) ? S(0) : v;
            y[i] = v;
        }
    }

    column_tiles tile_;
    T table_;
    const S* residual_ = nullptr;
    bool relu_ = false;
};

}  // namespace MGKIT_NAMESPACE::eigen::detail
