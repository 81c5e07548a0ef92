// SPDX-License-Identifier: MIT
// An encoder of your own, out of the library's layers and operations: a class that says once what
// its members are called. Optimisers, files, gradient checks and training loops follow from that.
#include <cstdio>

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/probe/neighbours.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "mgkit/train/fit.hpp"
#include "mgkit/train/list.hpp"

namespace mg = mgkit;

// Each frame becomes `width` numbers; what a clip is worth is their mean and maximum over time.
template <mg::tensor T>
class bag_of_frames {
public:
    using tensor_type = T;
    struct settings {
        mg::encode::clip_extents clip;
        int width = 32;
    };

    mg::nn::linear<T> inner, outer;  // layers are plain members ...
    mg::nn::layer_norm<T> norm;

    bag_of_frames(const mg::nn::scope& at, const settings& s)
        : inner(at / "inner", s.clip.points() * s.clip.channels, s.width),
          outer(at / "outer", s.width, s.width),
          norm(at / "norm", s.width),
          width_(s.width) {}

    // ... listed once, with the names that files will use: "inner.weight", "norm.bias", ...
    static constexpr auto fields() {
        return mg::nn::members(mg::nn::field("inner", &bag_of_frames::inner),
                               mg::nn::field("norm", &bag_of_frames::norm),
                               mg::nn::field("outer", &bag_of_frames::outer));
    }
    int features() const { return 2 * width_; }

    // Clips [N, C, T, V, M] to features [N, 2 width]. X is a plain tensor when embedding and a
    // recorded one when training: the same lines serve both, the gradient comes by itself.
    template <mg::operand X>
    X operator()(mg::context& ctx, const X& clips) const {
        const X frames = mg::encode::temporal_tokens(ctx, clips);  // [N, T, M V C]
        const X words = outer(ctx, norm(ctx, inner(ctx, frames, mg::activation::gelu)));
        return concat(ctx, -1, mean(ctx, words, {1}), max(ctx, words, 1));
    }

private:
    int width_;
};

using tensor = mg::eigen::tensor<float>;
using encoder = bag_of_frames<tensor>;
using view = mg::augment::n_views<1, mg::augment::reference>;
static_assert(mg::encode::sized_encoder<encoder, tensor>);

// As short as an encoder gets: for one tensor type, and made by its user.
struct mine {  // clips [N, C, T, V, M] to features [N, 64]
    mg::nn::mlp<tensor> net;
    static constexpr auto fields() { return mg::nn::members(mg::nn::field("net", &mine::net)); }
    static int features() { return 64; }
    auto operator()(mg::context& ctx, const mg::operand auto& clips) const {
        return max(ctx, net(ctx, mg::encode::temporal_tokens(ctx, clips)), 1);
    }
};

int main() {
    mg::context ctx{.seed = 7};

    // Is the gradient right? Compared with differences of values, in double precision.
    using precise = mg::eigen::tensor<double>;
    bag_of_frames<precise> small(ctx, {.clip = {2, 5, 3, 1}, .width = 4});
    const auto input = mg::nn::initial::uniform<precise>(mg::nn::scope(ctx), {3, 2, 5, 3, 1}, 1);
    const auto check = mg::testing::gradient_check(
        ctx, small, [&](mg::context& c, const auto& in) { return small(c, in[0]); },
        std::vector{input.value});
    std::printf("gradient: %zu values, worst error %.0e\n", check.checked, check.worst);

    // Does it learn? Trained with the labels of some people, tried on others.
    const auto clips = mg::clip::prepare({}, mg::data::make_synthetic()).clips;
    const auto halves = mg::data::every_other_subject(clips);
    const auto train = clips.subset(halves.train), test = clips.subset(halves.test);
    const mg::encode::clip_input reads(clips.topology, clips.shape, {});
    mg::pretext::supervised<tensor, encoder, view> model(ctx, {.clip = reads.extents()},
                                                         clips.classes());
    mg::nn::for_each_parameter(model, [](const std::string& name, auto& p) {
        std::printf("  %s %s\n", name.c_str(), mg::shape_of(p.value).str().c_str());
    });
    const auto accuracy = [&] {
        const auto gallery = mg::encode::embed(ctx, model.encoder(), reads, train);
        const auto queries = mg::encode::embed(ctx, model.encoder(), reads, test);
        return mg::probe::retrieve<tensor>(ctx, gallery, train.labels, queries, test.labels,
                                           clips.classes())
            .top1;
    };
    const double before = accuracy();
    mg::train::fit(ctx, model, train, reads, mg::train::adam{.rate = 3e-3},
                   mg::train::cosine_schedule{}, {.epochs = 40});
    std::printf("nearest neighbour: %.2f with random weights, %.2f trained\n", before, accuracy());

    // The short one in the same place.
    const int per_frame = reads.extents().points() * reads.extents().channels;
    mg::pretext::supervised<tensor, mine, view> other(ctx, mine{{ctx, per_frame, 64, 64}},
                                                      clips.classes());
    const auto curve = mg::train::fit(ctx, other, train, reads, mg::train::adam{.rate = 3e-3},
                                      mg::train::cosine_schedule{}, {.epochs = 40});
    std::printf("the short one, loss %.3f to %.3f\n", curve.front().loss, curve.back().loss);
    return check.worst < 1e-6 ? 0 : 1;
}
