// Augmented views of clips as the source of a training.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/parallel.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/train/source.hpp"

namespace MGKIT_NAMESPACE::augment {
template <class S>
class workspace;  // views bring it along
}

namespace MGKIT_NAMESPACE::train {

namespace detail {

inline std::string describe(const skeleton::pose_shape& s) {
    return text(skeleton::name(s.layout), ", ", s.frames, " frames, ", s.joints, " joints, ",
                s.persons, " persons");
}

/// Clip and view of each of K * B stacked rows, view first.
inline void identify(const data::clip_set& clips, std::span<const int> rows, std::size_t views,
                     std::vector<row_identity>& out) {
    out.resize(views * rows.size());
    for (std::size_t k = 0; k < views; ++k)
        for (std::size_t i = 0; i < rows.size(); ++i)
            out[k * rows.size() + i] = {clips.ids[static_cast<std::size_t>(rows[i])],
                                        static_cast<std::uint32_t>(k)};
}

}  // namespace detail

/// K augmented views of every clip as field `clips` [K * B, C, T, V, M], view first, and `labels`
/// where the clips have them. Views are made in parallel over pieces of the batch with buffers that
/// are kept; draws are keyed by clip and view. The clips must stay where they are.
/// Errors: fewer than two clips, those of data::check, views of other extents than the encoder's.
template <class Views>
class skeleton_views {
public:
    skeleton_views(const data::clip_set& clips, const encode::clip_input& input, Views views)
        : clips_(clips), input_(input), views_(std::move(views)), workers_(pieces) {
        if (clips.size() < 2)
            throw error("fit", "two or more clips", text(clips.size()), "add recordings");
        clips.labels.empty() ? data::check(clips) : data::check_labelled(clips);
        const skeleton::pose_shape made = views_.shape({clips.shape, clips.num_frames[0], {}});
        if (made != input.view_shape())
            throw error(
                "fit", text("views of ", detail::describe(input.view_shape()), " for the encoder"),
                detail::describe(made), "give the crop and the encoder's input the same frames");
    }

    int size() const { return clips_.size(); }
    std::vector<field> fields() const {
        const auto e = input_.extents();
        std::vector<field> out{{"clips",
                                field_type::real,
                                {e.channels, e.frames, e.joints, e.persons},
                                static_cast<int>(Views::views)}};
        if (!clips_.labels.empty()) out.push_back({"labels", field_type::integer});
        return out;
    }
    source_row row(int i) const {
        const auto k = static_cast<std::size_t>(i);
        return {clips_.ids.at(k), 0, clips_.num_frames.at(k)};
    }
    /// Cost: one pass over the clips.
    recipe made_of() const {
        recipe out = data::recipe_of(data::digests_of(clips_));
        out.set("input", encode::input_text(input_));
        out.set("views", text(Views::views, " views, ", settings_text(views_)));
        return out;
    }

    void fill(const context& ctx, std::span<const int> rows, host_batch& out) {
        detail::identify(clips_, rows, Views::views, out.identities);
        if (!clips_.labels.empty())
            std::transform(rows.begin(), rows.end(), out.integers("labels").begin(),
                           [&](int i) { return clips_.labels[static_cast<std::size_t>(i)]; });
        const std::span<float> values = out.reals("clips");
        const std::size_t batch = rows.size(), share = (batch + pieces - 1) / pieces;
        parallel_for(ctx.threads, static_cast<std::ptrdiff_t>(pieces), [&](std::ptrdiff_t piece) {
            const auto p = static_cast<std::size_t>(piece);
            for (std::size_t i = p * share; i < std::min(batch, (p + 1) * share); ++i)
                one(ctx, rows[i], i, batch, values, workers_[p]);
        });
    }

private:
    static constexpr std::size_t pieces = 16;
    /// float, known only with the views: what they work in is then complete.
    using value = std::conditional_t<(Views::views > 0), float, void>;

    struct worker {
        augment::workspace<value> augment;
        encode::clip_input::scratch input;
        std::vector<float> views;
    };

    void one(const context& ctx, int clip, std::size_t slot, std::size_t batch,
             std::span<float> values, worker& w) {
        const auto source = clips_.clip(clip);
        const std::size_t size = input_.size();
        const random_key key = ctx.key({clips_.ids[static_cast<std::size_t>(clip)], 0});
        if (input_.passes_views()) {
            views_.template operator()<float>(key, source, values.subspan(slot * size), w.augment,
                                              batch * size);
            return;
        }
        const std::size_t view_size = input_.view_shape().size();
        w.views.resize(Views::views * view_size);
        views_.template operator()<float>(key, source, w.views, w.augment);
        for (std::size_t k = 0; k < Views::views; ++k)
            input_.write(
                {w.views.data() + k * view_size, input_.view_shape(), input_.view_shape().frames},
                values.subspan((k * batch + slot) * size, size), w.input);
    }

    const data::clip_set& clips_;
    encode::clip_input input_;
    Views views_;
    std::vector<worker> workers_;
};

}  // namespace MGKIT_NAMESPACE::train
