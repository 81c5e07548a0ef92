// Fused layer operations of the CUDA backend.
#pragma once

#include "mgkit/backend/cuda/product.cuh"
#include "mgkit/backend/cuda/reduce.cuh"

namespace mgkit::cuda {

/// out = activation(u + bias of its column); `before` (may be null) receives u + bias. In place.
/// The bias of element i is bias[i / width % rows]; null if it is in u already.
template <class S>
struct finish_body {
    S *out, *before;
    const S* bias;
    extent width, rows;
    activation act;
    MGKIT_DEVICE void operator()(extent i) const {
        S u = out[i];
        if (bias != nullptr) {
            extent rest = i;
            split(rest, width);
            u += bias[split(rest, rows)];
        }
        if (before != nullptr) before[i] = u;
        out[i] = activated(act, u);
    }
};

/// Standardises a row, scales and shifts it; keeps its mean and inverse deviation.
template <class S>
struct norm_body {
    const S *x, *scale, *shift;
    S *out, *moments;
    extent width;
    S epsilon;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const S* in = x + row * width;
        S* to = out + row * width;
        const int threads = block.threads();
        const S mean = block.template reduce<S>(
                           [&](int thread) {
                               S part = S(0);
                               for (extent i = thread; i < width; i += threads) part += in[i];
                               return part;
                           },
                           plus{}) /
                       static_cast<S>(width);
        const S variance = block.template reduce<S>(
                               [&](int thread) {
                                   S part = S(0);
                                   for (extent i = thread; i < width; i += threads)
                                       part += (in[i] - mean) * (in[i] - mean);
                                   return part;
                               },
                               plus{}) /
                           static_cast<S>(width);
        const S inverse = S(1) / std::sqrt(variance + epsilon);
        block.each([&](int thread) {
            if (thread == 0) {
                moments[2 * row] = mean;
                moments[2 * row + 1] = inverse;
            }
            for (extent i = thread; i < width; i += threads)
                to[i] = (in[i] - mean) * inverse * scale[i] + shift[i];
        });
    }
};
template <class S>
struct norm_backward_body {
    const S *x, *moments, *scale, *dout;
    S* dx;
    extent width;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const S *in = x + row * width, *d = dout + row * width;
        S* to = dx + row * width;
        const S mean = moments[2 * row], inverse = moments[2 * row + 1];
        const int threads = block.threads();
        const S first = block.template reduce<S>(
                            [&](int thread) {
                                S part = S(0);
                                for (extent i = thread; i < width; i += threads)
                                    part += d[i] * scale[i];
                                return part;
                            },
                            plus{}) /
                        static_cast<S>(width);
        const S second = block.template reduce<S>(
                             [&](int thread) {
                                 S part = S(0);
                                 for (extent i = thread; i < width; i += threads)
                                     part += d[i] * scale[i] * ((in[i] - mean) * inverse);
                                 return part;
                             },
                             plus{}) /
                         static_cast<S>(width);
        block.each([&](int thread) {
            for (extent i = thread; i < width; i += threads)
                to[i] = inverse * (d[i] * scale[i] - first - (in[i] - mean) * inverse * second);
        });
    }
};
/// What a row adds to the gradient of the scale.
template <class S>
struct norm_scale_term {
    const S *x, *moments, *dout;
    extent width;
    MGKIT_DEVICE S operator()(extent, extent row, extent i) const {
        const extent at = row * width + i;
        return dout[at] * ((x[at] - moments[2 * row]) * moments[2 * row + 1]);
    }
};

/// Softmax of scale * row; out may be x.
template <class S>
struct softmax_body {
    const S* x;
    S* out;
    extent width;
    S scale;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const S* in = x + row * width;
        S* to = out + row * width;
        const int threads = block.threads();
        const S top = block.template reduce<S>(
            [&](int thread) {
                S best = in[thread < width ? thread : 0];
                for (extent i = thread + threads; i < width; i += threads)
                    best = larger{}(best, in[i]);
                return best;
            },
            larger{});
        const S total = block.template reduce<S>(
            [&](int thread) {
                S part = S(0);
                for (extent i = thread; i < width; i += threads)
                    part += std::exp(scale * (in[i] - top));
                return part;
            },
            plus{});
        const S norm = S(1) / total;
        block.each([&](int thread) {
            for (extent i = thread; i < width; i += threads)
                to[i] = std::exp(scale * (in[i] - top)) * norm;
        });
    }
};
/// dx = scale * y (dout - sum(dout y)); dx may be dout.
template <class S>
struct softmax_backward_body {
    const S *y, *dout;
    S* dx;
    extent width;
    S scale;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const S *value = y + row * width, *d = dout + row * width;
        S* to = dx + row * width;
        const int threads = block.threads();
        const S dot = block.template reduce<S>(
            [&](int thread) {
                S part = S(0);
                for (extent i = thread; i < width; i += threads) part += d[i] * value[i];
                return part;
            },
            plus{});
        block.each([&](int thread) {
            for (extent i = thread; i < width; i += threads)
                to[i] = scale * value[i] * (d[i] - dot);
        });
    }
};

/// dout * activation'(u), or dout itself; `result` is u, for relu the activation's value.
template <class T>
T undone(context& ctx, activation act, const T& result, const T& dout) {
    if (act == activation::none) return dout;
    return zip(ctx, "activation backward", result, dout, undo_activation{act});
}

}  // namespace mgkit::cuda

