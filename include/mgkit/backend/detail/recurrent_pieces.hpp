// SPDX-License-Identifier: MIT
// How a recurrence on the default tensor is shared by threads, and its products.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "mgkit/backend/detail/primitives.hpp"
#include "mgkit/tensor/ops/recurrence.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

/// The logistic function. Float: 0 where it is below 1e-18. Gates that let hardly anything pass
/// would make states of denormal numbers, with which products take three times as long.
template <class S>
inline S logistic(S x) {
    const S open = S(1) / (S(1) + fast_exp(-x));
    if constexpr (std::is_same_v<S, float>) return x < -41.4f ? 0.0f : open;
    return open;
}

/// A share of a recurrence that one thread works on between two meetings: rows of one direction,
/// all units or a block of them.
struct recurrent_part {
    extent direction, first, rows, begin, units;
};

/// What forward and backward share. Rows in pieces run through all steps by themselves, one
/// direction each, so that threads do not wait for each other. Where there are few pieces of many
/// units, these are in blocks, and threads meet at every step: each reads its share of the weight
/// alone, which is what large layers wait for. Scratch and saved values lie by direction, step,
/// row. Products of steps are in full precision on every provider.
template <class S, class P>
class recurrent_pieces {
public:
    recurrent_pieces(context& ctx, const recurrence& how,
                     const mgkit::detail::recurrence_extents& e)
        : at(e),
          how_(how),
          each_(rows_of_piece(e)),
          count_((e.rows + each_ - 1) / each_),
          block_(units_of_block(e, std::min(each_, e.rows), count_ * e.directions)) {
        if (how.lengths.elements() > 0) lengths_ = how.lengths.on_host(ctx);
    }

    const mgkit::detail::recurrence_extents at;

    /// begin(part), then step(part, s) for each s in turn, from the last where `backward`, then
    /// end(part), for every part; no part takes a step before all parts of its rows took the one
    /// before.
    template <class Begin, class Step, class End>
    void run(context& ctx, bool backward, Begin&& begin, Step&& step, End&& end) const {
        const extent blocks = (at.units + block_ - 1) / block_;
        const auto for_parts = [&](auto&& f) {
            parallel_for(ctx.threads, at.directions * count_ * blocks, [&](extent i) {
                const extent piece = i / blocks, first = piece / at.directions * each_,
                             unit = i % blocks * block_;
                f(recurrent_part{piece % at.directions, first, std::min(each_, at.rows - first),
                                 unit, std::min(block_, at.units - unit)});
            });
        };
        const auto nth = [&](extent i) { return backward ? at.frames - 1 - i : i; };
        if (blocks == 1) {
            for_parts([&](const recurrent_part& part) {
                begin(part);
                for (extent i = 0; i < at.frames; ++i) step(part, nth(i));
                end(part);
            });
            return;
        }
        for_parts(begin);
        for (extent i = 0; i < at.frames; ++i)
            for_parts([&](const recurrent_part& part) { step(part, nth(i)); });
        for_parts(end);
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

    /// [directions, blocks, H, parts units] of weight [directions parts H, H]: products of few rows
    /// are nearly twice as fast where columns of the result are next to each other in the factor.
    /// Nothing where that does not pay.
    gemm::scratch<S> turned(context& ctx, const S* weight) const {
        const extent wide = at.parts * at.units;
        if (at.rows < 4) return {};
        gemm::scratch<S> out(ctx, static_cast<std::size_t>(at.directions * wide * at.units));
        constexpr extent tile = 32;
        const extent tiles = (at.units + tile - 1) / tile;
        parallel_for(
            wide * at.units < grain ? 1 : ctx.threads, at.directions * at.parts * tiles,
            [&](extent i) {
                const extent d = i / (at.parts * tiles), part = i / tiles % at.parts,
                             begin = i % tiles * tile, end = std::min(at.units, begin + tile);
                const S* const from = weight + (d * at.parts + part) * at.units * at.units;
                for (extent j = begin; j < end;) {
                    const extent unit = j / block_ * block_,
                                 units = std::min(block_, at.units - unit),
                                 stop = std::min(end, unit + units);
                    S* const to = out.data() + (d * at.units + unit) * wide + part * units - unit;
                    for (extent k0 = 0; k0 < at.units; k0 += tile)
                        for (extent k = k0; k < std::min(at.units, k0 + tile); ++k)
                            for (extent r = j; r < stop; ++r)
                                to[k * at.parts * units + r] = from[r * at.units + k];
                    j = stop;
                }
            });
        return out;
    }
    /// Where a part has its products in scratch [directions, rows, parts H].
    S* products(S* scratch, const recurrent_part& p) const {
        return scratch +
               ((p.direction * at.rows + p.first) * at.units + p.rows * p.begin) * at.parts;
    }
    /// to [rows, parts, units] = state [rows, H] W^T of a part.
    void mix(const S* weight, const S* turned, const recurrent_part& p, const S* state,
             S* to) const {
        const extent wide = at.parts * p.units;
        if (turned != nullptr || p.units == at.units) {
            const S* const from = (turned == nullptr ? weight : turned) +
                                  (p.direction * at.units + p.begin) * at.parts * at.units;
            gemm::run<P>(gemm::problem<S>{false, turned == nullptr, p.rows, wide, at.units, state,
                                          at.units, from, turned == nullptr ? at.units : wide, S(0),
                                          to, wide});
            return;
        }
        for (extent part = 0; part < at.parts; ++part)
            gemm::run<P>(gemm::problem<S>{
                false, true, p.rows, p.units, at.units, state, at.units,
                weight + ((p.direction * at.parts + part) * at.units + p.begin) * at.units,
                at.units, S(0), to + part * p.units, wide});
    }
    /// to [rows, units] of [rows, H] += slopes [rows, parts H] W, the part's units.
    void unmix(const S* weight, const recurrent_part& p, const S* slopes, S* to) const {
        const extent wide = at.parts * at.units;
        gemm::run<P>(gemm::problem<S>{false, false, p.rows, p.units, wide, slopes, wide,
                                      weight + p.direction * wide * at.units + p.begin, at.units,
                                      S(1), to + p.begin, at.units});
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
    /// All units, or blocks whose share of a step is worth a meeting of threads. A weight that is
    /// read for few rows costs as much as several multiply-adds.
    static extent units_of_block(const mgkit::detail::recurrence_extents& e, extent rows,
                                 extent pieces) {
        constexpr double least_work = 8e6, reading = 7;
        constexpr extent most = 8, narrow = 64;
        if (pieces == 0 || pieces >= most) return e.units;
        const double work = (static_cast<double>(rows) + reading) * static_cast<double>(e.parts) *
                            static_cast<double>(e.units) * static_cast<double>(e.units);
        const extent wanted =
            std::min({static_cast<extent>(work / least_work), most / pieces, e.units / narrow});
        if (wanted < 2) return e.units;
        return ((e.units + wanted - 1) / wanted + 15) / 16 * 16;
    }

    recurrence how_;
    extent each_, count_, block_;
    index_tensor lengths_{};
};

}  // namespace MGKIT_NAMESPACE::eigen::detail
