// SPDX-License-Identifier: MIT
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
#include "mgkit/data/clip_set.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/train/source.hpp"

namespace MGKIT_NAMESPACE::augment {
template <class S>
class workspace;  // views bring it along
}

namespace MGKIT_NAMESPACE::train {

namespace detail {

/// Clips as rows of a source, without what makes their views.
class clip_rows {
public:
    /// Errors: see skeleton_views; `made` are the extents of a view.
    clip_rows(const data::clip_set& clips, const encode::clip_input& input,
              const skeleton::pose_shape& made);

    int size() const { return clips_.size(); }
    source_row row(int i) const;
    const std::vector<int>& labels() const { return clips_.labels; }

protected:
    std::vector<field> fields(std::size_t views) const;
    recipe made_of(const std::string& views) const;
    /// Clip and view of each of the stacked rows, view first, and labels where there are any.
    void identify(std::span<const int> rows, std::size_t views, host_batch& out) const;

    const data::clip_set& clips_;
    encode::clip_input input_;
};

}  // namespace detail

/// K augmented views of every clip as field `clips` [K * B, C, T, V, M], view first, and `labels`
/// where the clips have them. Views are made in parallel over pieces of the batch with buffers that
/// are kept; draws are keyed by clip and view, and by how often the clip came before in the epoch.
/// The clips must stay where they are. Errors: fewer than two clips, those of data::check, views of
/// other extents than the encoder's.
template <class Views>
class skeleton_views : public detail::clip_rows {
public:
    skeleton_views(const data::clip_set& clips, const encode::clip_input& input, Views maker)
        : clip_rows(clips, input,
                    clips.size() > 0 ? maker.shape({clips.shape, clips.num_frames[0], {}})
                                     : skeleton::pose_shape{}),
          views_(std::move(maker)),
          workers_(pieces) {}

    std::vector<field> fields() const { return clip_rows::fields(Views::views); }
    /// Cost: one pass over the clips.
    recipe made_of() const {
        return clip_rows::made_of(text(Views::views, " views, ", settings_text(views_)));
    }

    void fill(const context& ctx, std::span<const int> rows, host_batch& out) {
        identify(rows, Views::views, out);
        const std::span<float> values = out.reals("clips");
        const std::size_t batch = rows.size(), share = (batch + pieces - 1) / pieces;
        parallel_for(ctx.threads, static_cast<std::ptrdiff_t>(pieces), [&](std::ptrdiff_t piece) {
            const auto p = static_cast<std::size_t>(piece);
            for (std::size_t i = p * share; i < std::min(batch, (p + 1) * share); ++i)
                one(ctx, rows[i], i < out.repeats.size() ? out.repeats[i] : 0, i, batch, values,
                    workers_[p]);
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

    void one(const context& ctx, int clip, std::uint32_t repeat, std::size_t slot,
             std::size_t batch, std::span<float> values, worker& w) {
        const auto source = clips_.clip(clip);
        const std::size_t size = input_.size();
        const random_key key =
            again(ctx.key({clips_.ids[static_cast<std::size_t>(clip)], 0}), repeat);
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

    Views views_;
    std::vector<worker> workers_;
};

}  // namespace MGKIT_NAMESPACE::train

#if !defined(MGKIT_COMPILED)
#include "mgkit/train/skeleton_views-inl.hpp"
#endif
