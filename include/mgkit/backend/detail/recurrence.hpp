// SPDX-License-Identifier: MIT
// Recurrences on the default tensor: one product a step, gates in one pass, the weight's gradient
// as one product over all steps.
#pragma once

#include <algorithm>
#include <utility>

#include "mgkit/backend/detail/recurrent_pieces.hpp"

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
        run.run(
            ctx, false,
            [&](const part& p) {
                for (extent r = p.first; r < p.first + p.rows; ++r)
                    std::copy_n(
                        start.data() + run.start(r, 0, 1, p.direction) + p.begin, p.units,
                        states.data() + (run.slab(p.direction, 0, steps) + r) * h + p.begin);
            },
            [&](const part& p, extent s) {
                const extent d = p.direction, t = run.frame(d, s);
                const S* const before = states.data() + run.slab(d, s % steps, steps) * h;
                S* const after = states.data() + run.slab(d, (s + 1) % steps, steps) * h + p.begin;
                S* const product = run.products(mixed.data(), p);
                run.mix(weight.data(), turned.data(), p, before + p.first * h, product);
                for (extent r = p.first; r < p.first + p.rows; ++r) {
                    S* const to = out.data() + run.gates(r, t, d, h) + p.begin;
                    if (!run.reaches(r, t)) {
                        std::fill_n(to, p.units, S(0));
                        std::copy_n(before + r * h + p.begin, p.units, after + r * h);
                        continue;
                    }
                    step(h, p.units, gates.data() + run.gates(r, t, d, 3 * h) + p.begin,
                         product + (r - p.first) * 3 * p.units, bias.data() + d * 3 * h + p.begin,
                         before + r * h + p.begin, after + r * h,
                         kept.wanted()
                             ? active.data() + (run.slab(d, s, at.frames) + r) * 4 * h + p.begin
                             : nullptr);
                    std::copy_n(after + r * h, p.units, to);
                }
            },
            [](const part&) {});
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
        const auto dh_of = [&](const part& p) {
            return left.data() + (p.direction * at.rows + p.first) * h;
        };
        const auto slopes_of = [&](const part& p, extent s) {
            return slopes.data() + (run.slab(p.direction, s, at.frames) + p.first) * 3 * h;
        };
        run.run(
            ctx, true,
            [&](const part& p) {
                for (extent r = 0; r < p.rows; ++r)
                    std::fill_n(dh_of(p) + r * h + p.begin, p.units, S(0));
            },
            [&](const part& p, extent s) {
                const extent d = p.direction, t = run.frame(d, s);
                if (s + 1 < at.frames) run.unmix(weight.data(), p, slopes_of(p, s + 1), dh_of(p));
                for (extent r = p.first; r < p.first + p.rows; ++r) {
                    S* const row = slopes_of(p, s) + (r - p.first) * 3 * h + p.begin;
                    S* const dg = dgates.data() + run.gates(r, t, d, 3 * h) + p.begin;
                    if (!run.reaches(r, t)) {
                        for (extent part = 0; part < 3; ++part) {
                            std::fill_n(row + part * h, p.units, S(0));
                            std::fill_n(dg + part * h, p.units, S(0));
                        }
                        continue;
                    }
                    undo(h, p.units,
                         active.data() + (run.slab(d, s, at.frames) + r) * 4 * h + p.begin,
                         states.data() + (run.slab(d, s, at.frames + 1) + r) * h + p.begin,
                         dout.data() + run.gates(r, t, d, h) + p.begin,
                         dh_of(p) + (r - p.first) * h + p.begin, row, dg);
                }
            },
            [&](const part& p) {
                run.unmix(weight.data(), p, slopes_of(p, 0), dh_of(p));
                for (extent r = 0; r < p.rows; ++r)
                    std::copy_n(
                        dh_of(p) + r * h + p.begin, p.units,
                        dstart.data() + run.start(p.first + r, 0, 1, p.direction) + p.begin);
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
    using part = eigen::detail::recurrent_part;

    /// Parts lie h values apart, those of the product `units`.
    static void step(extent h, extent units, const S* gates, const S* mixed, const S* bias,
                     const S* before, S* after, S* keep) {
        const S *gr = gates, *gz = gates + h, *gn = gates + 2 * h;
        const S *mr = mixed, *mz = mixed + units, *mn = mixed + 2 * units;
        const S *br = bias, *bz = bias + h, *bn = bias + 2 * h;
        if (keep == nullptr) {
            MGKIT_APART
            for (extent j = 0; j < units; ++j) {
                const S r = eigen::detail::logistic(gr[j] + mr[j] + br[j]);
                const S z = eigen::detail::logistic(gz[j] + mz[j] + bz[j]);
                const S n = eigen::detail::fast_tanh(gn[j] + r * (mn[j] + bn[j]));
                after[j] = n + z * (before[j] - n);
            }
            return;
        }
        S *kr = keep, *kz = keep + h, *kn = keep + 2 * h, *kq = keep + 3 * h;
        MGKIT_APART
        for (extent j = 0; j < units; ++j) {
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
    static void undo(extent h, extent units, const S* active, const S* before, const S* dout, S* dh,
                     S* slopes, S* dgates) {
        const S *ar = active, *az = active + h, *an = active + 2 * h, *aq = active + 3 * h;
        S *sr = slopes, *sz = slopes + h, *sn = slopes + 2 * h;
        S *gr = dgates, *gz = dgates + h, *gn = dgates + 2 * h;
        MGKIT_APART
        for (extent j = 0; j < units; ++j) {
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
        run.run(
            ctx, false,
            [&](const part& p) {
                for (extent r = p.first; r < p.first + p.rows; ++r) {
                    const extent to = (run.slab(p.direction, 0, steps) + r) * h + p.begin;
                    std::copy_n(start.data() + run.start(r, 0, 2, p.direction) + p.begin, p.units,
                                states.data() + to);
                    std::copy_n(start.data() + run.start(r, 1, 2, p.direction) + p.begin, p.units,
                                cells.data() + to);
                }
            },
            [&](const part& p, extent s) {
                const extent d = p.direction, t = run.frame(d, s);
                const extent before = run.slab(d, s % steps, steps) * h,
                             after = run.slab(d, (s + 1) % steps, steps) * h + p.begin;
                S* const product = run.products(mixed.data(), p);
                run.mix(weight.data(), turned.data(), p, states.data() + before + p.first * h,
                        product);
                for (extent r = p.first; r < p.first + p.rows; ++r) {
                    S* const to = out.data() + output(run, r, t, d) + p.begin;
                    S* const to_cell = to + at.directions * h;
                    S *const state = states.data() + after + r * h, *const cell = cells.data() +
                                                                                  after + r * h;
                    const extent from = before + r * h + p.begin;
                    if (!run.reaches(r, t)) {
                        std::fill_n(to, p.units, S(0));
                        std::fill_n(to_cell, p.units, S(0));
                        std::copy_n(states.data() + from, p.units, state);
                        std::copy_n(cells.data() + from, p.units, cell);
                        continue;
                    }
                    step(h, p.units, gates.data() + run.gates(r, t, d, 4 * h) + p.begin,
                         product + (r - p.first) * 4 * p.units, cells.data() + from, state, cell,
                         kept.wanted()
                             ? active.data() + (run.slab(d, s, at.frames) + r) * 4 * h + p.begin
                             : nullptr);
                    std::copy_n(state, p.units, to);
                    std::copy_n(cell, p.units, to_cell);
                }
            },
            [](const part&) {});
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
        const auto dh_of = [&](const part& p) {
            return left.data() + 2 * (p.direction * at.rows + p.first) * h;
        };
        const auto slopes_of = [&](const part& p, extent s) {
            return slopes.data() + (run.slab(p.direction, s, at.frames) + p.first) * 4 * h;
        };
        run.run(
            ctx, true,
            [&](const part& p) {
                for (extent r = 0; r < 2 * p.rows; ++r)
                    std::fill_n(dh_of(p) + r * h + p.begin, p.units, S(0));
            },
            [&](const part& p, extent s) {
                const extent d = p.direction, t = run.frame(d, s);
                if (s + 1 < at.frames) run.unmix(weight.data(), p, slopes_of(p, s + 1), dh_of(p));
                for (extent r = p.first; r < p.first + p.rows; ++r) {
                    S* const row = slopes_of(p, s) + (r - p.first) * 4 * h + p.begin;
                    S* const dg = dgates.data() + run.gates(r, t, d, 4 * h) + p.begin;
                    if (run.reaches(r, t)) {
                        const extent before = (run.slab(d, s, at.frames + 1) + r) * h + p.begin;
                        const S* const from = dout.data() + output(run, r, t, d) + p.begin;
                        S* const dh = dh_of(p) + (r - p.first) * h + p.begin;
                        undo(h, p.units,
                             active.data() + (run.slab(d, s, at.frames) + r) * 4 * h + p.begin,
                             cells.data() + before, cells.data() + before + at.rows * h, from,
                             from + at.directions * h, dh, dh + p.rows * h, row);
                    } else {
                        for (extent i = 0; i < 4; ++i) std::fill_n(row + i * h, p.units, S(0));
                    }
                    for (extent i = 0; i < 4; ++i) std::copy_n(row + i * h, p.units, dg + i * h);
                }
            },
            [&](const part& p) {
                run.unmix(weight.data(), p, slopes_of(p, 0), dh_of(p));
                for (extent r = 0; r < p.rows; ++r) {
                    const S* const dh = dh_of(p) + r * h + p.begin;
                    S* const to = dstart.data() + p.begin;
                    std::copy_n(dh, p.units, to + run.start(p.first + r, 0, 2, p.direction));
                    std::copy_n(dh + p.rows * h, p.units,
                                to + run.start(p.first + r, 1, 2, p.direction));
                }
            });
        run.weigh(ctx, sink, 1, slopes.data(), states.data());
        sink.add(ctx, 0, std::move(dgates));
        sink.add(ctx, 2, std::move(dstart));
    }

private:
    using pieces = eigen::detail::recurrent_pieces<S, P>;
    using part = eigen::detail::recurrent_part;

    /// Where a row's frame has its h; its c lies D H further.
    static extent output(const pieces& run, extent row, extent frame, extent direction) {
        const auto& at = run.at;
        return ((row * at.frames + frame) * 2 * at.directions + direction) * at.units;
    }
    /// Parts lie h values apart, those of the product `units`.
    static void step(extent h, extent units, const S* gates, const S* mixed, const S* before,
                     S* state, S* cell, S* keep) {
        const S *gi = gates, *gf = gates + h, *gu = gates + 2 * h, *go = gates + 3 * h;
        const S *mi = mixed, *mf = mixed + units, *mu = mixed + 2 * units, *mo = mixed + 3 * units;
        if (keep == nullptr) {
            MGKIT_APART
            for (extent j = 0; j < units; ++j) {
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
        for (extent j = 0; j < units; ++j) {
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
    static void undo(extent h, extent units, const S* active, const S* before, const S* after,
                     const S* dout, const S* dcell, S* dh, S* dc, S* slopes) {
        const S *ai = active, *af = active + h, *au = active + 2 * h, *ao = active + 3 * h;
        S *si = slopes, *sf = slopes + h, *su = slopes + 2 * h, *so = slopes + 3 * h;
        MGKIT_APART
        for (extent j = 0; j < units; ++j) {
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
