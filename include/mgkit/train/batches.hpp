// Which clips form a batch, and how their augmented views reach the model.
// infrastructure
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

#include "mgkit/core/parallel.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/pretext/objective.hpp"

namespace mgkit::augment {
template <class S>
class workspace;  // views bring it along
}

namespace mgkit::train {

/// The order of one epoch: a shuffle that depends on seed and epoch only.
inline std::vector<int> epoch_order(std::uint64_t seed, std::uint32_t epoch, int count) {
    std::vector<int> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    random_stream draws(random_key{seed, epoch, 0, 0}, "train::epoch_order");
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[draws.below(static_cast<std::uint32_t>(i))]);
    return order;
}

/// Start of each batch in an epoch, and the end: all of `batch` clips; a last partial batch is
/// kept, but a single left-over clip joins the batch before it, since batch norm needs two.
inline std::vector<int> batch_starts(int count, int batch) {
    std::vector<int> starts;
    for (int at = 0; at < count; at += batch) starts.push_back(at);
    if (starts.size() > 1 && count - starts.back() == 1) starts.pop_back();
    starts.push_back(count);
    return starts;
}

/// Augments clips into stacked views [K * B, C, T, V, M], in parallel over pieces of the batch with
/// buffers that are kept from batch to batch.
template <class Views>
class view_batcher {
public:
    view_batcher(const encode::clip_input& input, const Views& views)
        : input_(input), views_(views), workers_(pieces) {}

    static constexpr std::size_t pieces = 16;

    /// The views of the clips `rows`; sets `ctx.rows`. Values stay valid until the next call.
    std::span<const float> build(context& ctx, const data::clip_set& clips,
                                 std::span<const int> rows) {
        constexpr std::size_t count = Views::views;
        const std::size_t size = input_.size(), batch = rows.size();
        values_.resize(count * batch * size);
        ctx.rows.resize(count * batch);
        for (std::size_t k = 0; k < count; ++k)
            for (std::size_t i = 0; i < batch; ++i)
                ctx.rows[k * batch + i] = {clips.ids[static_cast<std::size_t>(rows[i])],
                                           static_cast<std::uint32_t>(k)};
        const std::size_t share = (batch + pieces - 1) / pieces;
        parallel_for(ctx.threads, static_cast<std::ptrdiff_t>(pieces), [&](std::ptrdiff_t piece) {
            const auto p = static_cast<std::size_t>(piece);
            for (std::size_t i = p * share; i < std::min(batch, (p + 1) * share); ++i)
                one(ctx, clips, rows[i], i, batch, workers_[p]);
        });
        return values_;
    }

private:
    /// float, known only with the views: what they work in is then complete.
    using value = std::conditional_t<(Views::views > 0), float, void>;

    struct worker {
        augment::workspace<value> augment;
        encode::clip_input::scratch input;
        std::vector<float> views;
    };

    void one(const context& ctx, const data::clip_set& clips, int clip, std::size_t slot,
             std::size_t batch, worker& w) {
        const auto source = clips.clip(clip);
        const std::size_t size = input_.size();
        const random_key key = ctx.key({clips.ids[static_cast<std::size_t>(clip)], 0});
        if (input_.passes_views()) {
            views_.template operator()<float>(key, source, std::span(values_).subspan(slot * size),
                                              w.augment, batch * size);
            return;
        }
        const std::size_t view_size = input_.view_shape().size();
        w.views.resize(Views::views * view_size);
        views_.template operator()<float>(key, source, w.views, w.augment);
        for (std::size_t k = 0; k < Views::views; ++k)
            input_.write(
                {w.views.data() + k * view_size, input_.view_shape(), input_.view_shape().frames},
                std::span(values_).subspan((k * batch + slot) * size, size), w.input);
    }

    encode::clip_input input_;
    Views views_;
    std::vector<worker> workers_;
    std::vector<float> values_;
};

}  // namespace mgkit::train
