// SPDX-License-Identifier: MIT
// Every component of the library's lists, second of three units (every_component.cpp): encoders,
// methods, optimisers, and what trains, embeds and judges them.
#include <cstddef>
#include <string>
#include <vector>

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/encode/list.hpp"
#include "mgkit/loss/list.hpp"
#include "mgkit/nn/frozen.hpp"
#include "mgkit/nn/queue.hpp"
#include "mgkit/nn/transfer.hpp"
#include "mgkit/pretext/list.hpp"
#include "mgkit/pretext/make_method.hpp"
#include "mgkit/study/systems.hpp"
#include "mgkit/train/best_values.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/clip_gradients.hpp"
#include "mgkit/train/fit.hpp"
#include "mgkit/train/list.hpp"
#include "mgkit/train/moving_average.hpp"

// Names that users give their own things, which must not meet those in the library.
using views = mgkit::augment::n_views<2, mgkit::augment::mg_fm>;
using policy = mgkit::augment::mg_fm;
using topology = mgkit::skeleton::dynamic;
struct body;
struct encoder;
struct method;
struct optimiser;
struct readings;
struct sampler;

namespace {

using namespace mgkit;

struct trial {
    context ctx{};
    data::clip_set clips = clip::prepare({}, data::make_synthetic()).clips;
    encode::clip_input input{clips.topology, clips.shape, {}};
    std::size_t used = 0;
};

/// An encoder by its type: as a pipeline holds it, and in files.
template <class E>
void use_encoder(trial& t, const std::string& path) {
    using T = typename E::tensor_type;
    E model(nn::scope(t.ctx, "model"), E::sample_settings(t.input.extents()));
    t.used += encode::embed(t.ctx, model, t.input, t.clips).rows;
    encode::save_encoder(t.ctx, path, model,
                         encode::describe(model, t.input, t.clips.topology, {}));
    auto read = encode::load_encoder<E>(t.ctx, path);
    nn::transfer(t.ctx, model, t.ctx, read.model);
    const nn::frozen still(t.ctx, model);
    const encode::clip_extents e = t.input.extents();
    const T clips =
        backend_traits<T>::full(t.ctx, {2, e.channels, e.frames, e.joints, e.persons}, 0);
    nn::queue<T> queue(nn::scope(t.ctx), 4, model.features());
    queue.push(t.ctx, still(t.ctx, clips));
}

/// A method by its type: built, trained with all that may take part, compared.
template <class M, class O>
void use_method(trial& t, const std::string& path) {
    using T = typename M::tensor_type;
    const nn::scope at(t.ctx, "method");
    nn::fact_map encoder;
    encode::all<T>::for_each([&]<class E>(type_tag<E>) {
        if (encode::two_stream_encoder<E, T>)
            encoder = encode::facts_of(E::name, E::sample_settings(t.input.extents()));
    });
    const auto fit = [&](M model) {
        train::skeleton_views source(t.clips, t.input, views{});
        train::moving_average<T> average(t.ctx, model, .9);
        const auto curve = train::fit(t.ctx, model, source, O{}, train::step_cosine_schedule{}, {},
                                      train::checkpoints{path}, train::best_values{path},
                                      train::clip_gradients{1}, average);
        t.used += curve.size();
        t.used += encode::embed(t.ctx, model.encoder(), t.input, t.clips).rows;
    };
    if constexpr (pretext::traits_of<M>().uses_labels)
        fit(M(at, encoder, t.clips.classes()));
    else
        fit(M(at, encoder));
}

template <tensor T>
void on(trial& t, const std::string& path) {
    encode::all<T>::for_each([&]<class E>(type_tag<E>) { use_encoder<E>(t, path); });
    pretext::all<T>::for_each([&]<class M>(type_tag<M>) { use_method<M, train::adam>(t, path); });
    train::optimisers::for_each([&]<class O>(type_tag<O>) {
        use_method<pretext::decorrelation<T, encode::any_encoder<T>, pretext::no_views>, O>(t,
                                                                                            path);
    });
    t.used += pretext::make_method<T>("decorrelation", t.ctx, {}).leaves().size();
    t.used += encode::load_encoder<T>(t.ctx, path).notes.size();
    t.used += study::summary_system<T>().seeds.size();
}

}  // namespace

std::size_t every_model(const std::string& path);

std::size_t every_model(const std::string& path) {
    trial t;
    on<eigen::tensor<float>>(t, path);
    return t.used;
}
