// SPDX-License-Identifier: MIT
// Masked motion modelling: the motion of most patches of a clip is predicted from the few others.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/row_scope.hpp"
#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/patch_transformer.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/objective.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What is predicted of masked patches: how coordinates change from frame to frame, or themselves,
/// which is the masked autoencoder (SkeletonMAE) that MAMP compares itself with.
enum class masked_target { motion, coordinates };

/// The defaults are MAMP's for NTU-60; its masked autoencoder is {.target =
/// masked_target::coordinates, .temperature = 0}.
struct mamp_settings {
    masked_target target = masked_target::motion;
    double ratio = 0.9;        ///< share of patches that are masked
    double temperature = 0.8;  ///< the lower, the more what moves is masked; 0: masks are uniform
    int stride = 1;            ///< frames from one position of a motion to the next
    bool normalised = true;    ///< targets of a patch have mean 0 and variance 1
    int patch = 4;   ///< frames of a patch, or the most below that divide a clip's; an encoder of
                     ///< patches brings its own
    int width = 0;   ///< of the decoder; 0: that of the encoder's tokens
    int heads = 8;   ///< of the decoder, or the most below that divide its width
    int layers = 3;  ///< of the decoder
    int mlp_ratio = 4;  ///< hidden units of a decoder's layer, in widths
};

/// Sequences of patches as `mamp` cuts them.
struct patch_grid {
    extent channels = 0, frames = 0, joints = 0, persons = 0, patch = 1;

    extent times() const { return frames / patch; }
    extent count() const { return times() * joints; }
    extent values() const { return patch * channels; }
};

/// Which patches an encoder sees.
struct patch_masks {
    index_tensor order;  ///< [B, L]: those that are kept, then those that are masked
    index_tensor kept;   ///< [B, K], the first of them
};

/// How much each patch [B, T' * V, values] moves, [B, T' * V]: the mean distance of its values from
/// those of the patch before, the first as the second; divided by the sequence's largest times
/// `temperature`. One patch in time moves by 0.
template <tensor T>
T motion_intensity(context& ctx, const T& patches, extent joints, double temperature) {
    const shape s = shape_of(patches);
    const extent times = s[1] / joints;
    if (times < 2) return backend_traits<T>::full(ctx, {s[0], s[1]}, 0);
    const T grid = mgkit::reshape(ctx, patches, {s[0], times, joints, s[2]});
    const T step = mgkit::sub(ctx, mgkit::slice(ctx, grid, 1, 1, times - 1),
                              mgkit::slice(ctx, grid, 1, 0, times - 1));
    const T apart =
        mgkit::add(ctx, mgkit::relu(ctx, step), mgkit::relu(ctx, mgkit::affine(ctx, step, -1)));
    const T later = mgkit::mean(ctx, apart, {3});
    const T all = mgkit::reshape(
        ctx, mgkit::concat(ctx, 1, mgkit::slice(ctx, later, 1, 0, 1), later), {s[0], s[1]});
    const T scale = mgkit::affine(ctx, mgkit::max(ctx, all, 1, true), temperature, 1e-10);
    return mgkit::mul(ctx, all, mgkit::square(ctx, mgkit::rsqrt(ctx, scale)));
}

/// Places of patches, layers and a map to their values. Names are the reference's with a point for
/// the first underscore: `embed`, `pos_embed`, `temp_embed`, `blocks`, `norm`, `pred`.
template <model_tensor T>
struct patch_decoder {
    nn::linear<T> embed, pred;
    parameter<T> pos_embed, temp_embed;
    std::vector<nn::pre_norm_layer<T>> blocks;
    nn::layer_norm<T> norm;

    MGKIT_COLD patch_decoder(const nn::scope& at, const patch_grid& grid, extent input,
                             extent width, int heads, const mamp_settings& how)
        : embed(at / "embed", input, width),
          pred(at / "pred", width, grid.values()),
          pos_embed(nn::initial::normal<T>(at / "pos_embed", {1, 1, grid.joints, width}, 0.02)),
          temp_embed(nn::initial::normal<T>(at / "temp_embed", {1, grid.times(), 1, width}, 0.02)),
          norm(at / "norm", width) {
        for (int i = 0; i < how.layers; ++i)
            blocks.emplace_back(at / ("blocks." + std::to_string(i)), width, heads,
                                width * how.mlp_ratio);
    }
    static constexpr auto fields() {
        return nn::members(nn::field("embed", &patch_decoder::embed),
                           nn::field("pos_embed", &patch_decoder::pos_embed),
                           nn::field("temp_embed", &patch_decoder::temp_embed),
                           nn::field("blocks", &patch_decoder::blocks),
                           nn::field("norm", &patch_decoder::norm),
                           nn::field("pred", &patch_decoder::pred));
    }
    /// Tokens of all patches [B, L, width] through the layers.
    template <operand X>
    X hidden(context& ctx, const X& tokens) const {
        X x = add(ctx, tokens, encode::patch_places(ctx, use<X>(pos_embed), use<X>(temp_embed)));
        for (const auto& block : blocks) x = block(ctx, x);
        return x;
    }
    /// Values of patches [.., width] -> [.., patch * C].
    template <operand X>
    X values(context& ctx, const X& hidden) const {
        return pred(ctx, norm(ctx, hidden));
    }
};

