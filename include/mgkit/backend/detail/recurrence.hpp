// SPDX-License-Identifier: MIT
// Recurrences on the default tensor: one product a step, gates in one pass, the weight's gradient
// as one product over all steps.
#pragma once

#include <algorithm>
#include <cstddef>

#include "mgkit/backend/detail/primitives.hpp"
#include "mgkit/tensor/ops/recurrence.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

template <class S>
inline S logistic(S x) {
    return S(1) / (S(1) + fast_exp(-x));
}

/// What forward and backward share: rows in pieces that run through all steps by themselves, one
/// direction each, so that threads do not wait for each other. Scratch and saved values lie by
/// direction, step, row. Products of steps are in full precision on every provider.
template <class S, class P>
class recurrent_pieces {
public:
    recurrent_pieces(context& ctx, const recurrence& how,
                     const mgkit::detail::recurrence_extents& e)
        : at(e), how_(how), each_(rows_of_piece(e)), count_((e.rows + each_ - 1) / each_) {
        if (how.lengths.elements() > 0) lengths_ = how.lengths.on_host(ctx);
    }

    const mgkit::detail::recurrence_extents at;

    /// f(direction, first row, rows) for every piece.
    template <class F>
    void run(context& ctx, F&& f) const {
        parallel_for(ctx.threads, at.directions * count_, [&](extent i) {
            const extent first = i / at.directions * each_;
            f(i % at.directions, first, std::min(each_, at.rows - first));
        });
    }
    /// The frame of a step.
    extent frame(extent direction, extent step) const { return at.frame(how_, direction, step); }
    bool reaches(extent row, extent frame) const {
        return lengths_.elements() == 0 || frame < lengths_.values()[static_cast<std::size_t>(row)];
    }
    /// Where the rows of a direction and step begin, in scratch that has `steps` of them.
    extent slab(extent direction, extent step, extent steps) const {
        return (direction * steps + step) * at.rows;
    }
    /// Where a row's frame begins, with `width` values for each direction.
    extent gates(extent row, extent frame, extent direction, extent width) const {
        return ((row * at.frames + frame) * at.directions + direction) * width;
    }

    /// [directions, H, parts H] of weight [directions parts H, H]: products of few rows are nearly
    /// twice as fast where columns of the result are next to each other in the factor. Nothing
    /// where that does not pay.
    gemm::scratch<S> turned(context& ctx, const S* weight) const {
        const extent wide = at.parts * at.units;
        if (at.rows < 4) return {};
        gemm::scratch<S> out(ctx, static_cast<std::size_t>(at.directions * wide * at.units));
        constexpr extent block = 32;
        const extent blocks = (wide + block - 1) / block;
        parallel_for(wide * at.units < grain ? 1 : ctx.threads, at.directions * blocks,
                     [&](extent i) {
                         const S* const from = weight + i / blocks * wide * at.units;
                         S* const to = out.data() + i / blocks * wide * at.units;
                         const extent begin = i % blocks * block;
                         const extent end = std::min(wide, begin + block);
                         for (extent k0 = 0; k0 < at.units; k0 += block)
                             for (extent k = k0; k < std::min(at.units, k0 + block); ++k)
                                 for (extent j = begin; j < end; ++j)
                                     to[k * wide + j] = from[j * at.units + k];
                     });
        return out;
    }
    /// to [rows, parts H] = state [rows, H] W^T of one direction.
    void mix(const S* weight, const S* turned, extent direction, extent rows, const S* state,
             S* to) const {
        const extent wide = at.parts * at.units, begin = direction * wide * at.units;
        gemm::run<P>(gemm::problem<S>{false, turned == nullptr, rows, wide, at.units, state,
                                      at.units, (turned == nullptr ? weight : turned) + begin,
                                      turned == nullptr ? at.units : wide, S(0), to, wide});
    }
    /// to [rows, H] += slopes [rows, parts H] W.
    void unmix(const S* weight, extent direction, extent rows, const S* slopes, S* to) const {
        const extent wide = at.parts * at.units;
        gemm::run<P>(gemm::problem<S>{false, false, rows, at.units, wide, slopes, wide,
                                      weight + direction * wide * at.units, at.units, S(1), to,
                                      at.units});
    }
    /// The weight's gradient: one product over all steps for each direction.
    void weigh(context& ctx, gradients<tensor<S, P>>& sink, int operand, const S* slopes,
               const S* states) const {
        if (!sink.wants(operand)) return;
        const extent wide = at.parts * at.units, steps = at.frames * at.rows;
        auto [dw, beta] = sink.accumulate(ctx, operand, {at.directions * wide, at.units});
        for (extent d = 0; d < at.directions; ++d)
            gemm::run_pieces<P>(
                ctx,
                gemm::problem<S>{true, false, wide, at.units, steps, slopes + d * steps * wide,
                                 wide, states + d * (steps + at.rows) * at.units, at.units, S(beta),
                                 dw.data() + d * wide * at.units, at.units},
                [](extent, extent, extent, extent) {});
    }
    /// Rows of the start, or of its gradient, of one of `states`; kept by row.
    extent start(extent row, extent state, extent states, extent direction) const {
        return ((row * states + state) * at.directions + direction) * at.units;
    }

private:
    /// Two pieces at least of what is worth it, and no rows fewer than products like.
    static extent rows_of_piece(const mgkit::detail::recurrence_extents& e) {
        constexpr extent fewest = 16, most = 64;
        const extent half = (e.rows * e.directions + 1) / 2;
        return std::clamp((half + 15) / 16 * 16, fewest, most);
    }

