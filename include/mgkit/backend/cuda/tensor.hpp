// SPDX-License-Identifier: MIT
// The tensor of the CUDA backend and what mgkit asks of it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/backend/cuda/integers.hpp"
#include "mgkit/backend/cuda/replay.hpp"
#include "mgkit/backend/cuda/values.hpp"
#include "mgkit/tensor/concept.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// A dense row-major tensor in device memory. Copies share storage. Its values are kept fine or
/// coarse (see `grain`); the host sees scalars in either case.
///
/// For the backward pass a tensor may be kept lightly: as its extents alone (`outline`), or as the
/// way to make it again from what is kept anyway (`light`, where the operation that made it said
/// how).
///
/// `Device` names the machine: `memory`, its source of memory, and `of(ctx)`, the context's runtime
/// there, with
/// - `take(bytes)`: storage, valid in the order of the context's stream;
/// - `upload`, `download`, `copy`: transfers in that order (a download waits);
/// - `elements(name, count, f)`: f(i) for every i in [0, count), in any order;
/// - `blocks(name, rows, threads, f)`: f(block, row) for every row; a block's threads work in
///   phases: `block.each(g)` runs g(thread) for all of them and waits, `block.reduce<S>(g,
///   combine)` combines g(thread), called once each, over threads in a fixed order and tells all of
///   them, `block.own<S, N>()(thread)` are N values of each thread that stay between phases;
/// - `tiles(name, rows, threads, shared, f)`: the same with shared memory, `block.shared()`, of at
///   most `most_shared()` bytes, and phases of warps: `block.warps(g)` runs g(warp) for all of them
///   and waits; within it `block.lanes(h)` runs h(lane), `block.among_lanes<S>(h, combine)`
///   combines h(lane), and `block.tiles<N>()(warp)` are N tiles of 16 x 16 sums that the warp's
///   lanes hold together (`clear`, `add`, `store`);
/// - `multiply(product)`: a batched matrix product, and which of its `extras` are done;
/// - `capturing()`: the host work of a recording in progress, or null (see step_graph).
template <class Compute, class Device>
class device_tensor {
public:
    using scalar = typename compute_traits<Compute>::scalar;
    using compute = Compute;
    using device = Device;

    device_tensor() : shape_{0} {}
    device_tensor(context& ctx, const shape& extents, grain kept = grain::fine)
        : shape_(extents),
          storage_(Device::of(ctx).take(static_cast<std::size_t>(extents.elements()) *
                                        (kept == grain::coarse ? sizeof(bf16) : sizeof(scalar)))),
          kept_(kept) {}

    device_tensor(const shape& extents, storage<typename Device::memory> memory)
        : shape_(extents), storage_(std::move(memory)) {}

    const shape& extents() const { return shape_; }
    extent elements() const { return shape_.elements(); }
    grain kept() const { return kept_; }
    std::size_t bytes() const {
        return static_cast<std::size_t>(elements()) *
               (kept_ == grain::coarse ? sizeof(bf16) : sizeof(scalar));
    }

    /// On the device: kernels may read and write them, the host may not.
    values<scalar> in() const { return {storage_.data(), kept_}; }
    places<scalar> out() { return {storage_.data(), kept_}; }
    /// The same for a tensor that is known to be fine.
    scalar* data() { return static_cast<scalar*>(storage_.data()); }
    const scalar* data() const { return static_cast<const scalar*>(storage_.data()); }

    /// The same storage under other extents.
    device_tensor viewed(const shape& extents) const {
        device_tensor out = *this;
        out.shape_ = extents;
        return out;
    }

