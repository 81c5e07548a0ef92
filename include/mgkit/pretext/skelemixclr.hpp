// SPDX-License-Identifier: MIT
// SkeleMixCLR: momentum contrast of clips with parts of other clips in them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/encode/feature_map.hpp"
#include "mgkit/pretext/moco.hpp"
#include "mgkit/tensor/integers.hpp"
#include "mgkit/tensor/ops/gather.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What is pasted into one view of a clip. Frames are counted in those of the encoder's map, each
/// four of the clip where a graph network halves them twice; as far as there are so many.
struct paste_settings {
    int least_parts = 2, most_parts = 3;  ///< of the body; one part at least stays out
    int least_frames = 7, most_frames = 11;
    int repeats = 3;    ///< mixtures of the view
    double weight = 1;  ///< of the view's own loss, and of each mixture's
};

/// What `skelemixclr` adds to momentum contrast; the defaults are those of the code that was
/// published last.
struct skelemixclr_settings {
    momentum_settings contrast{.queue = 32768, .temperature = 0.2};
    std::vector<paste_settings> pastes{paste_settings{}};  ///< one for each view that is a query
    bool mean = false;           ///< mixtures are averaged, as in the first form, and not summed
    std::vector<int> part_of{};  ///< each joint's part; empty: five runs of joints
};

/// Where a batch's clips are pasted into each other, the same for all of them.
template <tensor T>
struct paste {
    index_tensor donors;  ///< [B]: whose clip a row gets a part of
    T inside;             ///< [T', V] of the encoder's map: 1 where pasted, else 0
};

/// What a paste is drawn from, in every step anew.
struct paste_draw {
    const context* ctx;
    std::optional<row_window> window;
    const skelemixclr_settings* how;
    int query, repeat;
    extent rows, frames, joints;  ///< of the batch and of the map
};

/// The draws of a paste, keyed by the batch's first row.
struct paste_plan {
    extent shift = 0;                    ///< row n gets a part of row (n + shift) % rows
    extent first = 0, count = 0;         ///< frames of the map
    std::vector<std::uint8_t> joints{};  ///< 1 for those that are pasted
};

/// Errors: fewer than two clips, or parts of the body; parts of other joints than the map has.
paste_plan plan_of(const paste_draw& from);

/// Clips [B, C, T, V, M] where `inside` [T', V] is 0, and `others` where it is 1: frame t belongs
/// to frame t T' / T of the mask. Cost: three passes over the clips.
template <operand X>
X pasted_between(context& ctx, const X& clips, const X& others, const tensor_of<X>& inside) {
    using T = tensor_of<X>;
    const shape in = shape_of(clips);
    const extent cells = shape_of(inside)[0];
    const auto cell_of = [](std::span<std::int32_t> to, extent count) {
        const auto frames = static_cast<extent>(to.size()), block = (frames + count - 1) / count;
        for (extent t = 0; t < frames; ++t)
            to[static_cast<std::size_t>(t)] = static_cast<std::int32_t>(t / block);
    };
    const index_tensor cell = step_integers<T, std::int32_t>(
        ctx, {in[2]}, {0, static_cast<std::int32_t>(cells - 1)}, cell_of, cells);
    const T mask =
        mgkit::reshape(ctx, mgkit::gather(ctx, inside, 0, cell), {1, 1, in[2], in[3], 1});
    return add(ctx, mul(ctx, clips, X{mgkit::affine(ctx, mask, -1, 1)}), mul(ctx, others, X{mask}));
}

/// Clips [B, C, T, V, M] with what lies inside of the paste taken from their donors.
template <operand X>
X pasted(context& ctx, const X& clips, const paste<tensor_of<X>>& with) {
    return pasted_between(ctx, clips, gather(ctx, clips, 0, with.donors), with.inside);
}