    recurrence how_;
    extent each_, count_;
    index_tensor lengths_{};
};

}  // namespace MGKIT_NAMESPACE::eigen::detail

namespace MGKIT_NAMESPACE {

/// Kept: weight; states before each step and after the last [D, T + 1, N, H]; r, z, n and the share
/// of the state in n [D, T, N, 4H].
template <class S, class P>
struct kernel<op::gru, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::gru& o, saved<T>& kept, const T& gates,
                     const T& weight, const T& bias, const T& start) {
        const pieces run(ctx, o.how, {gates.extents(), weight.extents(), 3});
        const auto& at = run.at;
        const extent h = at.units, steps = kept.wanted() ? at.frames + 1 : 2;
        T out(ctx, {at.rows, at.frames, at.directions * h});
        T states(ctx, {at.directions, steps, at.rows, h}), active;
        if (kept.wanted()) active = T(ctx, {at.directions, at.frames, at.rows, 4 * h});
        const auto turned = run.turned(ctx, weight.data());
        const gemm::scratch<S> mixed(ctx,
                                     static_cast<std::size_t>(at.directions * at.rows * 3 * h));
        run.run(ctx, [&](extent d, extent first, extent rows) {
            S* const product = mixed.data() + (d * at.rows + first) * 3 * h;
            for (extent r = first; r < first + rows; ++r)
                std::copy_n(start.data() + run.start(r, 0, 1, d), h,
                            states.data() + (run.slab(d, 0, steps) + r) * h);
            for (extent s = 0; s < at.frames; ++s) {
                const extent t = run.frame(d, s);
                const S* const before = states.data() + run.slab(d, s % steps, steps) * h;
                S* const after = states.data() + run.slab(d, (s + 1) % steps, steps) * h;
                run.mix(weight.data(), turned.data(), d, rows, before + first * h, product);
                for (extent r = first; r < first + rows; ++r) {
                    S* const to = out.data() + run.gates(r, t, d, h);
                    S* const keep = kept.wanted()
                                        ? active.data() + (run.slab(d, s, at.frames) + r) * 4 * h
                                        : nullptr;
                    if (!run.reaches(r, t)) {
                        std::fill_n(to, h, S(0));
                        std::copy_n(before + r * h, h, after + r * h);
                        continue;
                    }
                    step(h, gates.data() + run.gates(r, t, d, 3 * h), product + (r - first) * 3 * h,
                         bias.data() + d * 3 * h, before + r * h, after + r * h, keep);
                    std::copy_n(after + r * h, h, to);
                }
            }
        });
        kept.keep(weight);
        kept.keep(states);
        kept.keep(active);
        return out;
    }

    static void backward(context& ctx, const op::gru& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &weight = kept[0], &states = kept[1], &active = kept[2];
        const extent rows_in = dout.extents()[0], frames = dout.extents()[1];
        const shape gates_in{rows_in, frames, weight.extents()[0]};
        const pieces run(ctx, o.how, {gates_in, weight.extents(), 3});
        const auto& at = run.at;
        const extent h = at.units;
        T dgates(ctx, gates_in), slopes(ctx, {at.directions, at.frames, at.rows, 3 * h});
        T dstart(ctx, {at.rows, at.directions * h});
        const gemm::scratch<S> left(ctx, static_cast<std::size_t>(at.directions * at.rows * h));
        run.run(ctx, [&](extent d, extent first, extent rows) {
            S* const dh = left.data() + (d * at.rows + first) * h;
            std::fill_n(dh, rows * h, S(0));
            for (extent s = at.frames; s-- > 0;) {
                const extent t = run.frame(d, s);
                S* const ds = slopes.data() + (run.slab(d, s, at.frames) + first) * 3 * h;
                for (extent r = first; r < first + rows; ++r) {
                    S *const row = ds + (r - first) * 3 * h, *const dg = dgates.data() +
                                                                         run.gates(r, t, d, 3 * h);
                    if (!run.reaches(r, t)) {
                        std::fill_n(row, 3 * h, S(0));
                        std::fill_n(dg, 3 * h, S(0));
                        continue;
                    }
                    undo(h, active.data() + (run.slab(d, s, at.frames) + r) * 4 * h,
                         states.data() + (run.slab(d, s, at.frames + 1) + r) * h,
                         dout.data() + run.gates(r, t, d, h), dh + (r - first) * h, row, dg);
                }
                run.unmix(weight.data(), d, rows, ds, dh);
            }
            for (extent r = first; r < first + rows; ++r)
                std::copy_n(dh + (r - first) * h, h, dstart.data() + run.start(r, 0, 1, d));
        });
        run.weigh(ctx, sink, 1, slopes.data(), states.data());
        if (sink.wants(2)) {
            auto [db, beta] = sink.accumulate(ctx, 2, {at.directions * 3 * h});
            for (extent d = 0; d < at.directions; ++d)
                eigen::detail::column_sums<S, P>(
                    ctx, at.frames * at.rows, 3 * h, db.data() + d * 3 * h, beta,
                    [from = slopes.data() + d * at.frames * at.rows * 3 * h, h](
                        extent begin, extent end, S* partial) {
                        eigen::detail::add_rows(static_cast<const S*>(from), begin, end, 3 * h,
                                                partial);
                    });
        }
        sink.add(ctx, 0, std::move(dgates));
        sink.add(ctx, 3, std::move(dstart));
    }

