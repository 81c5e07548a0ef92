// SPDX-License-Identifier: MIT
// AimCLR: momentum contrast that extreme views and dropped features have to agree with.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "mgkit/encode/feature_map.hpp"
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

/// What is special about `aimclr` beside its third and fourth look at a clip.
struct aimclr_contrast : moco_contrast {
    static constexpr const char* name = "aimclr";
    static constexpr method_traits traits{
        .wanted_views = 3, .needs_map = true, .own_targets = true};
    using settings = aimclr_settings;

    static auto& contrast(auto& s) { return s.contrast; }
    static std::string words(const settings& s) { return pretext::words(s); }
    template <model_tensor T, class Encoder>
    static network<T, Encoder> make(const nn::scope& at, Encoder encoder, const settings& s) {
        check(s.contrast, name);
        if (!(s.keep > 0 && s.keep <= 1) || s.neighbours < 1 || s.neighbours > s.contrast.queue ||
            (s.drop && !s.extreme))
            throw error(
                name,
                "a share kept in (0, 1], neighbours from 1 to the queue's size, dropping of "
                "extreme views alone",
                words(s));
        if constexpr (requires { encoder.has_map(); })
            if (!encoder.has_map())
                throw error(name, "an encoder whose feature is the mean of a map",
                            encode::encoder_words(encoder), "take a graph network, or moco");
        return {at, std::move(encoder), static_cast<extent>(s.contrast.features)};
    }
};

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
class aimclr : public momentum_contrast<aimclr_contrast, T, Encoder, Views> {
    using base = momentum_contrast<aimclr_contrast, T, Encoder, Views>;

public:
    std::int64_t epochs = 0;  ///< finished

    using base::base;

    static constexpr auto fields() {
        return nn::members(nn::field("contrast.pair", &aimclr::pair),
                           nn::field("contrast.queue", &aimclr::queue),
                           nn::field("epochs", &aimclr::epochs));
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        const aimclr_settings& how = this->settings();
        if (!how.extreme && how.neighbours_from < 0) return base::operator()(ctx, input);
        const int wanted = how.extreme ? 3 : 2;
        views_of(input, "clips", wanted, base::name);
        const auto clips = by_view(ctx, input.clips(), wanted);
        const X q = this->query_of(ctx, clips[0], 0);
        const tensor_of<X> k = this->key_of(ctx, clips[1], 1);
        short_list<X, 3> scores{this->scores(ctx, q, k)};
        if (how.extreme) {
            const auto& [backbone, head] = this->pair.query;
            const X map =
                by_rows_of_view(ctx, clips[2], 2, [&] { return backbone.frames(ctx, clips[2]); });
            const auto scores_of = [&](const X& of) {
                const X feature = encode::mean_of_persons(ctx, of, shape_of(clips[2])[0]);
                scores.push_back(this->scores(ctx, loss::unit_rows(ctx, head(ctx, feature)), k));
            };
            scores_of(map);
            if (how.drop) scores_of(energy_drop(ctx, map, how.keep));
        }
        const auto terms = loss::extreme_views(
            ctx, scores,
            this->right_ones(ctx, scores, how.neighbours, how.neighbours_from, epochs));
        if (ctx.training) this->queue.push(ctx, k);
        objective_value<X> out{terms.total, {{"info_nce", terms.contrast}}};
        for (std::size_t i = 0; i < terms.agreement.size(); ++i)
            out.parts.push_back({i == 0 ? "extreme" : "dropped", terms.agreement[i]});
        return out;
    }

    void after_epoch(context&, int) { ++epochs; }
};

}  // namespace MGKIT_NAMESPACE::pretext
