// SPDX-License-Identifier: MIT
// Attention of one sample and head by one block: scores, softmax and their gradients stay in shared
// memory, products run on tensor cores tile by tile.
#pragma once

#include "mgkit/backend/cuda/math.hpp"
#include "mgkit/backend/cuda/plan.hpp"
#include "mgkit/backend/cuda/values.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// Rows and columns of a tile that a warp multiplies at once.
inline constexpr int tile_side = 16;
/// Channels of a sequence that pass through shared memory at a time.
inline constexpr int staged_channels = 64;
/// Elements beside each row in shared memory, so that rows begin in different banks.
inline constexpr int row_gap = 8;
/// Between rows of a tile on its way out.
inline constexpr int room_ld = tile_side + 4;

constexpr extent whole_tiles(extent count) {
    return pieces_of(count, tile_side) * tile_side;
}

/// A sequence of `tokens` rows for each sample and head; `ld` between rows.
struct token_rows {
    const bf16* at = nullptr;
    extent ld = 0, sample = 0;
    MGKIT_DEVICE const bf16* of(extent batch, extent first) const {
        return at + batch * sample + first;
    }
};
struct token_places {
    bf16* at = nullptr;
    extent ld = 0, sample = 0;
    MGKIT_DEVICE bf16* of(extent batch, extent first) const { return at + batch * sample + first; }
};

/// What forward and backward share: sizes, and the layout of shared memory in bytes.
///
/// Sizes must keep: `head` whole tiles, rows at multiples of 16 bytes, and `tokens` few enough for
/// `warps` (see `fits`).
struct attention_plan {
    extent batch = 0, heads = 1, tokens = 0, head = 0;
    bool one = false;  ///< keys and values are the same rows
    float scale = 1;

    MGKIT_HOST_DEVICE extent padded() const {
        return (tokens + tile_side - 1) / tile_side * tile_side;
    }
    MGKIT_HOST_DEVICE extent side() const { return padded() / tile_side; }
    /// Rows of keys, of scores (floats) and of weights or staged channels in shared memory.
    MGKIT_HOST_DEVICE extent key_ld() const { return head + row_gap; }
    MGKIT_HOST_DEVICE extent score_ld() const { return padded() + row_gap; }
    MGKIT_HOST_DEVICE extent small_ld() const {
        return (padded() > staged_channels ? padded() : extent{staged_channels}) + row_gap;
    }
    /// Weights in memory: rows of whole chunks.
    MGKIT_HOST_DEVICE extent weight_ld() const { return (tokens + lanes - 1) / lanes * lanes; }

    MGKIT_HOST_DEVICE extent small_bytes() const { return padded() * small_ld() * 2; }
    MGKIT_HOST_DEVICE extent key_bytes() const {
        const extent keys = padded() * key_ld() * 2 * (one ? 1 : 2);
        // Afterwards the backward pass keeps weights and two staged pieces there.
        return keys > 3 * small_bytes() ? keys : 3 * small_bytes();
    }
    /// Afterwards a tile of each warp lies there.
    MGKIT_HOST_DEVICE extent score_bytes() const {
        const extent all = padded() * score_ld() * 4, tiles = warps() * tile_side * room_ld * 4;
        return all > tiles ? all : tiles;
    }
    MGKIT_HOST_DEVICE extent shared_bytes() const {
        return key_bytes() + score_bytes() + small_bytes();
    }
    /// Few warps where there is little to do, since a block serves one head.
    MGKIT_HOST_DEVICE int warps() const { return head >= 256 ? 16 : 4; }
};
/// Score tiles that one warp adds up at a time.
inline constexpr int tiles_of_warp = 4;

inline bool fits(const attention_plan& p) {
    return p.head % tile_side == 0 && p.side() * p.side() <= tiles_of_warp * p.warps();
}

/// Phases that forward and backward passes are made of; all threads of a block enter each.
template <class Block>
struct attention_block {
    Block& block;
    const attention_plan& plan;
    extent batch, head;
    bf16* keys;
    float* scores;
    bf16* small;

    MGKIT_DEVICE attention_block(Block& b, const attention_plan& p, extent index)
        : block(b), plan(p) {
        batch = index;
        head = split(batch, p.heads);
        unsigned char* const shared = block.shared();
        keys = reinterpret_cast<bf16*>(shared);
        scores = reinterpret_cast<float*>(shared + p.key_bytes());
        small = reinterpret_cast<bf16*>(shared + p.key_bytes() + p.score_bytes());
    }
    MGKIT_DEVICE bf16* values_at() const {
        return plan.one ? keys : keys + plan.padded() * plan.key_ld();
    }

