// SPDX-License-Identifier: MIT
// CrosSCLR: joints, motion and bones, each told its neighbours by the others.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/loss/cross_view.hpp"
#include "mgkit/pretext/moco.hpp"
#include "mgkit/tensor/integers.hpp"
#include "mgkit/tensor/ops/gather.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Sizes and rates of `crossclr`, the published ones.
struct crossclr_settings {
    momentum_settings contrast{.queue = 32768};
    int neighbours = 1;          ///< of each query, as another stream sees them, count as right ..
    int cross_from = 150;        ///< .. after so many epochs; below 0: never
    bool context = true;         ///< likeness in both streams at once is one more score
    std::vector<int> parents{};  ///< of each joint; empty: joints and motion alone
};

/// The settings as parts of what a run is made of. Errors: as `moco`; neighbours.
inline std::string words(const crossclr_settings& s) {
    check(s.contrast, "crossclr");
    if (s.neighbours < 1 || s.neighbours > s.contrast.queue)
        throw error("crossclr", "neighbours from 1 to the queue's size", text(s.neighbours));
    return settings_text(s);
}

/// Encoders of streams under one head: that of the joints, which all others end in behind a layer
/// of their own. Names `backbone.*`, `fc.*`, `others.0.backbone.*`, `others.0.own.*`, ...
template <model_tensor T, class Encoder>
struct stream_encoders {
    using tensor_type = T;
    struct other {
        Encoder backbone;
        nn::linear<T> own;

        static constexpr auto fields() {
            return nn::members(nn::field("backbone", &other::backbone),
                               nn::field("own", &other::own));
        }
    };

    Encoder backbone;
    contrast_head<T> fc;
    std::vector<other> others;

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &stream_encoders::backbone),
                           nn::field("fc", &stream_encoders::fc),
                           nn::field("others", &stream_encoders::others));
    }
    stream_encoders clone(context& ctx) const {
        stream_encoders out{nn::clone(ctx, backbone), nn::clone(ctx, fc), {}};
        for (const other& o : others)
            out.others.push_back({nn::clone(ctx, o.backbone), nn::clone(ctx, o.own)});
        return out;
    }
    /// Unit rows of clips that are one stream already, [B, C, T, V, M] -> [B, width].
    template <operand X>
    X embedded(context& ctx, const X& clips, std::size_t stream) const {
        if (stream == 0) return loss::unit_rows(ctx, fc(ctx, backbone(ctx, clips)));
        const other& o = others[stream - 1];
        return loss::unit_rows(ctx, fc(ctx, relu(ctx, o.own(ctx, o.backbone(ctx, clips)))));
    }
};

