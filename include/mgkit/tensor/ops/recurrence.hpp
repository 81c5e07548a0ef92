// SPDX-License-Identifier: MIT
// Recurrences over sequences, one layer at a time, each with its composition from primitives.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mgkit/tensor/integers.hpp"
#include "mgkit/tensor/ops/layers.hpp"
#include "mgkit/tensor/ops/parts.hpp"

namespace MGKIT_NAMESPACE {

/// How a recurrence runs over the frames of its rows.
struct recurrence {
    bool reverse = false;    ///< the last direction runs from a row's last frame to its first
    index_tensor lengths{};  ///< [N], frames of each row, from 1 to T; without entries: all T
};

namespace detail {

/// Sizes of a recurrence of `parts` gates: weight [D parts H, H], D directions of H units each.
struct recurrence_extents {
    extent rows, frames, units, directions, parts;

    recurrence_extents(const shape& gates, const shape& weight, extent gate_count)
        : rows(gates[0]),
          frames(gates[1]),
          units(weight[1]),
          directions(weight[0] / (gate_count * weight[1])),
          parts(gate_count) {}
    /// The frame that step s of a direction works on.
    extent frame(const recurrence& how, extent direction, extent s) const {
        return how.reverse && direction == directions - 1 ? frames - 1 - s : s;
    }
};

/// Which entries [N, H] of a frame belong to rows that reach it.
template <operand X>
class frame_mask {
public:
    frame_mask(context& ctx, const recurrence& how, const shape& extents)
        : all_(how.lengths.elements() == 0) {
        using T = tensor_of<X>;
        if (all_) return;
        const T lengths = backend_traits<T>::reshape(cast<T>(ctx, how.lengths), {extents[0], 1});
        zero_ = constant<X>(ctx, extents, 0);
        lengths_ = mgkit::add(ctx, zero_, X{lengths});
    }
    /// `inside` where rows reach frame t, else `outside`.
    X choose(context& ctx, extent t, const X& inside, const X& outside) const {
        if (all_) return inside;
        const X bound = constant<X>(ctx, {1}, static_cast<double>(t) + .5);
        return mgkit::select(ctx, mgkit::greater(ctx, lengths_, bound), inside, outside);
    }
    X kept(context& ctx, extent t, const X& inside) const {
        return all_ ? inside : choose(ctx, t, inside, zero_);
    }

private:
    bool all_;
    X zero_{}, lengths_{};
};

/// Runs `step(gates [N, parts H], weight, bias, now, next)` over the frames of each direction, with
/// as many states [N, H] as the cell keeps, and joins them to [N, T, States D H].
template <std::size_t States, operand X, class Step>
X run_recurrence(context& ctx, const recurrence& how, const recurrence_extents& e, const X& gates,
                 const X& weight, const X* bias, const X& start, Step&& step) {
    const frame_mask<X> mask(ctx, how, {e.rows, e.units});
    const extent width = e.parts * e.units;
    const std::vector<X> frames = unstack(ctx, gates, 1);
    std::vector<X> joined;
    joined.reserve(States * static_cast<std::size_t>(e.directions));
    std::vector<X> out(static_cast<std::size_t>(e.frames) * States);
    std::vector<X> by_state[States];
    for (extent d = 0; d < e.directions; ++d) {
        const X w = slice(ctx, weight, 0, d * width, width);
        const X b = bias == nullptr ? X{} : slice(ctx, *bias, 0, d * width, width);
        X now[States];
        for (std::size_t i = 0; i < States; ++i)
            now[i] = slice(ctx, start, 1, (static_cast<extent>(i) * e.directions + d) * e.units,
                           e.units);
        for (extent s = 0; s < e.frames; ++s) {
            const extent t = e.frame(how, d, s);
            X next[States];
            step(slice(ctx, frames[static_cast<std::size_t>(t)], 1, d * width, width), w, b, now,
                 next);
            for (std::size_t i = 0; i < States; ++i) {
                out[static_cast<std::size_t>(t) * States + i] = mask.kept(ctx, t, next[i]);
                now[i] = mask.choose(ctx, t, next[i], now[i]);
            }
        }
        for (std::size_t i = 0; i < States; ++i) {
            std::vector<X> sequence;
            sequence.reserve(static_cast<std::size_t>(e.frames));
            for (std::size_t t = 0; t < static_cast<std::size_t>(e.frames); ++t)
                sequence.push_back(out[t * States + i]);
            by_state[i].push_back(stack(ctx, std::span<const X>(sequence), 1));
        }
    }
    for (std::size_t i = 0; i < States; ++i)
        joined.insert(joined.end(), by_state[i].begin(), by_state[i].end());
    return concat(ctx, 2, std::span<const X>(joined));
}

}  // namespace detail

namespace op {

/// Gated recurrent units: r, z = sigmoid(g + W h + b), n = tanh(g + r (W h + b)),
/// h = (1 - z) n + z h.
struct gru {
    recurrence how{};