    /// `columns` of each token, zeros for tokens that there are not.
    MGKIT_DEVICE void stage(const bf16* from, extent ld, extent columns, bf16* to,
                            extent to_ld) const {
        const extent chunks = columns / lanes, tokens = plan.tokens, all = plan.padded() * chunks;
        const int threads = block.threads();
        block.each([&](int thread) {
            for (extent i = thread; i < all; i += threads) {
                extent row = i;
                const extent column = split(row, chunks) * lanes;
                quad q{};
                if (row < tokens) q = load_quad(from + row * ld + column);
                store_quad(to + row * to_ld + column, q);
            }
        });
    }

    /// scores = a b^T: `a` in global memory, `b` in shared memory.
    MGKIT_DEVICE void score(const bf16* a, extent ld, const bf16* b) const {
        const extent side = plan.side(), all = side * side;
        auto sums = block.template tiles<tiles_of_warp>();
        const int warps = plan.warps();
        block.warps([&](int warp) {
            MGKIT_UNROLL
            for (int n = 0; n < tiles_of_warp; ++n) sums(warp)[n].clear();
        });
        for (extent first = 0; first < plan.head; first += staged_channels) {
            const extent columns =
                plan.head - first < staged_channels ? plan.head - first : staged_channels;
            stage(a + first, ld, columns, small, plan.small_ld());
            block.warps([&](int warp) {
                MGKIT_UNROLL
                for (int n = 0; n < tiles_of_warp; ++n) {
                    const extent tile = warp + n * warps;
                    if (tile >= all) continue;
                    const extent row = tile / side * tile_side, column = tile % side * tile_side;
                    for (extent k = 0; k < columns; k += tile_side)
                        sums(warp)[n].template add<false, true>(
                            small + row * plan.small_ld() + k, plan.small_ld(),
                            b + column * plan.key_ld() + first + k, plan.key_ld());
                }
            });
        }
        block.warps([&](int warp) {
            MGKIT_UNROLL
            for (int n = 0; n < tiles_of_warp; ++n) {
                const extent tile = warp + n * warps;
                if (tile >= all) continue;
                sums(warp)[n].store(
                    scores + tile / side * tile_side * plan.score_ld() + tile % side * tile_side,
                    plan.score_ld());
            }
        });
    }

    /// Rounds a tile into [tokens, columns] of global memory, through shared memory of the warp.
    template <class Tile>
    MGKIT_DEVICE void put(Tile& tile, int warp, extent row, bf16* to, extent ld) const {
        float* const room = scores + warp * tile_side * room_ld;
        const extent tokens = plan.tokens;
        tile.store(room, room_ld);
        block.lanes([&](int lane) {
            const int i = lane / 2, j = lane % 2 * lanes;
            if (row + i >= tokens) return;
            float v[lanes];
            for (int k = 0; k < lanes; ++k) v[k] = room[i * room_ld + j + k];
            places<float>{to + (row + i) * ld + j, grain::coarse}.store(0, v);
        });
    }

    /// to = left right (or left^T right) for [tokens, tokens] `left` in `small` memory and
    /// `columns` of right; a second pair is added where `other_left` is not null.
    template <bool Transposed>
    MGKIT_DEVICE void mix(const bf16* left, const bf16* right, extent right_ld, extent columns,
                          bf16* to, extent ld, const bf16* other_left = nullptr,
                          const bf16* other_right = nullptr) const {
        const extent side = plan.side(), all = side * (columns / tile_side),
                     left_ld = plan.small_ld();
        const int warps = plan.warps();
        block.warps([&](int warp) {
            auto sums = block.template tiles<1>();
            for (extent tile = warp; tile < all; tile += warps) {
                const extent row = tile % side * tile_side, column = tile / side * tile_side;
                auto& sum = sums(warp)[0];
                sum.clear();
                for (extent k = 0; k < side * tile_side; k += tile_side) {
                    const extent at = Transposed ? k * left_ld + row : row * left_ld + k;
                    sum.template add<Transposed, false>(left + at, left_ld,
                                                        right + k * right_ld + column, right_ld);
                    if (other_left != nullptr)
                        sum.template add<Transposed, false>(other_left + at, left_ld,
                                                            other_right + k * right_ld + column,
                                                            right_ld);
                }
                put(sum, warp, row, to + column, ld);
            }
        });
    }
};