/// The mean of maps [B * M, T', V, C] where `mask` [T', V] is 1, over persons too: [B, C].
template <operand X>
X mean_within(context& ctx, const X& map, const tensor_of<X>& mask, extent clips) {
    const shape s = shape_of(map);
    const tensor_of<X> inverse = mgkit::square(ctx, mgkit::rsqrt(ctx, mgkit::sum(ctx, mask)));
    const tensor_of<X> shares = mgkit::mul(ctx, mask, mgkit::reshape(ctx, inverse, {1, 1}));
    const X within =
        mgkit::sum(ctx, mul(ctx, map, X{mgkit::reshape(ctx, shares, {1, s[1], s[2], 1})}), {1, 2});
    return mgkit::mean(ctx, reshape(ctx, within, {clips, s[0] / clips, s[3]}), {1});
}

/// What is special about `skelemixclr` beside its mixtures.
struct skelemixclr_contrast : moco_contrast {
    static constexpr const char* name = "skelemixclr";
    static constexpr method_traits traits{
        .wanted_views = 2, .needs_map = true, .own_targets = true};
    using settings = skelemixclr_settings;
    template <model_tensor T, class Encoder>
    using network = contrastive_encoder<T, Encoder, normalised_head<T>>;

    static auto& contrast(auto& s) { return s.contrast; }
    static void adopt(settings& s, const method_settings& stated) {
        s.part_of = stated.skeleton.part_of;
    }
    static std::string words(const settings& s) { return settings_text(s); }
    static void check_pastes(const settings& s);
    template <model_tensor T, class Encoder>
    static network<T, Encoder> make(const nn::scope& at, Encoder encoder, const settings& s) {
        check(s.contrast, name);
        check_pastes(s);
        if constexpr (requires { encoder.has_map(); })
            if (!encoder.has_map())
                throw error(name, "an encoder whose feature is the mean of a map",
                            encode::encoder_words(encoder), "take a graph network, or moco");
        return {at, std::move(encoder), static_cast<extent>(s.contrast.features)};
    }
};