    template <operand X>
    static X compose(context& ctx, const gru& self, const X& gates, const X& weight, const X& bias,
                     const X& start) {
        const detail::recurrence_extents e(shape_of(gates), shape_of(weight), 3);
        const auto step = [&](const X& g, const X& w, const X& b, const X* now, X* next) {
            const X mixed = apply(ctx, linear{}, now[0], w, b);
            const auto part = [&](const X& of, extent i, extent count) {
                return mgkit::slice(ctx, of, 1, i * e.units, count * e.units);
            };
            const X both = apply(ctx, sigmoid{}, mgkit::add(ctx, part(g, 0, 2), part(mixed, 0, 2)));
            const X reset = part(both, 0, 1), update = part(both, 1, 1);
            const X fresh = mgkit::tanh(
                ctx, mgkit::add(ctx, part(g, 2, 1), mgkit::mul(ctx, reset, part(mixed, 2, 1))));
            next[0] =
                mgkit::add(ctx, fresh, mgkit::mul(ctx, update, mgkit::sub(ctx, now[0], fresh)));
        };
        return detail::run_recurrence<1>(ctx, self.how, e, gates, weight, &bias, start, step);
    }
};

/// Long short-term memory: i, f, o = sigmoid(g + W h), u = tanh(g + W h), c = f c + i u,
/// h = o tanh(c); gates in the order i, f, u, o.
struct lstm {
    recurrence how{};

    template <operand X>
    static X compose(context& ctx, const lstm& self, const X& gates, const X& weight,
                     const X& start) {
        const detail::recurrence_extents e(shape_of(gates), shape_of(weight), 4);
        const auto step = [&](const X& g, const X& w, const X&, const X* now, X* next) {
            const X all = mgkit::add(ctx, g, mgkit::matmul(ctx, now[0], w, false, true));
            const auto part = [&](extent i, extent count) {
                return mgkit::slice(ctx, all, 1, i * e.units, count * e.units);
            };
            const X input = apply(ctx, sigmoid{}, part(0, 1));
            const X forget = apply(ctx, sigmoid{}, part(1, 1));
            const X fresh = mgkit::tanh(ctx, part(2, 1));
            const X output = apply(ctx, sigmoid{}, part(3, 1));
            next[1] =
                mgkit::add(ctx, mgkit::mul(ctx, forget, now[1]), mgkit::mul(ctx, input, fresh));
            next[0] = mgkit::mul(ctx, output, mgkit::tanh(ctx, next[1]));
        };
        return detail::run_recurrence<2>(ctx, self.how, e, gates, weight,
                                         static_cast<const X*>(nullptr), start, step);
    }
};

}  // namespace op

namespace detail {

void check_recurrence(const char* where, const recurrence& how, const shape& gates,
                      const shape& weight, const shape& start, extent parts, extent states);

}  // namespace detail

/// Gated recurrent units over sequences, one layer of D directions: gates [N, T, D 3H], which are
/// the frames' own share x W_ih^T + b_ih, made before as one product; weight [D 3H, H], bias
/// [D 3H], start [N, D H] -> states [N, T, D H]. Gates lie in the order r, z, n, directions one
/// after the other; D follows from the weight's extents. Each direction is one recurrence of its
/// own; with `how.reverse` the last one runs backwards. Frames at and after a row's length give 0,
/// and a reversed direction starts at the row's last frame: the final state of a row is that of
/// frame length - 1, of frame 0 where reversed.
///
/// Cost: 3 N T D H^2 multiply-adds, linear in T; one product a step and direction, one for the
/// weight's gradient. Errors: extents that do not fit, no frames, lengths outside of 1 to T or not
/// known to lie there. Source: Cho et al. 2014 in the form of cuDNN and torch.nn.GRU.
template <operand X>
X gru(context& ctx, const X& gates, const X& weight, const X& bias, const X& start,
      const recurrence& how = {}) {
    detail::check_recurrence("gru", how, shape_of(gates), shape_of(weight), shape_of(start), 3, 1);
    if (shape_of(bias) != shape{shape_of(weight)[0]})
        throw error("gru", text("a bias of shape [", shape_of(weight)[0], "]"),
                    shape_of(bias).str());
    return apply(ctx, op::gru{how}, gates, weight, bias, start);
}

/// Long short-term memory over sequences, one layer of D directions: gates [N, T, D 4H] =
/// x W_ih^T + b_ih + b_hh, in the order i, f, g, o; weight [D 4H, H]; start [N, 2 D H] -> [N, T,
/// 2 D H]: the h of all directions, then the c of all. Everything else as in `gru`.
///
/// Cost: 4 N T D H^2 multiply-adds. Source: Hochreiter and Schmidhuber 1997 with forget gates, as
/// torch.nn.LSTM.
template <operand X>
X lstm(context& ctx, const X& gates, const X& weight, const X& start, const recurrence& how = {}) {
    detail::check_recurrence("lstm", how, shape_of(gates), shape_of(weight), shape_of(start), 4, 2);
    return apply(ctx, op::lstm{how}, gates, weight, start);
}

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/tensor/ops/recurrence-inl.hpp"
#endif