/// A few patches of a clip, of a joint and a few frames each, are kept, those that move less rather
/// than others; a decoder predicts from the encoder's tokens how the masked ones move. The loss is
/// the mean squared error over masked patches; no visible one takes part in it. Each person is a
/// sequence of its own, empty ones too.
///
/// On `encode::patch_transformer` this is the published method: the encoder reads the patches that
/// are kept alone, and the decoder has a learned token for each other one. On encoders whose
/// weights fix the number of their tokens (DSTE, STTR) a learned patch stands in the clip for each
/// masked one, and the decoder's token of a joint and a time is an affine map of the joint's token
/// and the mean of the frames' tokens.
///
/// One view. Targets are values as the encoder sees them, all channels. Parameters: `backbone.*`,
/// `mask_token`, `decoder.*`. Randomness: the view's augmentation, the encoder's own, and masks,
/// keyed by the rows of the context. Errors: more views than one, an encoder that does not state
/// its extents, clips of others, settings without sense. Cost per clip: an encoder pass (on
/// patch_transformer of the share that is kept) and layers M L (4 d^2 + 2 L d + 2 mlp_ratio d^2)
/// for the decoder, each forward and backward. Source: Mao et al., ICCV 2023 (MAMP) at 09e6252,
/// there with coordinates alone; the form on two streams is ours, after Xie et al., CVPR 2022
/// (SimMIM).
template <tensor T, class Encoder, class Views>
requires encode::two_stream_encoder<Encoder, T>
class mamp {
public:
    using tensor_type = T;
    static constexpr const char* name = "mamp";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.wanted_views = 1, .two_streams = true};
    static_assert(views == 0 || views == traits.wanted_views, "mgkit: mamp looks at one view");

    Encoder backbone;
    patch_grid grid;
    parameter<T> mask_token;  ///< [1, 1, ..]: a token of the decoder's, or a patch of the clip
    patch_decoder<T> decoder;
    Views augmentation;

    MGKIT_COLD mamp(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                    Views augmentation_policy = {}, const mamp_settings& how = {})
        : mamp(at, Encoder(at / "backbone", settings), std::move(augmentation_policy), how,
               encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD mamp(const nn::scope& at, E encoder, Views augmentation_policy = {},
                    const mamp_settings& how = {}, std::string encoder_words = {})
        : backbone(std::move(encoder)),
          grid(grid_of(how)),
          mask_token(nn::initial::normal<T>(
              at / "mask_token", {1, 1, patched() ? decoder_width(how) : grid.values()}, 0.02)),
          decoder(at / "decoder", grid, token_width(), decoder_width(how),
                  most_dividing(how.heads, decoder_width(how)), how),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(backbone)
                                               : std::move(encoder_words)) {}

    static recipe default_words(const method_settings&) {
        return {{"masking", settings_text(mamp_settings{})}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &mamp::backbone),
                           nn::field("mask_token", &mamp::mask_token),
                           nn::field("decoder", &mamp::decoder));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"masking", settings_text(how_)}};
    }

    /// Patches of a sequence that are kept: the whole number below their share, in binary floating
    /// point as in the reference; one at least.
    extent kept_patches() const {
        const auto share = static_cast<double>(grid.count()) * (1 - how_.ratio);
        return std::max<extent>(1, static_cast<extent>(share));
    }

    /// Uniform numbers in [0, 1) of every patch [B, L], for the rows of the context.
    T drawn(context& ctx, extent clips) const {
        using scalar = scalar_of<T>;
        const auto fill = [](std::span<scalar> to, const context* now,
                             std::optional<row_window> window, std::size_t each, std::uint32_t id) {
            const std::size_t rows = to.size() / each;
            const row_window part = rows_at_work("mamp", now->rows.size(), window, rows);
            for (std::size_t row = 0; row < rows; ++row) {
                random_stream draws = row_draws(*now, part, row, id);
                for (scalar& v : to.subspan(row * each, each))
                    v = static_cast<scalar>(draws.uniform());
            }
        };
        return step_values<T>(ctx, {clips * grid.persons, grid.count()}, fill,
                              static_cast<const context*>(&ctx), ctx.window,
                              static_cast<std::size_t>(grid.persons * grid.count()),
                              name_hash("mamp.mask"));
    }

    /// Which patches [B, L, values] are kept, given uniform numbers [B, L]: the smallest of these
    /// numbers, or of log p + g, p the softmax of `motion_intensity` and g numbers of Gumbel's
    /// distribution made of them.
    patch_masks masks(context& ctx, const T& patches, const T& uniform) const {
        const auto logged = [&](const T& x) {
            return mgkit::affine(ctx, mgkit::log(ctx, mgkit::affine(ctx, x, 1, 1e-10)), -1);
        };
        T rank = uniform;
        if (how_.temperature > 0) {
            const T moves = motion_intensity(ctx, patches, grid.joints, how_.temperature);
            rank = mgkit::add(ctx, mgkit::log(ctx, mgkit::softmax(ctx, moves)),
                              logged(logged(uniform)));
        }
        const auto last = static_cast<std::int32_t>(grid.count() - 1);
        const T first_kept = mgkit::affine(ctx, rank, -1);
        const auto places = [&](extent count) {
            return top_places(ctx, first_kept, static_cast<int>(count)).within(0, last);
        };
        return {places(grid.count()), places(kept_patches())};
    }

    /// What is predicted of every patch [B, L, values]; a constant.
    T targets(context& ctx, const T& clips) const {
        T x = clips;
        if (how_.target == masked_target::motion) {
            shape still = shape_of(clips);
            const extent moving = still[2] - how_.stride;
            still[2] = how_.stride;
            const T step = mgkit::sub(ctx, mgkit::slice(ctx, clips, 2, how_.stride, moving),
                                      mgkit::slice(ctx, clips, 2, 0, moving));
            x = mgkit::concat(ctx, 2, step, backend_traits<T>::full(ctx, still, 0));
        }
        const T patches = encode::patches_of(ctx, x, grid.patch);
        if (!how_.normalised) return patches;
        const T away = mgkit::sub(ctx, patches, mgkit::mean(ctx, patches, {2}, true));
        const T spread = mgkit::affine(ctx, mgkit::sum(ctx, mgkit::square(ctx, away), {2}, true),
                                       1 / static_cast<double>(grid.values() - 1), 1e-6);
        return mgkit::mul(ctx, away, mgkit::rsqrt(ctx, spread));
    }

    /// The decoder's tokens of all patches [B, L, width] behind its layers.
    template <operand X>
    X hidden(context& ctx, const X& clips, const patch_masks& at) const {
        const X patches = encode::patches_of(ctx, clips, grid.patch);
        return decoder.hidden(ctx, patched() ? of_kept(ctx, patches, at)
                                             : of_streams(ctx, patches, at, shape_of(clips)));
    }
    /// Entries of masked patches: x [B, L, ..] -> [B, L - K, ..], nothing of the others.
    template <operand X>
    X masked(context& ctx, const X& x, const patch_masks& at) const {
        const extent kept = kept_patches();
        return slice(ctx, gather(ctx, x, 1, at.order), 1, kept, grid.count() - kept);
    }
    /// Mean squared distance of the decoder's values from `targets` over masked patches; `hidden`
    /// as from the function of this name.
    template <operand X>
    X loss_of(context& ctx, const X& hidden, const T& truth, const patch_masks& at) const {
        return mse(ctx, decoder.values(ctx, masked(ctx, hidden, at)), X{masked(ctx, truth, at)});
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        views_of(input, "clips", traits.wanted_views, name);
        const X clips = input.clips();
        const shape s = shape_of(clips);
        if (s.rank() != 5 ||
            s != shape{s[0], grid.channels, grid.frames, grid.joints, grid.persons})
            throw error(name,
                        text("clips [N, ", grid.channels, ", ", grid.frames, ", ", grid.joints,
                             ", ", grid.persons, "]"),
                        s.str());
        const T seen = value_of(detach(clips));
        const patch_masks at =
            masks(ctx, encode::patches_of(ctx, seen, grid.patch), drawn(ctx, s[0]));
        return {loss_of(ctx, hidden(ctx, clips, at), targets(ctx, seen), at), {}};
    }