/// out = softmax(scale q k^T) v, and the weights [batch * heads, tokens, weight_ld].
struct attention_body {
    attention_plan plan;
    token_rows q, k, v;
    token_places out;
    bf16* weights;

    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent index) const {
        const attention_block<Block> all(block, plan, index);
        const extent first = all.head * plan.head, tokens = plan.tokens, padded = plan.padded();
        all.stage(k.of(all.batch, first), k.ld, plan.head, all.keys, plan.key_ld());
        if (!plan.one)
            all.stage(v.of(all.batch, first), v.ld, plan.head, all.values_at(), plan.key_ld());
        all.score(q.of(all.batch, first), q.ld, all.keys);
        bf16* const kept = weights + index * tokens * plan.weight_ld();
        const float scale = plan.scale;
        block.warps([&](int warp) {
            for (extent row = warp; row < padded; row += plan.warps()) {
                const float* const score = all.scores + row * plan.score_ld();
                const float top = block.template among_lanes<float>(
                    [&](int lane) {
                        float best = score[lane < tokens ? lane : 0];
                        for (extent i = lane + 32; i < tokens; i += 32)
                            best = larger{}(best, score[i]);
                        return best;
                    },
                    larger{});
                const float total = block.template among_lanes<float>(
                    [&](int lane) {
                        float part = 0;
                        for (extent i = lane; i < tokens; i += 32)
                            part += std::exp(scale * (score[i] - top));
                        return part;
                    },
                    plus{});
                const float norm = 1 / total;
                block.lanes([&](int lane) {
                    for (extent i = lane; i < padded; i += 32) {
                        const bool real = row < tokens && i < tokens;
                        const bf16 w =
                            to_bf16(real ? std::exp(scale * (score[i] - top)) * norm : 0.0f);
                        all.small[row * plan.small_ld() + i] = w;
                        if (real) kept[row * plan.weight_ld() + i] = w;
                    }
                });
            }
        });
        all.template mix<false>(all.small, all.values_at(), plan.key_ld(), plan.head,
                                out.of(all.batch, first), out.ld);
    }
};

/// Gradients of q, k and v; where keys and values are one, dv is not used and dk has both parts. A
/// null dq or dk is not wanted.
struct attention_backward_body {
    attention_plan plan;
    token_rows q, k, v, dout;
    const bf16* weights;
    token_places dq, dk, dv;

    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent index) const {
        const attention_block<Block> all(block, plan, index);
        const extent first = all.head * plan.head, tokens = plan.tokens, padded = plan.padded();
        const bf16* const d = dout.of(all.batch, first);
        all.stage(k.of(all.batch, first), k.ld, plan.head, all.keys, plan.key_ld());
        if (!plan.one)
            all.stage(v.of(all.batch, first), v.ld, plan.head, all.values_at(), plan.key_ld());
        all.score(d, dout.ld, all.values_at());
        const bf16* const kept = weights + index * tokens * plan.weight_ld();
        const float scale = plan.scale;
        block.warps([&](int warp) {
            for (extent row = warp; row < padded; row += plan.warps()) {
                const float* const slope = all.scores + row * plan.score_ld();
                const bf16* const weight = kept + row * plan.weight_ld();
                const float dot = block.template among_lanes<float>(
                    [&](int lane) {
                        float part = 0;
                        if (row < tokens)
                            for (extent i = lane; i < tokens; i += 32)
                                part += slope[i] * to_float(weight[i]);
                        return part;
                    },
                    plus{});
                block.lanes([&](int lane) {
                    for (extent i = lane; i < padded; i += 32) {
                        const bool real = row < tokens && i < tokens;
                        all.small[row * plan.small_ld() + i] =
                            to_bf16(real ? scale * to_float(weight[i]) * (slope[i] - dot) : 0.0f);
                    }
                });
            }
        });
        if (dq.at != nullptr)
            all.template mix<false>(all.small, all.keys, plan.key_ld(), plan.head,
                                    dq.of(all.batch, first), dq.ld);
        if (dk.at == nullptr) return;
        // Keys and values are not needed any more; their place takes weights and pieces of q, dout.
        const extent ld = plan.small_ld();
        bf16 *const again = all.keys, *const left = again + padded * ld,
                    *const right = left + padded * ld;
        block.each([&](int thread) {
            for (extent i = thread; i < padded * padded; i += block.threads()) {
                const extent row = i / padded, column = i % padded;
                again[row * ld + column] = row < tokens && column < tokens
                                               ? kept[row * plan.weight_ld() + column]
                                               : to_bf16(0.0f);
            }
        });
        for (extent at = 0; at < plan.head; at += staged_channels) {
            const extent columns =
                plan.head - at < staged_channels ? plan.head - at : staged_channels;
            all.stage(q.of(all.batch, first + at), q.ld, columns, left, ld);
            all.stage(d + at, dout.ld, columns, right, ld);
            if (plan.one) {
                all.template mix<true>(all.small, left, ld, columns, dk.of(all.batch, first + at),
                                       dk.ld, again, right);
            } else {
                all.template mix<true>(all.small, left, ld, columns, dk.of(all.batch, first + at),
                                       dk.ld);
                all.template mix<true>(again, right, ld, columns, dv.of(all.batch, first + at),
                                       dv.ld);
            }
        }
    }
};

}  // namespace MGKIT_NAMESPACE::cuda