    /// Extents and grain without values.
    device_tensor outline() const {
        device_tensor out;
        out.shape_ = shape_;
        out.kept_ = kept_;
        return out;
    }
    /// Says how the same values can be made again: `make(ctx)`, which must keep little itself.
    template <class Make>
    void made_by(Make make) {
        recipe_ = std::make_shared<recipe>();
        recipe_->make = std::move(make);
    }
    /// Without its values where they can be made again, else as it is.
    device_tensor light() const {
        if (!recipe_) return *this;
        device_tensor out = outline();
        out.recipe_ = recipe_;
        return out;
    }
    /// With its values, made again where it was kept lightly: once, for all that kept it so.
    device_tensor whole(context& ctx) const {
        if (storage_.data() != nullptr || !recipe_) return *this;
        if (recipe_->made.data() == nullptr) {
            device_tensor again = recipe_->make(ctx);
            recipe_->made = std::move(again.storage_);
        }
        device_tensor out = outline();
        out.storage_ = recipe_->made;
        return out;
    }

private:
    shape shape_;
    storage<typename Device::memory> storage_;
    grain kept_ = grain::fine;
    struct recipe {
        std::function<device_tensor(context&)> make;
        storage<typename Device::memory> made;
    };
    std::shared_ptr<recipe> recipe_;
};

template <class S>
struct fill_body {
    S* out;
    S value;
    MGKIT_DEVICE void operator()(extent i) const { out[i] = value; }
};
/// Copies `count` values, rounding or widening; a chunk each.
template <class S>
struct convert_body {
    values<S> in;
    places<S> out;
    extent count;
    MGKIT_DEVICE void operator()(extent chunk) const {
        S v[lanes];
        load(in, chunk * lanes, count, v);
        store(out, chunk * lanes, count, v);
    }
};

/// x itself where it is kept so already.
template <class T>
T as(context& ctx, const T& x, grain kept) {
    if (x.kept() == kept) return x;
    T out(ctx, x.extents(), kept);
    T::device::of(ctx).elements("convert", chunks_of(x.elements()),
                                convert_body<typename T::scalar>{x.in(), out.out(), x.elements()});
    return out;
}

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

