// SPDX-License-Identifier: MIT
// AimCLR: momentum contrast that extreme views and dropped features have to agree with.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "mgkit/encode/feature_map.hpp"
#include "mgkit/loss/extreme_views.hpp"
#include "mgkit/pretext/energy_drop.hpp"
#include "mgkit/pretext/moco.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What `aimclr` adds to momentum contrast; the defaults are the published ones.
struct aimclr_settings {
    momentum_settings contrast{.queue = 32768};
    bool extreme = true;  ///< a third, extreme view that takes the first one's scores over
    bool drop = true;     ///< that view once more, without what stands out: energy_drop
    double keep = 0.7;    ///< of energy_drop
    int neighbours = 1;   ///< rows of the queue nearest to each query that count as right too ..
    int neighbours_from = 150;  ///< .. after so many epochs; below 0: never
};

/// The settings as parts of what a run is made of.
inline std::string words(const aimclr_settings& s) {
    return text(settings_text(s.contrast), ", extreme ", s.extreme, ", drop ", s.drop, ", keep ",
                s.keep, ", neighbours ", s.neighbours, ", from ", s.neighbours_from);
}

/// `moco` and two views more of each clip, an extreme one and the same without what stands out in
/// its features: their scores are drawn towards those of the first view, see
/// loss::extreme_views. Later, the queue's nearest rows to any of the three count as right.
/// With `extreme`, `drop` and neighbours off it is `moco`, to the bit.
///
/// Views: first, second, extreme, two where it is off. Parameters: those of `moco` below
/// `contrast`, and a count of epochs. Errors: as `moco`; an encoder that has no map behind its
/// feature. Cost per clip: three encoder passes, two backward passes. Source: Guo et al., AAAI 2022
/// (AimCLR).
template <tensor T, class Encoder, class Views>
requires encode::mapping_encoder<Encoder, T>
class aimclr {
public:
    using tensor_type = T;
    using momentum_options = aimclr_settings;
    static constexpr const char* name = "aimclr";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr int wanted_views = 3;
    static constexpr bool needs_map = true;
    /// Scores are drawn towards others of its own that get no gradient from that: differences of
    /// the loss are not its gradient.
    static constexpr bool own_targets = true;

    moco<T, Encoder, no_views> contrast;
    std::int64_t epochs = 0;  ///< finished
    Views augmentation;

    MGKIT_COLD aimclr(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                      Views augmentation_policy = {}, const aimclr_settings& how = {})
        : contrast(at, settings, {}, how.contrast),
          augmentation(std::move(augmentation_policy)),
          how_(how) {
        check();
    }
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD aimclr(const nn::scope& at, E encoder, Views augmentation_policy = {},
                      const aimclr_settings& how = {})
        : contrast(at, std::move(encoder), {}, how.contrast),
          augmentation(std::move(augmentation_policy)),
          how_(how) {
        check();
    }

    static int& queue_of(momentum_options& how) { return how.contrast.queue; }

    static constexpr auto fields() {
        return nn::members(nn::field("contrast", &aimclr::contrast),
                           nn::field("epochs", &aimclr::epochs));
    }

    Encoder& encoder() { return contrast.encoder(); }
    const Encoder& encoder() const { return contrast.encoder(); }

    recipe made_of() const {
        recipe out = contrast.made_of();
        return out.set("contrast", words(how_));
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        if (!how_.extreme && how_.neighbours_from < 0) return contrast(ctx, input);
        const int wanted = how_.extreme ? 3 : 2;
        views_of(input, "clips", wanted, name);
        const auto clips = by_view(ctx, input.clips(), wanted);
        const X q = contrast.query_of(ctx, clips[0], 0);
        const tensor_of<X> k = contrast.key_of(ctx, clips[1], 1);
        short_list<X, 3> scores{contrast.scores(ctx, q, k)};
        if (how_.extreme) {
            const auto& [backbone, head] = contrast.pair.query;
            const X map =
                by_rows_of_view(ctx, clips[2], 2, [&] { return backbone.frames(ctx, clips[2]); });
            const auto scores_of = [&](const X& of) {
                const X feature = encode::mean_of_persons(ctx, of, shape_of(clips[2])[0]);
                scores.push_back(contrast.scores(ctx, loss::unit_rows(ctx, head(ctx, feature)), k));
            };
            scores_of(map);
            if (how_.drop) scores_of(energy_drop(ctx, map, how_.keep));
        }
        const auto terms = loss::extreme_views(ctx, scores, right_ones(ctx, scores));
        if (ctx.training) contrast.queue.push(ctx, k);
        objective_value<X> out{terms.total, {{"info_nce", terms.contrast}}};
        for (std::size_t i = 0; i < terms.agreement.size(); ++i)
            out.parts.push_back({i == 0 ? "extreme" : "dropped", terms.agreement[i]});
        return out;
    }

    void before_step(context& ctx) { contrast.before_step(ctx); }
    void after_epoch(context&, int) { ++epochs; }

private:
    void check() const {
        if (!(how_.keep > 0 && how_.keep <= 1) || how_.neighbours < 1 ||
            how_.neighbours > how_.contrast.queue || (how_.drop && !how_.extreme))
            throw error(
                name,
                "a share kept in (0, 1], neighbours from 1 to the queue's size, dropping of "
                "extreme views alone",
                words(how_));
        if constexpr (requires(const Encoder& e) { e.has_map(); })
            if (!encoder().has_map())
                throw error(name, "an encoder whose feature is the mean of a map",
                            encode::encoder_words(encoder()), "take a graph network, or moco");
    }

    /// Shares of the scores that count as right, [B, 1 + queue].
    template <operand X>
    tensor_of<X> right_ones(context& ctx, const short_list<X, 3>& scores) const {
        const auto fill = [](std::span<scalar_of<X>> to, const std::int64_t* now, int from) {
            to[0] = scalar_of<X>(from >= 0 && *now >= from ? 1 : 0);
        };
        if (how_.neighbours_from < 0)
            return loss::right_columns(ctx, scores, how_.neighbours, T{}, T{});
        return loss::right_columns(
            ctx, scores, how_.neighbours, contrast.queue.mask(ctx),
            step_values<T>(ctx, {1, 1}, fill, &epochs, how_.neighbours_from));
    }

    aimclr_settings how_;
};

}  // namespace MGKIT_NAMESPACE::pretext