private:
    using pieces = eigen::detail::recurrent_pieces<S, P>;

    static void step(extent h, const S* gates, const S* mixed, const S* bias, const S* before,
                     S* after, S* keep) {
        const S *gr = gates, *gz = gates + h, *gn = gates + 2 * h;
        const S *mr = mixed, *mz = mixed + h, *mn = mixed + 2 * h;
        const S *br = bias, *bz = bias + h, *bn = bias + 2 * h;
        if (keep == nullptr) {
            MGKIT_APART
            for (extent j = 0; j < h; ++j) {
                const S r = eigen::detail::logistic(gr[j] + mr[j] + br[j]);
                const S z = eigen::detail::logistic(gz[j] + mz[j] + bz[j]);
                const S n = eigen::detail::fast_tanh(gn[j] + r * (mn[j] + bn[j]));
                after[j] = n + z * (before[j] - n);
            }
            return;
        }
        S *kr = keep, *kz = keep + h, *kn = keep + 2 * h, *kq = keep + 3 * h;
        MGKIT_APART
        for (extent j = 0; j < h; ++j) {
            const S r = eigen::detail::logistic(gr[j] + mr[j] + br[j]);
            const S z = eigen::detail::logistic(gz[j] + mz[j] + bz[j]);
            const S q = mn[j] + bn[j];
            const S n = eigen::detail::fast_tanh(gn[j] + r * q);
            after[j] = n + z * (before[j] - n);
            kr[j] = r;
            kz[j] = z;
            kn[j] = n;
            kq[j] = q;
        }
    }
    /// dh: of the state after the step, then of the one before it but for what goes through the
    /// product.
    static void undo(extent h, const S* active, const S* before, const S* dout, S* dh, S* slopes,
                     S* dgates) {
        const S *ar = active, *az = active + h, *an = active + 2 * h, *aq = active + 3 * h;
        S *sr = slopes, *sz = slopes + h, *sn = slopes + 2 * h;
        S *gr = dgates, *gz = dgates + h, *gn = dgates + 2 * h;
        MGKIT_APART
        for (extent j = 0; j < h; ++j) {
            const S r = ar[j], z = az[j], n = an[j], d = dh[j] + dout[j];
            const S dn = d * (S(1) - z) * (S(1) - n * n);
            const S dz = d * (before[j] - n) * z * (S(1) - z);
            const S dr = dn * aq[j] * r * (S(1) - r);
            dh[j] = d * z;
            sr[j] = dr;
            sz[j] = dz;
            sn[j] = dn * r;
            gr[j] = dr;
            gz[j] = dz;
            gn[j] = dn;
        }
    }
};

