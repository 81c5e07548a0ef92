// SPDX-License-Identifier: MIT
// HiCLR: views of growing strength, each drawn to the one before it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/loss/extreme_views.hpp"
#include "mgkit/pretext/moco.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What `hiclr` adds to momentum contrast; the defaults are the published ones.
struct hiclr_settings {
    momentum_settings contrast{.queue = 32768};
    double mask_ratio = 0.1;  ///< of joints that the strongest view does not show, in each frame
    int neighbours = 1;  ///< rows of the queue nearest to each query that count as right too ..
    int neighbours_from = 150;  ///< .. after so many epochs; below 0: never
};

/// 1 for joints that are shown and 0 for int(V ratio) others in each frame, the same for a whole
/// batch: [T, V], row-major. Keyed by seed, epoch and the first of the batch's rows.
void draw_shown_joints(const context& ctx, const std::optional<row_window>& window, extent rows,
                       double ratio, extent frames, std::span<std::uint8_t> shown);

/// What is special about `hiclr` beside its further views.
struct hiclr_contrast : moco_contrast {
    static constexpr const char* name = "hiclr";
    static constexpr method_traits traits{.wanted_views = 4, .own_targets = true};
    using settings = hiclr_settings;

    static auto& contrast(auto& s) { return s.contrast; }
    static std::string words(const settings& s) { return settings_text(s); }
    template <model_tensor T, class Encoder>
    static network<T, Encoder> make(const nn::scope& at, Encoder encoder, const settings& s) {
        check(s.contrast, name);
        if (!(s.mask_ratio >= 0 && s.mask_ratio < 1) || s.neighbours < 1 ||
            s.neighbours > s.contrast.queue)
            throw error(name,
                        "a share of masked joints in [0, 1), neighbours from 1 to the queue's size",
                        settings_text(s));
        return {at, std::move(encoder), static_cast<extent>(s.contrast.features)};
    }
};

/// `moco` and two views more of each clip, of growing strength: a strong one whose scores are drawn
/// to those of the first view, and one that also hides joints behind a learned value, drawn to the
/// strong one's; see loss::extreme_views. Later, the queue's nearest rows to any of the three count
/// as right.
///
/// Views: first, key, strong, and one whose joints are hidden here. Parameters: those of `moco`,
/// `mask_param`, which starts at 0, and a count of epochs. Randomness: also which joints are
/// hidden, by seed, epoch and the batch's first row. Errors: as `moco`. Cost per clip: four encoder
/// passes, three of them backward too. Source: Zhang et al., "Hierarchical consistent contrastive
/// learning for skeleton-based action recognition with growing augmentations" (AAAI 2023), code at
/// 49ffdf8.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class hiclr : public momentum_contrast<hiclr_contrast, T, Encoder, Views> {
    using base = momentum_contrast<hiclr_contrast, T, Encoder, Views>;

public:
    parameter<T> mask_param;
    std::int64_t epochs = 0;  ///< finished

    MGKIT_COLD hiclr(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                     Views augmentation_policy = {}, const hiclr_settings& how = {})
        : base(at, settings, std::move(augmentation_policy), how), mask_param(unseen(at)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD hiclr(const nn::scope& at, E encoder, Views augmentation_policy = {},
                     const hiclr_settings& how = {}, std::string encoder_words = {})
        : base(at, std::move(encoder), std::move(augmentation_policy), how,
               std::move(encoder_words)),
          mask_param(unseen(at)) {}

    static constexpr auto fields() {
        return nn::members(nn::field("pair", &hiclr::pair), nn::field("queue", &hiclr::queue),
                           nn::field("mask_param", &hiclr::mask_param),
                           nn::field("epochs", &hiclr::epochs));
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        return with_mask(ctx, input, [&](const shape& clips) {
            const auto fill = [](std::span<scalar_of<X>> to, const context* now,
                                 std::optional<row_window> window, extent rows, double ratio,
                                 extent frames) {
                std::vector<std::uint8_t> shown(to.size());
                draw_shown_joints(*now, window, rows, ratio, frames, shown);
                for (std::size_t i = 0; i < to.size(); ++i)
                    to[i] = static_cast<scalar_of<X>>(shown[i]);
            };
            return step_values<T>(ctx, {clips[2], clips[3]}, fill,
                                  static_cast<const context*>(&ctx), ctx.window, clips[0],
                                  this->settings().mask_ratio, clips[2]);
        });
    }

    /// The objective with a mask of one's own: `shown(extents of clips)` gives [T, V], 1 for joints
    /// that the strongest view shows. Called within the row_scope of that view.
    template <operand X, class Shown>
    objective_value<X> with_mask(context& ctx, const batch<X>& input, Shown&& shown) {
        constexpr int wanted = base::traits.wanted_views;
        const hiclr_settings& how = this->settings();
        views_of(input, "clips", wanted, base::name);
        const auto clips = by_view(ctx, input.clips(), wanted);
        const tensor_of<X> k = this->key_of(ctx, clips[1], 1);
        const auto scores_of = [&](const X& of, int view) {
            return this->scores(ctx, this->query_of(ctx, of, view), k);
        };
        const X hidden =
            by_rows_of_view(ctx, clips[3], 3, [&] { return masked(ctx, clips[3], shown); });
        const short_list<X, 3> scores{scores_of(clips[0], 0), scores_of(clips[2], 2),
                                      scores_of(hidden, 3)};
        const auto terms = loss::extreme_views(
            ctx, scores, this->right_ones(ctx, scores, how.neighbours, how.neighbours_from, epochs),
            loss::drawn_to::previous);
        if (ctx.training) this->queue.push(ctx, k);
        return {terms.total,
                {{"info_nce", terms.contrast},
                 {"strong", terms.agreement[0]},
                 {"masked", terms.agreement[1]}}};
    }

    void after_epoch(context&, int) { ++epochs; }

private:
    MGKIT_COLD static parameter<T> unseen(const nn::scope& at) {
        return nn::initial::constant<T>(at / "mask_param", {1}, 0);
    }
    template <operand X, class Shown>
    X masked(context& ctx, const X& clips, Shown&& shown) const {
        const shape in = shape_of(clips);
        const tensor_of<X> mask = mgkit::reshape(ctx, shown(in), {1, 1, in[2], in[3], 1});
        const X value = reshape(ctx, use<X>(mask_param), {1, 1, 1, 1, 1});
        return add(ctx, mul(ctx, clips, X{mask}),
                   mul(ctx, X{mgkit::affine(ctx, mask, -1, 1)}, value));
    }
};

}  // namespace MGKIT_NAMESPACE::pretext

#if !defined(MGKIT_COMPILED)
#include "mgkit/pretext/hiclr-inl.hpp"
#endif