/// Momentum contrast of joints, of motion (the next frame minus this one, 0 for the last) and,
/// where parents are known, of bones (a joint minus its parent), each by an encoder with a queue of
/// its own; the loss is their sum. Later, which rows of the queue are right beside a clip's own key
/// is said by the other streams, see loss::cross_view; of two others the mean counts.
///
/// Views: two, of joints; every channel counts as a coordinate. Parameters: `pair.query.*`,
/// `pair.key.*` (stream_encoders), the queues and a count of epochs; `encoder()` is that of the
/// joints. As published, the head that streams share follows once for each of them, and when
/// streams begin to tell each other, only motion's key encoder and the head go on following.
/// Randomness: the views' augmentation and the encoders' own. Errors: as `moco`; parents that do
/// not fit the clips. Cost per clip: that of `moco` for each stream. Source: Li et al., CVPR 2021
/// (CrosSCLR), code at 792b70c. Unlike there, queues start empty, and both encoders of a stream are
/// equal at first.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class crossclr {
public:
    using tensor_type = T;
    using network = stream_encoders<T, Encoder>;
    static constexpr const char* name = "crossclr";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.wanted_views = 2};
    static_assert(views == 0 || views == traits.wanted_views, "mgkit: crossclr compares two views");

    momentum_pair<network> pair;
    std::vector<nn::queue<T>> queues;
    Views augmentation;
    std::int64_t epochs = 0;  ///< finished

    MGKIT_COLD crossclr(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                        Views augmentation_policy = {}, const crossclr_settings& how = {})
        : crossclr(at, encoders_at(at, settings, how), std::move(augmentation_policy), how,
                   encode::settings_words<Encoder>(settings)) {}
    /// Takes encoders that are made: of joints, of motion and, where there are parents, of bones.
    MGKIT_COLD crossclr(const nn::scope& at, std::vector<Encoder> encoders,
                        Views augmentation_policy = {}, const crossclr_settings& how = {},
                        std::string encoder_words = {})
        : pair(at.ctx, made(at, std::move(encoders), how)),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          words_(words(how)),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(this->encoder())
                                               : std::move(encoder_words)) {
        for (std::size_t i = 0; i < stream_count(how); ++i)
            queues.emplace_back(at / "queues" / text(i), how.contrast.queue, how.contrast.features);
    }

    static crossclr_settings options_of(const method_settings& stated) {
        crossclr_settings out;
        if (stated.queue != 0) out.contrast.queue = stated.queue;
        out.parents = stated.skeleton.parents;
        return out;
    }
    static recipe default_words(const method_settings& stated) {
        return {{"contrast", words(options_of(stated))}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("pair", &crossclr::pair),
                           nn::field("queues", &crossclr::queues),
                           nn::field("epochs", &crossclr::epochs));
    }

    Encoder& encoder() { return pair.query.backbone; }
    const Encoder& encoder() const { return pair.query.backbone; }

    recipe made_of() const { return {{"encoder", encoder_words_}, {"contrast", words_}}; }

    /// Clips of joints [B, C, T, V, M] as a stream: 0 joints, 1 motion, 2 bones.
    template <operand X>
    X stream(context& ctx, const X& clips, std::size_t which) const {
        const shape in = shape_of(clips);
        if (which == 1) {
            shape last = in;
            last[2] = 1;
            const X nothing = constant<X>(ctx, last, 0);
            if (in[2] == 1) return nothing;
            return concat(
                ctx, 2,
                sub(ctx, slice(ctx, clips, 2, 1, in[2] - 1), slice(ctx, clips, 2, 0, in[2] - 1)),
                nothing);
        }
        if (which == 0) return clips;
        if (static_cast<extent>(how_.parents.size()) != in[3])
            throw error(name, text("a parent for each of ", in[3], " joints"),
                        text(how_.parents.size()), "state those of the clips' skeleton");
        const auto copy = [](std::span<std::int32_t> to, std::span<const int> from) {
            for (std::size_t v = 0; v < to.size(); ++v) to[v] = from[v];
        };
        const index_tensor parents =
            step_integers<T, std::int32_t>(ctx, {in[3]}, {0, static_cast<std::int32_t>(in[3] - 1)},
                                           copy, std::span<const int>(how_.parents));
        return sub(ctx, clips, gather(ctx, clips, 3, parents));
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        views_of(input, "clips", traits.wanted_views, name);
        const auto clips = by_view(ctx, input.clips(), traits.wanted_views);
        const std::size_t count = queues.size();
        const T present = queues[0].mask(ctx);
        short_list<X, 3> scores;
        short_list<T, 3> keys;
        for (std::size_t i = 0; i < count; ++i) {
            const X q = by_rows_of_view(ctx, clips[0], 0, [&] {
                return pair.query.embedded(ctx, stream(ctx, clips[0], i), i);
            });
            const T k = by_rows_of_view(ctx, clips[1], 1, [&] {
                const T of(value_of(detach(clips[1])));
                return pair.key.embedded(ctx, stream(ctx, of, i), i);
            });
            scores.push_back(loss::contrast_scores(ctx, q, X{k}, queues[i].template values<X>(ctx),
                                                   X{present}, how_.contrast.temperature));
            keys.push_back(k);
        }
        const T crossing = by_phase(ctx, {1, 1}, 0, 1);
        const loss::cross_view_settings how{how_.contrast.temperature, how_.neighbours,
                                            how_.context};
        constexpr std::string_view names[] = {"joint", "motion", "bone"};
        objective_value<X> out{scores[0], {}};
        for (std::size_t i = 0; i < count; ++i) {
            std::optional<X> term;
            for (std::size_t other = 0; other < count; ++other) {
                if (other == i) continue;
                const X told =
                    loss::cross_view(ctx, scores[i], scores[other], present, crossing, how);
                term = term ? add(ctx, *term, told) : told;
            }
            if (count > 2) term = affine(ctx, *term, 1.0 / static_cast<double>(count - 1));
            out.loss = i == 0 ? *term : add(ctx, out.loss, *term);
            out.parts.push_back({names[i], *term});
        }
        if (ctx.training)
            for (std::size_t i = 0; i < count; ++i) queues[i].push(ctx, keys[i]);
        return out;
    }

    void before_step(context& ctx) {
        const double slow = 1 - how_.contrast.momentum;
        const double head =
            1 - std::pow(how_.contrast.momentum, static_cast<double>(queues.size()));
        const auto follow = [&](auto& key, auto& query, double before, double later) {
            nn::move_towards(ctx, key, query, by_phase(ctx, {1}, before, later),
                             nn::follows::parameters);
        };
        network &query = pair.query, &key = pair.key;
        follow(key.backbone, query.backbone, slow, 0);
        for (std::size_t i = 0; i < query.others.size(); ++i)
            follow(key.others[i], query.others[i], slow, i == 0 ? slow : 0);
        follow(key.fc, query.fc, head, slow);
    }
    void after_epoch(context&, int) { ++epochs; }

private:
    static std::size_t stream_count(const crossclr_settings& how) {
        return how.parents.empty() ? 2 : 3;
    }
    MGKIT_COLD static std::vector<Encoder> encoders_at(
        const nn::scope& at, const encode::settings_type<Encoder>& settings,
        const crossclr_settings& how) {
        const char* const places[] = {"backbone", "motion", "bone"};
        std::vector<Encoder> out;
        for (std::size_t i = 0; i < stream_count(how); ++i)
            out.emplace_back(at / places[i], settings);
        return out;
    }
    MGKIT_COLD static network made(const nn::scope& at, std::vector<Encoder> encoders,
                                   const crossclr_settings& how) {
        words(how);
        if (encoders.size() != stream_count(how))
            throw error(name, text(stream_count(how), " encoders, one for each stream"),
                        text(encoders.size()));
        const extent width = encoders[0].features();
        network out{std::move(encoders[0]), {at / "fc", width, how.contrast.features}, {}};
        for (std::size_t i = 1; i < encoders.size(); ++i)
            out.others.push_back(
                {std::move(encoders[i]), {at / "others" / text(i - 1), width, width}});
        return out;
    }
    /// One of two values, by whether streams tell each other yet.
    T by_phase(context& ctx, const shape& extents, double before, double later) const {
        const auto fill = [](std::span<scalar_of<T>> to, const std::int64_t* now, int from,
                             double apart, double crossing) {
            to[0] = static_cast<scalar_of<T>>(from >= 0 && *now >= from ? crossing : apart);
        };
        return step_values<T>(ctx, extents, fill, static_cast<const std::int64_t*>(&epochs),
                              how_.cross_from, before, later);
    }

    crossclr_settings how_;
    std::string words_, encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