namespace mgkit {

template <class C, class D>
struct kernel<op::relu, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::relu&, saved<T>& kept, const T& x) {
        T out = cuda::map(ctx, "relu", x, cuda::activate{activation::relu});
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::relu&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, cuda::undone(ctx, activation::relu, kept[0], dout));
    }
};

template <class C, class D>
struct kernel<op::gelu, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::gelu&, saved<T>& kept, const T& x) {
        kept.keep(x);
        return cuda::map(ctx, "gelu", x, cuda::activate{activation::gelu});
    }
    static void backward(context& ctx, const op::gelu&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, cuda::undone(ctx, activation::gelu, kept[0], dout));
    }
};

/// The product adds the bias. The activation is a kernel of its own: cuBLASLt's gelu is the tanh
/// approximation, and its relu turns NaN into 0.
template <class C, class D>
struct kernel<op::linear, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::linear& o, saved<T>& kept, const T& x, const T& weight,
                     const T& bias) {
        const extent to = weight.extents()[0], from = weight.extents()[1];
        T out(ctx, op::linear::result(x.extents(), weight.extents()));
        cuda::multiply<T>(ctx, {false, true, x.elements() / from, to, from, x.data(), from, 0,
                                weight.data(), from, 0, out.data(), to, 0, 1, 0, bias.data()});
        kept.keep(x);
        kept.keep(weight);
        if (o.act != activation::none) {
            T before;
            if (kept.wanted() && o.act == activation::gelu) before = T(ctx, out.extents());
            D::of(ctx).elements(
                "activation", out.elements(),
                cuda::finish_body<S>{out.data(), before.data(), nullptr, 1, 1, o.act});
            kept.keep(o.act == activation::gelu ? before : out);
        }
        return out;
    }
    static void backward(context& ctx, const op::linear& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &weight = kept[1];
        const extent to = weight.extents()[0], from = weight.extents()[1],
                     rows = x.elements() / from;
        const T du = cuda::undone(ctx, o.act, kept[2], dout);
        if (sink.wants(2)) {
            auto [db, beta] = sink.accumulate(ctx, 2, {to});
            cuda::column_sum<T>(ctx, "linear backward", 1, rows, to,
                                cuda::load_cube<S>{du.data(), rows, to}, db.data(), beta);
        }
        if (sink.wants(1)) {
            auto [dw, beta] = sink.accumulate(ctx, 1, weight.extents());
            cuda::multiply<T>(ctx, {true, false, to, from, rows, du.data(), to, 0, x.data(), from,
                                    0, dw.data(), from, 0, 1, beta});
        }
        if (sink.wants(0)) {
            auto [dx, beta] = sink.accumulate(ctx, 0, x.extents());
            cuda::multiply<T>(ctx, {false, false, rows, from, to, du.data(), to, 0, weight.data(),
                                    from, 0, dx.data(), from, 0, 1, beta});
        }
    }
};

template <class C, class D>
struct kernel<op::layer_norm, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::layer_norm& o, saved<T>& kept, const T& x,
                     const T& scale, const T& shift) {
        const extent width = x.extents()[-1], rows = x.elements() / width;
        T out(ctx, x.extents()), moments(ctx, {rows, 2});
        D::of(ctx).blocks("layer_norm", rows, cuda::row_threads(width),
                          cuda::norm_body<S>{x.data(), scale.data(), shift.data(), out.data(),
                                             moments.data(), width, static_cast<S>(o.epsilon)});
        kept.keep(x);
        kept.keep(moments);
        kept.keep(scale);
        return out;
    }
    static void backward(context& ctx, const op::layer_norm&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &moments = kept[1], &scale = kept[2];
        const extent width = x.extents()[-1], rows = x.elements() / width;
        if (sink.wants(0)) {
            T dx(ctx, x.extents());
            D::of(ctx).blocks("layer_norm backward", rows, cuda::row_threads(width),
                              cuda::norm_backward_body<S>{x.data(), moments.data(), scale.data(),
                                                          dout.data(), dx.data(), width});
            sink.add(ctx, 0, std::move(dx));
        }
        if (sink.wants(1)) {
            auto [gradient, beta] = sink.accumulate(ctx, 1, {width});
            cuda::column_sum<T>(
                ctx, "layer_norm backward", 1, rows, width,
                cuda::norm_scale_term<S>{x.data(), moments.data(), dout.data(), width},
                gradient.data(), beta);
        }
        if (sink.wants(2)) {
            auto [gradient, beta] = sink.accumulate(ctx, 2, {width});
            cuda::column_sum<T>(ctx, "layer_norm backward", 1, rows, width,
                                cuda::load_cube<S>{dout.data(), rows, width}, gradient.data(),
                                beta);
        }
    }
};

template <class C, class D>
struct kernel<op::softmax, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::softmax&, saved<T>& kept, const T& x) {
        const extent width = x.extents()[-1];
        T out(ctx, x.extents());
        D::of(ctx).blocks("softmax", x.elements() / width, cuda::row_threads(width),
                          cuda::softmax_body<S>{x.data(), out.data(), width, S(1)});
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::softmax&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const extent width = dout.extents()[-1];
        T dx(ctx, dout.extents());
        D::of(ctx).blocks(
            "softmax backward", dout.elements() / width, cuda::row_threads(width),
            cuda::softmax_backward_body<S>{kept[0].data(), dout.data(), dx.data(), width, S(1)});
        sink.add(ctx, 0, std::move(dx));
    }
};

}  // namespace mgkit
