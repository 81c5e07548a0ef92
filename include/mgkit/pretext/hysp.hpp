// SPDX-License-Identifier: MIT
// HYSP: predictions of a slow encoder's features, ever more of them in a curved space.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/loss/hyperbolic.hpp"
#include "mgkit/pretext/by_view.hpp"
#include "mgkit/pretext/contrastive_encoder.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/objective.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Sizes and rates of `hysp`, the published ones.
struct hysp_settings {
    int hidden = 1024, features = 1024;  ///< of projector and predictor
    double momentum = 0.999;             ///< of the encoder that follows
    int flat_epochs = 49;                ///< after so many the distance begins to be curved ..
    int curving_epochs = 50;             ///< .. and after so many more it is
};

/// The settings as parts of what a run is made of. Errors: sizes and epochs that make no sense.
inline std::string words(const hysp_settings& s) {
    if (s.hidden < 1 || s.features < 1 || !(s.momentum >= 0 && s.momentum <= 1) ||
        s.flat_epochs < 0 || s.curving_epochs < 1)
        throw error("hysp",
                    "sizes of 1 or more, a momentum in [0, 1], flat epochs of 0 or more, curving "
                    "ones of 1 or more",
                    settings_text(s));
    return settings_text(s);
}

/// An encoder, a projector and a predictor guess from one view of a clip what encoder and projector
/// that follow slowly make of the other, each view once: loss::paced_distance, cosines at first and
/// distances in the Poincare ball later, where what is uncertain stays near the centre and pulls
/// less. No clip is told from others, and there is no queue.
///
/// Parameters: `pair.query.*`, `pair.key.*`, `predictor.*`, and a count of epochs. The second
/// encoder moves behind the backward pass and before the update; its statistics of batches are its
/// own. Randomness: the views' augmentation and the encoder's own. Errors: another number of views
/// than two. Cost per clip: four encoder passes, two of them backward too. Source: Franco et al.,
/// ICLR 2023 (HYSP), code at 7aa7bc0. Unlike there, both encoders are equal at first.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class hysp {
public:
    using tensor_type = T;
    using network = contrastive_encoder<T, Encoder, normalised_head<T>>;
    static constexpr const char* name = "hysp";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.wanted_views = 2};
    static_assert(views == 0 || views == traits.wanted_views, "mgkit: hysp compares two views");

    momentum_pair<network> pair;
    normalised_head<T> predictor;
    Views augmentation;
    std::int64_t epochs = 0;  ///< finished

    MGKIT_COLD hysp(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                    Views augmentation_policy = {}, const hysp_settings& how = {})
        : hysp(at, Encoder(at / "backbone", settings), std::move(augmentation_policy), how,
               encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD hysp(const nn::scope& at, E encoder, Views augmentation_policy = {},
                    const hysp_settings& how = {}, std::string encoder_words = {})
        : pair(at.ctx, made(at, std::move(encoder), how)),
          predictor(at / "predictor", how.features, how.features, how.hidden),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          words_(words(how)),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(this->encoder())
                                               : std::move(encoder_words)) {}

    static recipe default_words(const method_settings&) {
        return {{"pacing", words(hysp_settings{})}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("pair", &hysp::pair), nn::field("predictor", &hysp::predictor),
                           nn::field("epochs", &hysp::epochs));
    }

    Encoder& encoder() { return pair.query.backbone; }
    const Encoder& encoder() const { return pair.query.backbone; }

    recipe made_of() const { return {{"encoder", encoder_words_}, {"pacing", words_}}; }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        views_of(input, "clips", traits.wanted_views, name);
        const auto clips = by_view(ctx, input.clips(), traits.wanted_views);
        const auto guess = [&](int view) {
            const X& of = clips[static_cast<std::size_t>(view)];
            return by_rows_of_view(ctx, of, view,
                                   [&] { return predictor(ctx, pair.query(ctx, of)); });
        };
        const auto target = [&](int view) {
            const X& of = clips[static_cast<std::size_t>(view)];
            return X{by_rows_of_view(ctx, of, view, [&] { return pair.keys(ctx, of); })};
        };
        const X q0 = guess(0), q1 = guess(1), k0 = target(0), k1 = target(1);
        const auto share = [](std::span<scalar_of<X>> to, const std::int64_t* now, int flat,
                              int curving) {
            to[0] = static_cast<scalar_of<X>>(
                std::clamp(static_cast<double>(*now - flat) / curving, 0.0, 1.0));
        };
        const X curved{step_values<T>(ctx, {1, 1}, share, static_cast<const std::int64_t*>(&epochs),
                                      how_.flat_epochs, how_.curving_epochs)};
        const X one = mgkit::mean(ctx, loss::paced_distance(ctx, q0, k1, curved)),
                other = mgkit::mean(ctx, loss::paced_distance(ctx, q1, k0, curved));
        return {affine(ctx, add(ctx, one, other), 0.5), {}};
    }

    void gradients(context& ctx, const nn::leaf_list<T>&) { pair.follow(ctx, how_.momentum); }
    void after_epoch(context&, int) { ++epochs; }

private:
    MGKIT_COLD static network made(const nn::scope& at, Encoder encoder, const hysp_settings& how) {
        words(how);
        normalised_head<T> projector(at / "fc", encoder.features(), how.features, how.hidden);
        return {std::move(encoder), std::move(projector)};
    }

    hysp_settings how_;
    std::string words_, encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