private:
    /// The encoder, where it takes patches one by one.
    const encode::patch_transformer<T>* patched() const {
        using encoder = encode::patch_transformer<T>;
        if constexpr (std::same_as<Encoder, encoder>)
            return &backbone;
        else if constexpr (requires { backbone.template as<encoder>(); })
            return backbone.template as<encoder>();
        else
            return nullptr;
    }
    extent token_width() const {
        const auto [frame, joint] = backbone.stream_widths();
        return patched() ? frame : frame + joint;
    }
    extent decoder_width(const mamp_settings& how) const {
        return how.width > 0 ? how.width : backbone.stream_widths().temporal;
    }
    static int most_dividing(int wanted, extent whole) {
        while (wanted > 1 && whole % wanted != 0) --wanted;
        return wanted;
    }
    patch_grid grid_of(const mamp_settings& how) const {
        const nn::fact_map stated = nn::facts_of(backbone);
        const auto number = [&](const char* what) {
            const int count = nn::number_of(stated, what, 0, name);
            if (count < 1)
                throw error(name, "an encoder that states its channels, frames, joints and persons",
                            encode::encoder_words(backbone),
                            "give it facts() of settings that hold clip_extents");
            return count;
        };
        const int frames = number("frames");
        const patch_grid out{
            number("channels"), frames, number("joints"), number("persons"),
            patched() ? patched()->configuration().patch : most_dividing(how.patch, frames)};
        if (how.patch < 1 || how.heads < 1 || how.layers < 1 || how.mlp_ratio < 1 || how.width < 0)
            throw error(name, "a decoder of one or more layers, heads and frames of a patch",
                        settings_text(how));
        if (!(how.ratio > 0 && how.ratio < 1 && how.temperature >= 0) || out.count() < 2)
            throw error(name,
                        "two or more patches, some of which are masked, and a temperature of 0 "
                        "or more",
                        text(out.count(), " patches, ", settings_text(how)));
        if (how.target == masked_target::motion && (how.stride < 1 || how.stride >= frames))
            throw error(name, text("a stride from 1 to ", frames - 1, " frames"), text(how.stride));
        if (how.normalised && out.values() < 2)
            throw error(name, "patches of two values or more", text(out.values()),
                        "switch `normalised` off");
        return out;
    }

    /// The decoder's tokens of patches of which the encoder sees those that are kept.
    template <operand X>
    X of_kept(context& ctx, const X& patches, const patch_masks& at) const {
        const X seen = decoder.embed(ctx, patched()->of_patches(ctx, patches, at.kept));
        const shape s = shape_of(seen);
        const extent all = grid.count();
        const X others =
            add(ctx, constant<X>(ctx, {s[0], all - s[1], s[2]}, 0), use<X>(mask_token));
        return scatter_add(ctx, constant<X>(ctx, {s[0], all, s[2]}, 0), 1, at.order,
                           concat(ctx, 1, seen, others));
    }
    /// The decoder's tokens of clips [N, C, T, V, M] in which a patch stands for each masked one.
    template <operand X>
    X of_streams(context& ctx, const X& patches, const patch_masks& at, const shape& clips) const {
        const extent all = grid.count(), kept = kept_patches(), sequences = shape_of(patches)[0];
        const X none = constant<X>(ctx, shape_of(patches), 0);
        const X ones = X{
            mgkit::concat(ctx, 1, backend_traits<T>::full(ctx, {sequences, kept, grid.values()}, 0),
                          backend_traits<T>::full(ctx, {sequences, all - kept, grid.values()}, 1))};
        const X hides = scatter_add(ctx, none, 1, at.order, ones);
        const X shown = select(ctx, hides, add(ctx, none, use<X>(mask_token)), patches);
        const encode::stream_pair<X> tokens =
            backbone.tokens(ctx, encode::clips_of(ctx, shown, clips, grid.patch));

        const extent n = clips[0], m = grid.persons;
        const extent frame = shape_of(tokens.temporal)[2], joint = shape_of(tokens.spatial)[2];
        const X by_time = mgkit::mean(
            ctx, reshape(ctx, tokens.temporal, {n, grid.times(), grid.patch, frame}), {2});
        const X weight = use<X>(decoder.embed.weight);
        const X times = mgkit::linear(ctx, by_time, slice(ctx, weight, 1, 0, frame),
                                      use<X>(decoder.embed.bias));
        const X joints = matmul(ctx, reshape(ctx, tokens.spatial, {n * m * grid.joints, joint}),
                                slice(ctx, weight, 1, frame, joint), false, true);
        const extent width = shape_of(times)[2];
        return reshape(ctx,
                       add(ctx, reshape(ctx, times, {n, 1, grid.times(), 1, width}),
                           reshape(ctx, joints, {n, m, 1, grid.joints, width})),
                       {sequences, all, width});
    }

    mamp_settings how_;
    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