/// Kept: weight; h before each step and after the last [D, T + 1, N, H]; c likewise; i, f, u, o
/// [D, T, N, 4H].
template <class S, class P>
struct kernel<op::lstm, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::lstm& o, saved<T>& kept, const T& gates,
                     const T& weight, const T& start) {
        const pieces run(ctx, o.how, {gates.extents(), weight.extents(), 4});
        const auto& at = run.at;
        const extent h = at.units, steps = kept.wanted() ? at.frames + 1 : 2;
        T out(ctx, {at.rows, at.frames, 2 * at.directions * h});
        T states(ctx, {at.directions, steps, at.rows, h}), cells(ctx, states.extents()), active;
        if (kept.wanted()) active = T(ctx, {at.directions, at.frames, at.rows, 4 * h});
        const auto turned = run.turned(ctx, weight.data());
        const gemm::scratch<S> mixed(ctx,
                                     static_cast<std::size_t>(at.directions * at.rows * 4 * h));
        run.run(ctx, [&](extent d, extent first, extent rows) {
            S* const product = mixed.data() + (d * at.rows + first) * 4 * h;
            for (extent r = first; r < first + rows; ++r) {
                const extent to = (run.slab(d, 0, steps) + r) * h;
                std::copy_n(start.data() + run.start(r, 0, 2, d), h, states.data() + to);
                std::copy_n(start.data() + run.start(r, 1, 2, d), h, cells.data() + to);
            }
            for (extent s = 0; s < at.frames; ++s) {
                const extent t = run.frame(d, s);
                const extent before = run.slab(d, s % steps, steps) * h,
                             after = run.slab(d, (s + 1) % steps, steps) * h;
                run.mix(weight.data(), turned.data(), d, rows, states.data() + before + first * h,
                        product);
                for (extent r = first; r < first + rows; ++r) {
                    S* const to = out.data() + output(run, r, t, d);
                    S* const to_cell = to + at.directions * h;
                    S *const state = states.data() + after + r * h, *const cell = cells.data() +
                                                                                  after + r * h;
                    if (!run.reaches(r, t)) {
                        std::fill_n(to, h, S(0));
                        std::fill_n(to_cell, h, S(0));
                        std::copy_n(states.data() + before + r * h, h, state);
                        std::copy_n(cells.data() + before + r * h, h, cell);
                        continue;
                    }
                    step(h, gates.data() + run.gates(r, t, d, 4 * h), product + (r - first) * 4 * h,
                         cells.data() + before + r * h, state, cell,
                         kept.wanted() ? active.data() + (run.slab(d, s, at.frames) + r) * 4 * h
                                       : nullptr);
                    std::copy_n(state, h, to);
                    std::copy_n(cell, h, to_cell);
                }
            }
        });
        kept.keep(weight);
        kept.keep(states);
        kept.keep(cells);
        kept.keep(active);
        return out;
    }

    static void backward(context& ctx, const op::lstm& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &weight = kept[0], &states = kept[1], &cells = kept[2], &active = kept[3];
        const shape gates_in{dout.extents()[0], dout.extents()[1], weight.extents()[0]};
        const pieces run(ctx, o.how, {gates_in, weight.extents(), 4});
        const auto& at = run.at;
        const extent h = at.units;
        T dgates(ctx, gates_in), slopes(ctx, {at.directions, at.frames, at.rows, 4 * h});
        T dstart(ctx, {at.rows, 2 * at.directions * h});
        const gemm::scratch<S> left(ctx, static_cast<std::size_t>(2 * at.directions * at.rows * h));
        run.run(ctx, [&](extent d, extent first, extent rows) {
            S* const dh = left.data() + 2 * (d * at.rows + first) * h;
            S* const dc = dh + rows * h;
            std::fill_n(dh, 2 * rows * h, S(0));
            for (extent s = at.frames; s-- > 0;) {
                const extent t = run.frame(d, s);
                S* const ds = slopes.data() + (run.slab(d, s, at.frames) + first) * 4 * h;
                for (extent r = first; r < first + rows; ++r) {
                    S *const row = ds + (r - first) * 4 * h, *const dg = dgates.data() +
                                                                         run.gates(r, t, d, 4 * h);
                    if (!run.reaches(r, t)) {
                        std::fill_n(row, 4 * h, S(0));
                        std::fill_n(dg, 4 * h, S(0));
                        continue;
                    }
                    const extent before = (run.slab(d, s, at.frames + 1) + r) * h;
                    const S* const from = dout.data() + output(run, r, t, d);
                    undo(h, active.data() + (run.slab(d, s, at.frames) + r) * 4 * h,
                         cells.data() + before, cells.data() + before + at.rows * h, from,
                         from + at.directions * h, dh + (r - first) * h, dc + (r - first) * h, row);
                    std::copy_n(row, 4 * h, dg);
                }
                run.unmix(weight.data(), d, rows, ds, dh);
            }
            for (extent r = first; r < first + rows; ++r) {
                std::copy_n(dh + (r - first) * h, h, dstart.data() + run.start(r, 0, 2, d));
                std::copy_n(dc + (r - first) * h, h, dstart.data() + run.start(r, 1, 2, d));
            }
        });
        run.weigh(ctx, sink, 1, slopes.data(), states.data());
        sink.add(ctx, 0, std::move(dgates));
        sink.add(ctx, 2, std::move(dstart));
    }

