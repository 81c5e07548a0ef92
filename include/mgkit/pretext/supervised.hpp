// SPDX-License-Identifier: MIT
// The supervised counterpart: the same encoder trained with labels.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/data/labels.hpp"
#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/loss/soft_targets.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/mix_up.hpp"
#include "mgkit/pretext/objective.hpp"
#include "mgkit/tensor/ops/random.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Encoder and a linear classifier under softmax cross-entropy; each of the K views of a clip
/// carries its label. The baseline that shows what labels would have given, and with
/// `supervised_settings` what the papers train: smoothed labels, logits adjusted for the classes'
/// frequencies, mixed clips, dropout. These act while training only.
/// Randomness: mix-up and dropout, keyed by the rows of the context.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class supervised {
public:
    using tensor_type = T;
    static constexpr const char* name = "supervised";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.uses_labels = true};

    Encoder backbone;
    nn::linear<T> fc;
    Views augmentation;

    MGKIT_COLD supervised(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                          int classes, Views augmentation_policy = {},
                          const supervised_settings& how = {})
        : backbone(at / "backbone", settings),
          fc(at / "fc", backbone.features(), classes, 0.01),
          augmentation(std::move(augmentation_policy)),
          encoder_words_(encode::settings_words<Encoder>(settings)),
          classes_(classes) {
        learn(how);
    }
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD supervised(const nn::scope& at, E encoder, int classes,
                          Views augmentation_policy = {}, const supervised_settings& how = {})
        : backbone(std::move(encoder)),
          fc(at / "fc", backbone.features(), classes, 0.01),
          augmentation(std::move(augmentation_policy)),
          encoder_words_(encode::encoder_words(backbone)),
          classes_(classes) {
        learn(how);
    }

    static supervised_settings options_of(const method_settings& stated) { return stated.labels; }
    static recipe default_words(const method_settings& stated) {
        return {{"classes", text(stated.classes)}, {"labels", words(stated.labels)}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &supervised::backbone),
                           nn::field("fc", &supervised::fc));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"classes", text(classes_)}, {"labels", words(how_)}};
    }

    /// Class scores [N, classes] of clips [N, C, T, V, M].
    template <operand X>
    X scores(context& ctx, const X& clips) const {
        return fc(ctx, dropout(ctx, backbone(ctx, clips), "supervised.dropout", how_.dropout));
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        const int stacked = views_of(input, "clips", views, name);
        const extent rows = shape_of(input.clips())[0];
        data::require_labels("supervised", static_cast<std::size_t>(rows / stacked),
                             input.labels().size());
        const bool mixes = ctx.training && how_.mix_up.alpha > 0;
        const X truth = targets<X>(ctx, rows, input.labels(), mixes);
        const X logits =
            scores(ctx, mixes ? mixed(ctx, input.clips(), how_.mix_up) : input.clips());
        return {loss::adjusted_cross_entropy(
                    ctx, logits, truth,
                    ctx.training ? std::span<const double>(offsets_) : std::span<const double>()),
                {}};
    }

private:
    void learn(const supervised_settings& how) {
        check(how, classes_);
        how_ = how;
        if (how.logit_adjustment > 0)
            offsets_ = loss::logit_offsets(how.class_counts, how.logit_adjustment);
    }

    /// Soft labels [rows, classes]; smoothed and mixed while training.
    template <operand X>
    X targets(context& ctx, extent rows, std::span<const int> labels, bool mixes) const {
        using scalar = scalar_of<X>;
        const auto fill = [](std::span<scalar> out, std::span<const int> of, std::size_t classes,
                             double smoothing, std::optional<mix_up_settings> mix,
                             const context* now, std::optional<row_window> window) {
            const std::size_t count = out.size() / classes;
            std::vector<double> own(mix ? count : 0);
            if (mix) mix_weights(*now, window, *mix, own);
            for (std::size_t r = 0; r < count; ++r) {
                const auto row = out.subspan(r * classes, classes);
                loss::add_soft_label(row, of[r % of.size()], smoothing, mix ? own[r] : 1);
                if (mix)
                    loss::add_soft_label(row, of[(count - 1 - r) % of.size()], smoothing,
                                         1 - own[r]);
            }
        };
        return X{
            step_values<T>(ctx, {rows, classes_}, fill, labels, static_cast<std::size_t>(classes_),
                           ctx.training ? how_.label_smoothing : 0.0,
                           mixes ? std::optional(how_.mix_up) : std::optional<mix_up_settings>(),
                           static_cast<const context*>(&ctx), ctx.window)};
    }

    std::string encoder_words_;
    int classes_ = 0;
    supervised_settings how_;
    std::vector<double> offsets_;  // of the logits; empty for none
};

}  // namespace MGKIT_NAMESPACE::pretext