/// `moco` behind a head with batch norm, and mixtures: a part of the body for some frames is pasted
/// from another clip of the batch. The map's means inside and outside of it are embedded apart, and
/// told from the queue by the keys of the clips that they come from; each has the other, which gets
/// no gradient from that, as one more wrong answer.
///
/// Views: query, key, and further queries where `pastes` has more than one. Parameters and cost per
/// clip: those of `moco`; an encoder pass more, forward and backward, for each mixture. Randomness:
/// also the pastes, by seed, epoch and the batch's first row. Errors: as `moco`; an encoder without
/// a map; single clips. Source: Chen et al., "Contrastive learning from spatio-temporal mixed
/// skeleton sequences for self-supervised skeleton-based action recognition" (2022), code at
/// 4538d6c. Unlike there, parts of the body are those of the skeleton, NTU's head one of its own,
/// one of them always stays out, and batches of two are mixed.
template <tensor T, class Encoder, class Views>
requires encode::mapping_encoder<Encoder, T>
class skelemixclr : public momentum_contrast<skelemixclr_contrast, T, Encoder, Views> {
    using base = momentum_contrast<skelemixclr_contrast, T, Encoder, Views>;

public:
    using base::base;

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        return with_pastes(ctx, input, [&](int query, int repeat, extent rows, const shape& map) {
            const paste_draw from{&ctx,   ctx.window, &this->settings(), query, repeat, rows,
                                  map[1], map[2]};
            const auto donors = [](std::span<std::int32_t> to, const paste_draw& draw) {
                const extent shift = plan_of(draw).shift;
                for (std::size_t n = 0; n < to.size(); ++n)
                    to[n] = static_cast<std::int32_t>((static_cast<extent>(n) + shift) % draw.rows);
            };
            const auto inside = [](std::span<scalar_of<X>> to, const paste_draw& draw) {
                const paste_plan plan = plan_of(draw);
                for (extent t = plan.first; t < plan.first + plan.count; ++t)
                    for (extent v = 0; v < draw.joints; ++v)
                        to[static_cast<std::size_t>(t * draw.joints + v)] =
                            plan.joints[static_cast<std::size_t>(v)];
            };
            return paste<tensor_of<X>>{
                step_integers<tensor_of<X>, std::int32_t>(
                    ctx, {rows}, {0, static_cast<std::int32_t>(rows - 1)}, donors, from),
                step_values<tensor_of<X>>(ctx, {map[1], map[2]}, inside, from)};
        });
    }

    /// The objective with pastes of one's own: `paste_of(query, repeat, rows, map)` gives the one
    /// of a mixture, `map` the extents of the encoder's map. Called within the row_scope of the
    /// view.
    template <operand X, class Pastes>
    objective_value<X> with_pastes(context& ctx, const batch<X>& input, Pastes&& paste_of) {
        const skelemixclr_settings& how = this->settings();
        const int queries = static_cast<int>(how.pastes.size());
        views_of(input, "clips", queries + 1, base::name);
        const auto all_views = by_view(ctx, input.clips(), queries + 1);
        const auto& learner = this->pair.query;
        const extent rows = shape_of(all_views[0])[0];
        const auto embedded = [&](const X& feature) {
            return loss::unit_rows(ctx, learner.fc(ctx, feature));
        };
        const tensor_of<X> k = this->key_of(ctx, all_views[1], 1);
        std::optional<X> own, mixed;
        const auto add_to = [&](std::optional<X>& sum, const X& term, double weight) {
            const X weighted = affine(ctx, term, weight);
            sum = sum ? add(ctx, *sum, weighted) : weighted;
        };
        shape map;
        for (int i = 0; i < queries; ++i) {
            const int view = view_of(i);
            const X& clips = all_views[static_cast<std::size_t>(view)];
            const X all = by_rows_of_view(ctx, clips, view,
                                          [&] { return learner.backbone.frames(ctx, clips); });
            map = shape_of(all);
            const X q = embedded(encode::mean_of_persons(ctx, all, rows));
            add_to(own, loss::first_is_right(ctx, this->scores(ctx, q, k)),
                   how.pastes[static_cast<std::size_t>(i)].weight);
        }
        int mixtures = 0;
        for (int i = 0; i < queries; ++i) {
            const paste_settings& s = how.pastes[static_cast<std::size_t>(i)];
            const int view = view_of(i);
            const X& clips = all_views[static_cast<std::size_t>(view)];
            for (int r = 0; r < s.repeats; ++r, ++mixtures)
                by_rows_of_view(ctx, clips, view, [&] {
                    const paste<tensor_of<X>> with = paste_of(i, r, rows, map);
                    const X all = learner.backbone.frames(ctx, pasted(ctx, clips, with));
                    const tensor_of<X> beside = mgkit::affine(ctx, with.inside, -1, 1);
                    const X p = embedded(mean_within(ctx, all, with.inside, rows));
                    const X c = embedded(mean_within(ctx, all, beside, rows));
                    const tensor_of<X> theirs = mgkit::gather(ctx, k, 0, with.donors);
                    add_to(mixed, add(ctx, told_apart(ctx, p, theirs, c), told_apart(ctx, c, k, p)),
                           s.weight / 2);
                    return 0;
                });
        }
        if (ctx.training) this->queue.push(ctx, k);
        if (!mixed) return {*own, {}};
        if (how.mean) mixed = affine(ctx, *mixed, 1.0 / mixtures);
        return {add(ctx, *own, *mixed), {{"info_nce", *own}, {"mixed", *mixed}}};
    }

private:
    static int view_of(int query) { return query == 0 ? 0 : query + 1; }

    /// Cross-entropy of rows beside their keys, the queue, and the mixture's other half.
    template <operand X>
    X told_apart(context& ctx, const X& z, const tensor_of<X>& key, const X& half) const {
        const X other{tensor_of<X>(value_of(detach(half)))};
        const X wrong = affine(ctx, mgkit::sum(ctx, mul(ctx, z, other), {1}, true),
                               1 / this->settings().contrast.temperature);
        return loss::first_is_right(ctx, concat(ctx, 1, this->scores(ctx, z, key), wrong));
    }
};

}  // namespace MGKIT_NAMESPACE::pretext

#if !defined(MGKIT_COMPILED)
#include "mgkit/pretext/skelemixclr-inl.hpp"
#endif