private:
    using pieces = eigen::detail::recurrent_pieces<S, P>;

    /// Where a row's frame has its h; its c lies D H further.
    static extent output(const pieces& run, extent row, extent frame, extent direction) {
        const auto& at = run.at;
        return ((row * at.frames + frame) * 2 * at.directions + direction) * at.units;
    }
    static void step(extent h, const S* gates, const S* mixed, const S* before, S* state, S* cell,
                     S* keep) {
        const S *gi = gates, *gf = gates + h, *gu = gates + 2 * h, *go = gates + 3 * h;
        const S *mi = mixed, *mf = mixed + h, *mu = mixed + 2 * h, *mo = mixed + 3 * h;
        if (keep == nullptr) {
            MGKIT_APART
            for (extent j = 0; j < h; ++j) {
                const S i = eigen::detail::logistic(gi[j] + mi[j]);
                const S f = eigen::detail::logistic(gf[j] + mf[j]);
                const S u = eigen::detail::fast_tanh(gu[j] + mu[j]);
                const S c = f * before[j] + i * u;
                cell[j] = c;
                state[j] = eigen::detail::logistic(go[j] + mo[j]) * eigen::detail::fast_tanh(c);
            }
            return;
        }
        S *ki = keep, *kf = keep + h, *ku = keep + 2 * h, *ko = keep + 3 * h;
        MGKIT_APART
        for (extent j = 0; j < h; ++j) {
            const S i = eigen::detail::logistic(gi[j] + mi[j]);
            const S f = eigen::detail::logistic(gf[j] + mf[j]);
            const S u = eigen::detail::fast_tanh(gu[j] + mu[j]);
            const S o = eigen::detail::logistic(go[j] + mo[j]);
            const S c = f * before[j] + i * u;
            cell[j] = c;
            state[j] = o * eigen::detail::fast_tanh(c);
            ki[j] = i;
            kf[j] = f;
            ku[j] = u;
            ko[j] = o;
        }
    }
    /// dc: of the cell after the step, then of the one before it; dh: used up.
    static void undo(extent h, const S* active, const S* before, const S* after, const S* dout,
                     const S* dcell, S* dh, S* dc, S* slopes) {
        const S *ai = active, *af = active + h, *au = active + 2 * h, *ao = active + 3 * h;
        S *si = slopes, *sf = slopes + h, *su = slopes + 2 * h, *so = slopes + 3 * h;
        MGKIT_APART
        for (extent j = 0; j < h; ++j) {
            const S i = ai[j], f = af[j], u = au[j], o = ao[j],
                    shown = eigen::detail::fast_tanh(after[j]), d = dh[j] + dout[j];
            const S down = dc[j] + dcell[j] + d * o * (S(1) - shown * shown);
            dh[j] = S(0);
            dc[j] = down * f;
            si[j] = down * u * i * (S(1) - i);
            sf[j] = down * before[j] * f * (S(1) - f);
            su[j] = down * i * (S(1) - u * u);
            so[j] = d * shown * o * (S(1) - o);
        }
    }
};

}  // namespace MGKIT_NAMESPACE