/// Plain host transfers are refused while a step is recorded: a replay would repeat the values of
/// that moment.
template <class C, class D>
struct backend_traits<cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using scalar = typename T::scalar;
    static constexpr const char* precision = cuda::compute_traits<C>::name;
    static constexpr double epsilon = cuda::compute_traits<C>::epsilon;

    static const shape& shape_of(const T& t) { return t.extents(); }
    static T empty(context& ctx, const shape& extents) { return T(ctx, extents); }
    static T full(context& ctx, const shape& extents, double value) {
        T out(ctx, extents);
        D::of(ctx).elements("full", out.elements(),
                            cuda::fill_body<scalar>{out.data(), static_cast<scalar>(value)});
        return out;
    }
    static T from_host(context& ctx, std::span<const scalar> values, const shape& extents) {
        if (static_cast<extent>(values.size()) != extents.elements())
            throw error("from_host", text(extents.elements(), " values for ", extents.str()),
                        text(values.size(), " values"));
        cuda::refuse_capture<D>(
            ctx, "from_host",
            "use step_values, or make the tensor before and assign to it between replays");
        T out(ctx, extents);
        if (!values.empty()) D::of(ctx).upload(out.data(), values.data(), values.size_bytes());
        return out;
    }
    static void to_host(context& ctx, const T& t, std::span<scalar> target) {
        if (static_cast<extent>(target.size()) != t.elements())
            throw error("to_host", text("room for ", t.elements(), " values"),
                        text("room for ", target.size()));
        cuda::refuse_capture<D>(ctx, "to_host", "keep the tensor and read it after a replay");
        if (target.empty()) return;
        const T fine = cuda::as(ctx, t, cuda::grain::fine);
        D::of(ctx).download(target.data(), fine.data(), target.size_bytes());
    }
    static bool step_is_recorded(context& ctx) { return D::of(ctx).capturing() != nullptr; }
    /// Where a step is being recorded the action waits for its replays.
    template <class Action>
    static void every_step(context& ctx, Action action) {
        if (auto* work = D::of(ctx).capturing())
            work->add(std::move(action));
        else
            action();
    }
    template <class Fill>
    static T step_values(context& ctx, const shape& extents, Fill fill) {
        const auto count = static_cast<std::size_t>(extents.elements());
        if (auto* work = D::of(ctx).capturing())
            return T(extents,
                     work->add(count * sizeof(scalar), [fill = std::move(fill), count](void* to) {
                         fill(std::span(static_cast<scalar*>(to), count));
                     }));
        std::vector<scalar> values(count);
        fill(std::span(values));
        return from_host(ctx, values, extents);
    }
    using repeated_step = cuda::replayed_step<D>;
    static T reshape(const T& t, const shape& extents) { return t.viewed(extents); }
    static void assign(context& ctx, T& target, const T& source) {
        if (target.extents() != source.extents())
            throw error("assign", text("a source of shape ", target.extents().str()),
                        source.extents().str());
        if (target.elements() == 0 || target.in().at == source.in().at) return;
        if (target.kept() == source.kept())
            D::of(ctx).copy(target.out().at, source.in().at, target.bytes());
        else
            D::of(ctx).elements(
                "assign", cuda::chunks_of(target.elements()),
                cuda::convert_body<scalar>{source.in(), target.out(), target.elements()});
    }
    static void add_part(context& ctx, T& whole, int axis, extent begin, const T& part) {
        const extent inner = part.extents().after(axis);
        D::of(ctx).elements("add_part", part.elements(),
                            cuda::add_part_body<scalar>{part.in(), whole.out() + begin * inner,
                                                        part.extents()[axis] * inner,
                                                        whole.extents()[axis] * inner});
    }

    template <std::integral I>
    static integers<I> on_backend(context& ctx, const integers<I>& x) {
        return cuda::on_device<D>(ctx, x);
    }
    template <std::integral I, class Fill>
    static integers<I> step_integers(context& ctx, const shape& extents, Fill fill) {
        const auto count = static_cast<std::size_t>(extents.elements());
        if (auto* work = D::of(ctx).capturing())
            return integers<I>::kept(
                extents, std::make_shared<cuda::device_integers<I, D>>(work->add(
                             count * sizeof(I), [fill = std::move(fill), count](void* to) {
                                 fill(std::span(static_cast<I*>(to), count));
                             })));
        std::vector<I> values(count);
        fill(std::span(values));
        return on_backend(ctx, integers<I>(extents, std::move(values)));
    }
    template <std::integral I>
    static T cast(context& ctx, const integers<I>& x, const channel_affine& how) {
        const shape& in = x.extents();
        const integers<I> from = cuda::on_device<D>(ctx, x);
        const bool whole = how.scale.size() <= 1 && how.shift.size() <= 1;
        const int axis = whole ? 0 : in.axis(how.axis);
        const extent channels = whole ? 1 : in[axis];
        const auto of = [](const std::vector<double>& v, std::size_t c, double none) {
            return static_cast<scalar>(v.empty() ? none : v[v.size() == 1 ? 0 : c]);
        };
        T factors, out(ctx, in);
        if (!whole)
            factors = step_values(ctx, {2, channels}, [how, of](std::span<scalar> to) {
                const std::size_t count = to.size() / 2;
                for (std::size_t c = 0; c < count; ++c) {
                    to[c] = of(how.scale, c, 1);
                    to[count + c] = of(how.shift, c, 0);
                }
            });
        D::of(ctx).elements("cast", out.elements(),
                            cuda::cast_body<scalar, I>{cuda::device_data<D>(from), out.data(),
                                                       whole ? nullptr : factors.data(), channels,
                                                       whole ? 1 : in.after(axis),
                                                       of(how.scale, 0, 1), of(how.shift, 0, 0)});
        return out;
    }
    /// Each element counts what stands before it in its row, until there are k: n comparisons an
    /// element at most, no transfer.
    static index_tensor top_places(context& ctx, const T& x, int k) {
        shape extents = x.extents();
        const extent width = extents[-1];
        extents[-1] = k;
        auto places = cuda::room_for_integers<D, std::int32_t>(ctx, extents);
        D::of(ctx).elements("top_k", x.elements(),
                            cuda::top_body<scalar>{x.in(), places->data(), width, k});
        return index_tensor::kept(
            extents, std::move(places),
            std::pair<std::int32_t, std::int32_t>(0, static_cast<std::int32_t>(width - 1)));
    }
};

}  // namespace MGKIT_NAMESPACE
